"""Times of the steps."""

from __future__ import annotations

from assistant.chat.stopwatch import Stopwatch


def test_laps_are_milliseconds_two_look_ups_add_up_and_the_first_token_counts_from_the_question() -> None:
    now = iter([0.0, 0.010, 0.030, 0.035, 0.135, 0.200, 0.250]).__next__
    watch = Stopwatch(now)
    watch.faq_done()
    watch.intent_done()
    watch.faq_done()
    watch.retrieval_done()
    watch.token()
    watch.token()  # only the first one counts, and it does not look at the clock again
    timings = watch.timings()
    assert (timings.faq_ms, timings.intent_ms, timings.retrieval_ms) == (15.0, 20.0, 100.0)
    assert (timings.first_token_ms, timings.total_ms) == (200.0, 250.0)


def test_what_did_not_run_stays_null() -> None:
    timings = Stopwatch(lambda: 1.0).timings()
    assert (timings.faq_ms, timings.intent_ms, timings.retrieval_ms, timings.first_token_ms) == (None,) * 4
    assert timings.total_ms == 0.0

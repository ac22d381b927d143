"""Entries asked each other's questions: what that may raise, and what it never lowers."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.faq import calibration, issuing, rivals, services
from assistant.faq.certificate import speaks_against
from assistant.faq.certified import CalibrationPair, PairOrigin, ThresholdCertificate
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry
from assistant.faq.rivals import Crossing, Rivals
from assistant.faq.stats import FaqStats
from assistant.faq.table import Entry, Way
from retrieval.normalise import fold
from retrieval.protocols import Encoder

CARD = "How do I activate my new card?"
ALSO = "How can I activate the new card?"
PARCEL = "Where is my parcel?"


def entry(number: int, encoder: Encoder, *ways: str, answer: str = "Call us about card, parcel and shop.") -> Entry:
    vectors = encoder.encode_questions(list(ways))
    return Entry(
        id=number, key=f"k{number}", language="en", domain="general", intent="faq", question=ways[0], answer=answer,
        access=frozenset({"public"}), ways=tuple(Way(w, fold(w), v) for w, v in zip(ways, vectors, strict=True)),
    )  # fmt: skip


def test_a_question_that_another_entry_would_answer_is_found_with_its_score(encoder: Encoder) -> None:
    found = rivals.ask([entry(1, encoder, CARD), entry(2, encoder, ALSO), entry(3, encoder, PARCEL)], "en", "general")
    assert found.asked == 3
    first, second = found.crossings[:2]
    assert {first.asked, second.asked} == {CARD, ALSO} == {first.answered, second.answered}
    assert first.score == pytest.approx(second.score)  # a pair has one score, whichever is asked
    assert found.at(first.score) == 2
    assert found.at(first.score + 1e-6) == 0


def test_the_ways_to_ask_of_one_entry_are_no_rivals(encoder: Encoder) -> None:
    assert rivals.ask([entry(1, encoder, CARD, ALSO)], "en", "general") == Rivals(2, ())
    both = [entry(1, encoder, CARD), replace(entry(2, encoder, ALSO), key="k1")]
    assert rivals.ask(both, "en", "general").crossings == ()  # the same entry for other people or times


def test_only_what_the_same_people_could_get_at_the_same_time_is_a_rival(encoder: Encoder) -> None:
    one, other, now = entry(1, encoder, CARD), entry(2, encoder, ALSO), time.time()
    apart = [
        replace(other, access=frozenset({"staff"})),
        replace(other, opens=now + 10),
        replace(other, language="zh"),
        replace(other, domain="finance"),
    ]
    one = replace(one, closes=now + 10)
    assert [rivals.ask([one, each], "en", "general").crossings for each in apart] == [()] * 4
    assert len(rivals.ask([one, other], "en", "general").crossings) == 2


def test_what_is_refused_guarded_or_new_to_the_other_entry_is_not_counted(encoder: Encoder) -> None:
    one, other = entry(1, encoder, CARD), entry(2, encoder, ALSO)
    refusing = [
        replace(e, refused=frozenset({calibration.asked_as(CARD), calibration.asked_as(ALSO)})) for e in (one, other)
    ]
    assert rivals.ask(refusing, "en", "general").crossings == ()
    assert rivals.ask([one, entry(2, encoder, "How do I not activate my new card?")], "en", "general").crossings == ()
    silent = entry(2, encoder, "Where is it?", answer="Here.")
    asked = entry(1, encoder, "Where is the elephant enclosure exhibition?", answer="There.")
    found = rivals.ask([asked, silent], "en", "general").crossings
    assert all(crossing.asked != asked.question for crossing in found)


def test_without_entries_or_their_vectors_nothing_is_asked(encoder: Encoder) -> None:
    bare = replace(entry(1, encoder, CARD), ways=(Way(CARD, fold(CARD), None),))
    assert rivals.ask([], "en", "general") == rivals.ask([bare], "en", "general") == Rivals(0, ())


def test_of_very_many_ways_to_ask_the_same_part_is_asked_every_time(
    encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rivals, "MOST", 2)
    all_of_them = [entry(n, encoder, text) for n, text in enumerate((CARD, ALSO, PARCEL, "Where is your shop?"))]
    found = rivals.ask(all_of_them, "en", "general")
    assert found.asked == 2
    assert rivals.ask(all_of_them[::-1], "en", "general").asked == 2
    assert {c.asked for c in found.crossings} == {
        c.asked for c in rivals.ask(all_of_them[::-1], "en", "general").crossings
    }


def crossings(*scores: float) -> tuple[Crossing, ...]:
    return tuple(Crossing(f"q{n}", "other", score) for n, score in enumerate(sorted(scores, reverse=True)))


def test_one_pair_of_alike_entries_among_hundred_questions_raises_nothing() -> None:
    assert Rivals(100, crossings(2.0, 2.0)).raised(1.5, 0.01) == 1.5


def test_a_threshold_goes_just_above_what_the_entries_speak_against() -> None:
    found = Rivals(100, crossings(5.0, 4.0, 3.0, 2.5, 2.0, 1.0))
    least = found.raised(0.5, 0.01)
    assert 2.5 < least < 2.5 + 1e-9  # three of a hundred do not show more than one in a hundred, four do
    assert found.at(least) == 3
    assert Rivals(0, ()).raised(0.5, 0.01) == 0.5


@given(
    st.lists(st.floats(-5, 8), max_size=40), st.integers(0, 400), st.floats(-3, 6), st.sampled_from([0.005, 0.01, 0.05])
)
def test_a_threshold_is_never_lowered_and_no_higher_than_it_must_be(
    scores: list[float], more: int, threshold: float, bound: float
) -> None:
    found = Rivals(len(scores) + more, crossings(*scores))
    raised = found.raised(threshold, bound)
    assert raised >= threshold
    assert not speaks_against(found.at(raised), found.asked, bound)
    if raised > threshold:  # one step lower they would speak against it
        below = float(np.nextafter(raised, -np.inf))
        assert speaks_against(found.at(below), found.asked, bound)


@pytest.fixture
def look_alikes(tenant: Tenant, house_encoder: Encoder) -> list[FaqEntry]:
    """Six pairs of entries that ask the same in other words, as a FAQ grown over years has them."""
    things = ["card", "phone", "lamp", "router", "printer", "account"]
    rows = [(f"{t}{n}", text.format(t)) for t in things for n, text in enumerate((
        "How do I activate my new {}?", "How can I activate the new {}?"
    ))]  # fmt: skip
    return [
        services.save(FaqEntry(tenant=tenant, key=key, language="en", question=text, answer=f"{text} Like this."))
        for key, text in rows
    ]


def test_entries_that_answer_each_other_raise_a_borrowed_threshold_until_one_is_edited(
    tenant: Tenant, look_alikes: list[FaqEntry], house_encoder: Encoder, redis_url: str
) -> None:
    assert issuing.reissue(house_encoder) == 1
    row = issuing.in_force("acme")["en", "general"]
    shipped = issuing.shipped("en").threshold
    assert row.lent == shipped is not None
    assert (row.asked, row.crossed) == (12, 12)
    assert row.threshold is not None
    assert row.threshold > row.lent
    assert row.false_hits <= issuing.shipped("en").false_hits
    assert row.upper <= issuing.shipped("en").upper
    assert len(row.crossings) == 12
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.refresh()
    asked = "How can I activate my new card?"
    vector = house_encoder.encode_questions([asked])[0]
    served = index.nearest("acme", vector, asked, "en")
    for one in look_alikes[1::2]:
        services.delete(one, wait=False)
    assert issuing.reissue(house_encoder) == 1
    after = issuing.in_force("acme")["en", "general"]
    assert (after.asked, after.crossed, after.threshold) == (6, 0, shipped)
    index.refresh()
    again = index.nearest("acme", vector, asked, "en")
    assert again is not None
    assert again.key == "card0"
    assert served is None or served.key in {"card0", "card1"}


def test_an_edit_that_changes_no_threshold_is_shown_without_a_new_certificate(
    tenant: Tenant, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    assert issuing.reissue(house_encoder) == 2
    before = issuing.in_force("acme")["en", "general"]
    assert before.asked == 4
    changed = entries["phone.en"]
    changed.variants = [*changed.variants, "Can I ring you?"]
    services.save(changed)
    assert issuing.reissue(house_encoder) == 0
    after = issuing.in_force("acme")["en", "general"]
    assert (after.pk, after.asked, after.threshold) == (before.pk, 5, before.threshold)
    assert after.looked_at is not None
    assert before.looked_at is not None
    assert after.looked_at > before.looked_at


def test_a_certificate_from_before_entries_were_compared_is_issued_anew(
    tenant: Tenant, entries: dict[str, FaqEntry], house_encoder: Encoder
) -> None:
    issuing.reissue(house_encoder)
    ThresholdCertificate.objects.update(looked_at=None, lent=None, asked=0)
    assert issuing.reissue(house_encoder) == 2
    assert issuing.in_force("acme")["en", "general"].asked == 4


def test_nothing_is_raised_where_no_threshold_stands(
    tenant: Tenant, look_alikes: list[FaqEntry], house_encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(issuing, "agrees", lambda _: False)
    issuing.reissue(house_encoder)
    row = issuing.in_force("acme")["en", "general"]
    assert (row.threshold, row.lent, row.crossed) == (None, None, 0)
    assert row.asked == 12


def test_what_people_called_different_does_not_raise_a_threshold_as_well(
    tenant: Tenant, look_alikes: list[FaqEntry], house_encoder: Encoder
) -> None:
    for one, other in zip(look_alikes[::2], look_alikes[1::2], strict=True):
        calibration.record(tenant, "en", "other", one.question, other.question, same=False, origin=PairOrigin.EDITOR)
    assert CalibrationPair.objects.count() == 6
    row = issuing.issue(tenant, "en", "general", house_encoder)
    assert row.crossed == 0  # these are not served for one another any more, at no threshold

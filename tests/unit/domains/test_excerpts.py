"""What of each hit goes into a prompt."""

from __future__ import annotations

from collections.abc import Callable

from domains.excerpts import MOST_HITS, excerpts, passage
from retrieval.types import Hit

FILLER = " ".join(f"Sentence number {n} speaks about something else entirely." for n in range(30))


def test_short_hits_are_kept_whole(hit: Callable[..., Hit]) -> None:
    assert excerpts("refund?", (hit("Refunds take 5 days."), hit("退款需5天。", language="zh"))) == (
        "Refunds take 5 days.",
        "退款需5天。",
    )


def test_only_the_first_hits_are_shown(hit: Callable[..., Hit]) -> None:
    assert len(excerpts("x", tuple(hit(f"Text {n}.") for n in range(8)))) == MOST_HITS


def test_of_a_long_hit_the_sentence_with_the_questions_words_stays(hit: Callable[..., Hit]) -> None:
    text = f"{FILLER} The refund arrives within 5 days. {FILLER}"
    (shown,) = excerpts("When does the refund arrive?", (hit(text),))
    assert "The refund arrives within 5 days." in shown
    assert len(shown) <= 4 * 270 + 30


def test_what_was_left_out_between_is_marked(hit: Callable[..., Hit]) -> None:
    text = f"The refund starts on Monday. {FILLER} The refund arrives on Friday."
    (shown,) = excerpts("When does the refund arrive?", (hit(text),))
    assert "… " in shown


def test_reading_order_is_kept(hit: Callable[..., Hit]) -> None:
    text = f"Refund step one. {FILLER} Refund arrives in step two."
    (shown,) = excerpts("refund arrives", (hit(text),))
    assert shown.index("step one") < shown.index("step two")


def test_a_text_in_another_language_is_kept_from_its_beginning(hit: Callable[..., Hit]) -> None:
    (shown,) = excerpts("退款要多久？", (hit(f"The first sentence. {FILLER}"),))
    assert shown.startswith("The first sentence.")


def test_one_endless_sentence_is_cut(hit: Callable[..., Hit]) -> None:
    (shown,) = excerpts("x", (hit("word " * 1000),))
    assert 0 < len(shown) <= 4 * 120


def test_rows_of_a_table_stay_on_their_lines(hit: Callable[..., Hit]) -> None:
    assert excerpts("price", (hit("item | price\npen | 3"),)) == ("item | price\npen | 3",)


def test_a_prompt_of_three_long_chinese_hits_stays_small(hit: Callable[..., Hit]) -> None:
    long = "退款会在五个工作日内原路退回到您的账户。" * 40
    assert sum(map(len, excerpts("退款多久", tuple(hit(long, language="zh", key=str(n)) for n in range(3))))) <= 470


def test_the_only_useful_sentence_of_the_last_source_is_not_left_out_for_its_place(hit: Callable[..., Hit]) -> None:
    useful = "The refund of a damaged lamp arrives within nine days."
    long = f"{FILLER} {useful} {FILLER}"
    shown = excerpts(
        "When does the refund of a damaged lamp arrive?", (hit(FILLER), hit(FILLER, key="b"), hit(long, key="c"))
    )
    assert useful in shown[2]
    assert sum(map(len, shown)) <= 4 * 270 + 60  # marks of what was left out are not counted


def test_room_that_a_short_source_leaves_goes_to_the_others(hit: Callable[..., Hit]) -> None:
    long = " ".join(f"The refund of lamp {n} arrives on day {n}." for n in range(60))
    alone, beside = (
        len(excerpts("refund lamp", hits)[-1]) for hits in [(hit(long),), (hit("Hello."), hit(long, key="b"))]
    )
    assert alone - beside < 40


def test_every_source_has_some_room_of_its_own(hit: Callable[..., Hit]) -> None:
    best = " ".join(f"The refund of lamp {n} arrives." for n in range(60))
    shown = excerpts(
        "refund lamp arrives", (hit(best), hit(best, key="b"), hit("Nothing alike is said. At all.", key="c"))
    )
    assert shown[2] == "Nothing alike is said. At all."


def test_a_first_source_in_another_language_is_not_crowded_out(hit: Callable[..., Hit]) -> None:
    chinese = hit("退款会在五个工作日内到账。" * 40, language="zh")
    english = hit(" ".join(f"Refunds of lamp {n} are not spoken of." for n in range(60)), key="b")
    shown = excerpts("How long do refunds of a lamp take?", (chinese, english))
    assert len(shown[0]) >= 90  # sixty tokens of its own
    assert shown[1]


def test_a_passage_shown_by_itself_is_short_and_holds_the_best_sentence(hit: Callable[..., Hit]) -> None:
    shown = passage("When does the refund arrive?", hit(f"{FILLER} The refund arrives within 5 days. {FILLER}"))
    assert "The refund arrives within 5 days." in shown
    assert len(shown) <= 4 * 120 + 30
    assert passage("refund?", hit("")) == ""


def test_a_first_source_without_an_end_is_cut_and_not_left_out_for_the_others(hit: Callable[..., Hit]) -> None:
    """A source of one endless sentence lost its text as soon as another one had a sentence that fitted."""
    shown = excerpts("refund lamp", (hit("refund of a lamp " * 200), hit("The lamp is green.", key="b")))
    assert shown[0].startswith("refund of a lamp")
    assert len(shown[0]) <= 4 * 120
    assert shown[1] == "The lamp is green."

"""Citations in a stream: sound, in place, and the same however the deltas are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.citations import CitationChecker, Sources, cited

SOURCES = Sources(
    ("Refunds arrive within 5 business days.", "Shipping is free over 50 dollars.", "退款在5个工作日内到账。")
)


def checked(text: str, *, sources: Sources = SOURCES, size: int = 1) -> str:
    checker = CitationChecker(sources)
    pieces = [text[start : start + size] for start in range(0, len(text), size)]
    return "".join(map(checker.feed, pieces)) + checker.close()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Refunds arrive within 5 business days [1].", "Refunds arrive within 5 business days [1]."),
        ("Refunds arrive within 5 business days. [1]", "Refunds arrive within 5 business days [1]."),
        ("Refunds arrive within 5 business days[1]. Bye.", "Refunds arrive within 5 business days [1]. Bye."),
        ("Refunds arrive within 5 business days [9].", "Refunds arrive within 5 business days [1]."),
        ("Refunds arrive within 5 business days [2].", "Refunds arrive within 5 business days [1]."),
        ("Refunds arrive within 5 business days.", "Refunds arrive within 5 business days [1]."),
        ("Refunds arrive within 9 business days [1].", "Refunds arrive within 9 business days."),
        ("The moon is made of cheese [1].", "The moon is made of cheese."),
        ("退款在5个工作日内到账【3】。", "退款在5个工作日内到账[3]。"),
        ("退款在5个工作日内到账。[3]", "退款在5个工作日内到账[3]。"),
        (
            "- Refunds arrive within 5 business days\n- Shipping is free over 50 dollars\n",
            "- Refunds arrive within 5 business days [1]\n- Shipping is free over 50 dollars [2]\n",
        ),
        (
            "1. Refunds arrive within 5 business days.\n2. Shipping is free over 50 dollars.",
            "1. Refunds arrive within 5 business days [1].\n2. Shipping is free over 50 dollars [2].",
        ),
        ("1. [1] Refunds arrive within 5 business days.", "1. Refunds arrive within 5 business days [1]."),
        ("Thanks [7]!", "Thanks!"),
        ("", ""),
        ("[1]", ""),
        ("It costs 3.5 [x] and [", "It costs 3.5 [x] and ["),
        ("See [docs](http://x.y/[1])", "See [docs](http://x.y/)"),
    ],
)
def test_markers_are_kept_moved_added_or_dropped(said: str, shown: str) -> None:
    assert checked(said) == shown


def test_two_sources_of_one_sentence_are_both_cited_once() -> None:
    said = "Refunds arrive within 5 business days and shipping is free over 50 dollars [1, 2][1]."
    same = Sources((said, said))
    assert checked(said, sources=same).endswith("dollars [1][2].")


def test_code_is_shown_as_it_is() -> None:
    said = "Use `a[1]`:\n```python\nx[2] = y[1]  # ok.\n```\nRefunds arrive within 5 business days."
    assert checked(said).startswith("Use `a[1]`:\n```python\nx[2] = y[1]  # ok.\n```\n")


def test_across_languages_the_models_own_marker_is_believed_if_it_names_a_source() -> None:
    sources = Sources(("Refunds arrive within 5 business days.",), frozenset({0}))
    assert checked("退款五个工作日到账[1][4]。", sources=sources) == "退款五个工作日到账[1]。"


def test_across_languages_a_marker_is_not_believed_where_the_number_is_another() -> None:
    sources = Sources(("Refunds arrive within 5 business days.",), frozenset({0}))
    assert checked("退款9个工作日内就会到账[1]。", sources=sources) == "退款9个工作日内就会到账。"


def test_across_languages_numbers_and_names_tie_a_sentence_that_names_no_source() -> None:
    sources = Sources(("The parcel leaves on Monday.", "The V8 stores 12 maps."), frozenset({0, 1}))
    assert checked("V8最多可以保存12张地图。", sources=sources) == "V8最多可以保存12张地图[2]。"
    assert checked("V9最多可以保存12张地图。", sources=sources) == "V9最多可以保存12张地图。"


def test_only_the_sources_in_another_language_are_believed_without_words() -> None:
    sources = Sources(("Refunds arrive within 5 business days.", "退款在五个工作日内到账。"), frozenset({0}))
    assert checked("配送免费，没有最低消费[2]。", sources=sources) == "配送免费，没有最低消费。"
    assert checked("退款在5个工作日内到账。", sources=sources).startswith("退款在5个工作日内到账")


def test_the_checker_knows_whether_anything_shown_is_cited() -> None:
    silent, speaking = CitationChecker(SOURCES), CitationChecker(SOURCES)
    silent.feed("Penguins are birds, as everybody knows.")
    speaking.feed("Refunds arrive within 5 business days.")
    silent.close()
    speaking.close()
    assert (silent.cited, speaking.cited) == (False, True)


REVENUE = (
    "分业务收入\n商城业务收入61.0亿元，占72.4%；\n云业务8.2亿元，占9.7%；\n健康业务4.8亿元，占5.7%。",
    "季度 | 营业收入（亿元） | 毛利率\n一季度 | 18.6 | 9.7%",
)


@pytest.mark.parametrize(
    ("question", "said", "shown"),
    [
        ("云业务收入占比是多少？", "9.7%", "9.7% [1]"),
        ("云业务收入占比是多少？", "9.7%。", "9.7% [1]。"),
        ("一季度的毛利率是多少？", "9.7%", "9.7% [2]"),
        ("云业务收入是多少？", "8.2亿元[1]", "8.2亿元[1]"),
        ("云业务收入占比是多少？", "9.8%", "9.8%"),  # nobody says so
        ("Who won?", "9.7%", "9.7%"),  # nothing that is said of it concerns the question
        ("云业务收入占比是多少？", "是的", "是的"),  # no value: any sentence would do
    ],
)
def test_an_answer_of_nothing_but_a_value_is_tied_to_the_sentence_that_states_it(
    question: str, said: str, shown: str
) -> None:
    assert checked(said, sources=Sources(REVENUE, question=question)) == shown


def test_a_decimal_is_not_the_number_of_a_list() -> None:
    """ "9.7%" begins like the item 9. of a list; cut there, another value would be looked for."""
    sources = Sources(("The fee is 7% of the price.", "The share is 9.7% of the price."), question="What is the share?")
    assert checked("9.7%", sources=sources) == "9.7% [2]"
    assert checked("1. The fee is 7% of the price.", sources=sources) == "1. The fee is 7% of the price [1]."


def test_without_sources_no_marker_survives() -> None:
    assert checked("As shown [1], it works [2].", sources=Sources(())) == "As shown, it works."


def test_a_sentence_that_is_not_admitted_is_never_shown() -> None:
    checker = CitationChecker(SOURCES, admit=lambda sentence: "9" not in sentence)
    shown = checker.feed("Refunds arrive within 5 business days. They take 9 weeks. Shipping is free over 50 dollars.")
    assert shown + checker.close() == "Refunds arrive within 5 business days [1]. Shipping is free over 50 dollars [2]."
    assert checker.dropped == 1


def test_text_is_shown_before_its_sentence_ends() -> None:
    assert CitationChecker(SOURCES).feed("Refunds arrive with") == "Refunds arrive with"


def test_cited_lists_the_numbers_in_order() -> None:
    assert cited("a [2] b [1][2]") == [2, 1, 2]


PIECES = st.lists(
    st.sampled_from(
        [
            "Refunds arrive within 5 business days",
            "退款在5个工作日内到账",
            "[1]",
            "[2, 3]",
            "【3】",
            " ",
            "\n",
            ".",
            "。",
            "3.5",
            "`",
            "```",
            "[",
            "]",
            "!?",
            '."',
            "[99]",
            "x[1]",
            "e.g. ",
            "\t",
            "（",
            "”",
        ]
    ),
    max_size=25,
).map("".join)


@given(text=PIECES | st.text(max_size=60), cuts=st.lists(st.integers(0, 400), max_size=12), gated=st.booleans())
def test_any_cutting_of_the_deltas_gives_the_same_text(text: str, cuts: list[int], gated: bool) -> None:
    def run(pieces: list[str]) -> str:
        checker = CitationChecker(SOURCES, (lambda sentence: len(sentence) % 2 == 0) if gated else None)
        return "".join(map(checker.feed, pieces)) + checker.close()

    bounds = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = [text[start:end] for start, end in pairwise(bounds)]
    assert run(pieces) == run([text])


@given(PIECES | st.text(max_size=80))
def test_every_marker_shown_outside_code_names_a_source(text: str) -> None:
    if "`" not in text:
        assert all(1 <= number <= 3 for number in cited(checked(text, size=7)))


@given(st.text(alphabet=st.characters(exclude_characters="[]【】`"), max_size=120))
def test_text_without_markers_loses_nothing(text: str) -> None:
    assert checked(text, sources=Sources(())) == text

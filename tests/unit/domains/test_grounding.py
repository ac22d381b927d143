"""Whether a finished answer is tied to its sources."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.grounding import points, tied, without_code

SOURCE = "The D3 stores 100 fingerprints. Its battery lasts 12 months. The warranty is 2 years."


def test_a_cited_answer_with_given_numbers_stays_as_it_is() -> None:
    said = "The D3 stores 100 fingerprints [1]. Its battery lasts a year."
    assert tied(said, [SOURCE]) == said


@pytest.mark.parametrize(
    "said", ["The D3 stores 100 fingerprints.", "Use `a[1]` for that.", "```\nx = y[1]\n```", "", "可以保存指纹。"]
)
def test_an_answer_that_cites_nothing_is_none(said: str) -> None:
    assert tied(said, [SOURCE]) is None


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("It costs 899 yuan [1]. It stores 100 fingerprints [1].", " It stores 100 fingerprints [1]."),
        ("它售价899元[1]。可以保存100枚指纹[1]。", "可以保存100枚指纹[1]。"),
        ("电池可用一年，价格三百元[1]。\n保修2年[1]。", "\n保修2年[1]。"),
    ],
)
def test_a_sentence_with_a_number_from_nowhere_is_left_out(said: str, left: str) -> None:
    assert tied(said, [SOURCE]) == left


def test_an_answer_whose_only_citation_stands_with_an_invented_number_is_none() -> None:
    assert tied("The D3 costs 899 yuan [1]. It is a smart lock.", [SOURCE]) is None


@pytest.mark.parametrize(
    "said",
    [
        "This information is found in source.",
        "The information is provided in the text above.",
        "This information is found in the second source, which lists revenue figures for 2025 and 2024.",
        "It is stated in source 2.",
        "该信息来自资料1。",
        "以上内容基于所给资料。",
        "答案可在资料中找到。",
    ],
)
def test_a_sentence_that_only_points_at_the_sources_is_left_out(said: str) -> None:
    assert points(said)
    answer = "The D3 stores 100 fingerprints [1]."
    assert tied(f"{answer} {said}", [SOURCE, said]) == answer


@pytest.mark.parametrize(
    "said",
    [
        "It is stated in the document that the battery lasts 12 months.",
        "This information is found in source [1].",  # it cites: perhaps the only sentence that does
        "The data is kept for 2 years.",
        "It comes with a source of power.",
        "资料中说明保修2年。",
        "该信息每年更新一次。",
        "以上内容依据所引用的资料，仅供参考，不构成投资、税务或法律建议。",  # the house's own words
        "General information from the documents cited, not investment, tax or legal advice.",
    ],
)
def test_a_sentence_that_says_something_stays(said: str) -> None:
    assert not points(said)


def test_numbers_in_code_are_nobodys_claim() -> None:
    said = "Retry like this [1]:\n```python\nsleep(37)\n```\nor call `wait(99)`."
    assert tied(said, [SOURCE]) == said


def test_a_number_of_the_question_is_given() -> None:
    assert tied("Level 7 is not named; the warranty is 2 years [1].", [SOURCE, "Is level 7 covered?"]) is not None


def test_a_month_written_as_a_word_and_an_hour_of_the_afternoon_ground_their_numbers() -> None:
    source = "Lines were down on 14 October 2025 until 9 pm."
    assert tied("故障发生于2025年10月14日，21点恢复[1]。", [source]) is not None
    assert tied("故障发生于2025年11月14日，21点恢复[1]。", [source]) is None


def test_code_is_taken_out_and_the_rest_kept() -> None:
    assert without_code("a `b[1]` c\n```\nd[2]\n```\ne").split() == ["a", "c", "e"]


@given(
    st.lists(st.sampled_from(["It stores 100 [1].", " It costs 7 yuan.", "保修2年[1]。", "\n", " `x[9]`"]), max_size=6)
)
def test_what_is_left_is_cited_holds_only_given_numbers_and_is_left_alone_the_second_time(pieces: list[str]) -> None:
    left = tied("".join(pieces), [SOURCE])
    assert left is None or ("[1]" in left and "7" not in left and tied(left, [SOURCE]) == left)

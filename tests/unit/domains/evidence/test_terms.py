"""Key terms of a question and what a text covers of them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.evidence import terms


def covers(question: str, text: str) -> float:
    asked = terms.of(question)
    return terms.covered(asked, terms.shares(asked, terms.look(text)))


def test_words_that_only_ask_are_no_terms() -> None:
    assert terms.of("请问什么时候可以？") == {}
    assert terms.of("What is it?") == {}


def test_rare_words_weigh_more_than_common_ones_and_codes_more_than_numbers() -> None:
    asked = terms.of("Which day was the oxylith E3 sold in 2025?")
    assert asked["oxylith"] > asked["day"]
    assert asked["e3"] > asked["2025"]
    zh = terms.of("血氧仪的公司")
    assert max(weight for term, weight in zh.items() if term != "公司") > zh["公司"]


@pytest.mark.parametrize(
    ("question", "text", "least", "most"),
    [
        ("How many fingerprints does the D3 store?", "The D3 stores up to 100 fingerprints.", 1.0, 1.0),
        ("How many fingerprints does the D3 store?", "Tea is green.", 0.0, 0.0),
        ("How many fingerprints does the D4 store?", "The D3 stores up to 100 fingerprints.", 0.3, 0.8),
        ("滤网多久更换", "濾網每六個月更換。", 1.0, 1.0),
        ("室内空气观测", "室内空气质量的观测", 0.6, 1.0),
    ],
)
def test_a_text_covers_what_it_says(question: str, text: str, least: float, most: float) -> None:
    assert least <= covers(question, text) <= most + 1e-9


@given(question=st.text(max_size=60), text=st.text(max_size=120))
def test_a_share_lies_between_nothing_and_all_and_grows_with_the_text(question: str, text: str) -> None:
    assert 0.0 <= covers(question, text) <= 1.0 + 1e-9
    assert covers(question, f"{text}\n{question}") >= covers(question, text) - 1e-9

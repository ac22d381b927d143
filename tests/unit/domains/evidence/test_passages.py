"""Sentences of hits: what they cover, and whether they hold a fitting value."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.evidence.passages import has_unit, places, unit_of
from retrieval.types import Hit

LOCK = "The D3 is a smart lock.\nIt stores 100 fingerprints. It is grey."
TABLE = "store | opens\nLingang | 9:30\nYunling | 10:00"


def test_every_sentence_is_looked_at_in_order(hit: Callable[..., Hit]) -> None:
    seen = places("How many fingerprints does the D3 store?", [hit(LOCK), hit("Tea.", key="b")])
    assert [(place.number, place.index) for place in seen] == [(1, 0), (1, 1), (1, 2), (2, 0)]
    assert [place.fits for place in seen] == [False, True, False, False]


def test_the_sentence_before_and_the_title_count_around_it(hit: Callable[..., Hit]) -> None:
    stores = places("How many fingerprints does the D3 store?", [hit(LOCK, title="Manual")])[1]
    assert stores.own < stores.pair
    assert stores.unit
    titled = places("How many fingerprints does the D3 store?", [hit("It stores 100 fingerprints.", title="D3")])[0]
    assert titled.pair < titled.around == pytest.approx(1.0)


def test_a_row_is_shown_with_its_header_and_the_header_answers_nothing(hit: Callable[..., Hit]) -> None:
    header, lingang, _ = places("When does Lingang open?", [hit(TABLE)])
    assert (header.fits, lingang.fits) == (False, True)
    assert lingang.shown == "store | opens\nLingang | 9:30"


def test_a_number_that_the_question_names_answers_nothing(hit: Callable[..., Hit]) -> None:
    asked = "How many stores opened in 2019?"
    assert not places(asked, [hit("Stores opened in 2019.")])[0].fits
    assert places(asked, [hit("In 2019 12 stores opened.")])[0].fits


def test_a_year_is_no_count(hit: Callable[..., Hit]) -> None:
    assert not places("How much cash did it have?", [hit("Cash 2017 to 2019.")])[0].fits


@pytest.mark.parametrize(
    ("question", "units"),
    [
        ("能存几张地图", {"张"}),
        ("分析了多少户", {"户"}),
        ("多少钱", set()),
        ("How many fingerprints fit?", {"fingerprint"}),
    ],
)
def test_the_unit_is_read_from_the_question(question: str, units: set[str]) -> None:
    assert units <= unit_of(question)
    assert bool(units) == bool(unit_of(question))


@pytest.mark.parametrize(
    ("unit", "sentence", "held"),
    [
        ("张", "最多4张", True),
        ("张", "四张地图", True),
        ("张", "一共60分贝，纸张另购", False),
        ("fingerprint", "up to 100 different fingerprints", True),
        ("fingerprint", "100 cards", False),
    ],
)
def test_a_number_stands_before_its_unit(unit: str, sentence: str, held: bool) -> None:
    assert has_unit(frozenset({unit}), sentence) is held

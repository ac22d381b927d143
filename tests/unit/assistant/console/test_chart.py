"""Bars: side by side, in order, as long as their counts."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.console import chart
from assistant.console.figures import Day


def day(**counts: int) -> Day:
    return Day(dt.date(2026, 3, 20), {name: counts.get(name, 0) for name in chart.NAMES})


def test_the_busiest_day_fills_the_width() -> None:
    drawn = chart.bars(day(faq=3, model=1), 4)
    assert [(bar.layer, bar.x, bar.width) for bar in drawn] == [("faq", 0.0, 240.0), ("model", 240.0, 80.0)]


def test_a_layer_without_questions_has_no_rectangle() -> None:
    assert chart.bars(day(), 5) == ()


@given(st.dictionaries(st.sampled_from(sorted(chart.NAMES)), st.integers(0, 500)), st.integers(0, 1000))
def test_rectangles_touch_and_add_up(counts: dict[str, int], more: int) -> None:
    shown = day(**counts)
    most = shown.total + more or 1
    drawn = chart.bars(shown, most)
    assert sum(bar.count for bar in drawn) == shown.total
    for left, right in pairwise(drawn):
        assert right.x == pytest.approx(left.x + left.width, abs=0.05)
    assert sum(bar.width for bar in drawn) == pytest.approx(shown.total / most * chart.WIDTH, abs=0.05)

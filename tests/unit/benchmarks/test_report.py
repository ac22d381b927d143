from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.report import percentile, say

VALUES = st.lists(st.floats(0, 1e6), min_size=1, max_size=200)


def test_the_median_of_an_odd_number_of_values_is_the_middle_one() -> None:
    assert percentile([30.0, 10.0, 20.0], 0.5) == 20.0


def test_the_99th_percentile_of_a_hundred_values_leaves_one_above_it() -> None:
    assert percentile([float(n) for n in range(1, 101)], 0.99) == 99.0


def test_a_share_of_zero_is_the_smallest_value_and_of_one_the_largest() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.0) == 1.0
    assert percentile([3.0, 1.0, 2.0], 1.0) == 3.0


def test_no_values_have_no_percentile() -> None:
    with pytest.raises(ValueError, match="no values"):
        percentile([], 0.5)


@given(VALUES, st.floats(0, 1))
def test_a_percentile_is_one_of_the_values(values: list[float], share: float) -> None:
    assert percentile(values, share) in values


@given(VALUES, st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_never_gives_a_smaller_value(values: list[float], one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert percentile(values, low) <= percentile(values, high)


@given(VALUES, st.floats(0, 1))
def test_at_least_that_share_of_the_values_lies_at_or_below(values: list[float], share: float) -> None:
    found = percentile(values, share)
    assert sum(value <= found for value in values) >= share * len(values) - 1e-9


def test_the_last_line_is_one_object_with_figures_and_machine(capsys: pytest.CaptureFixture[str]) -> None:
    say("A claim", {"rate": 1234.5, "absent": None}, {"cores": 2, "processor": "某处理器"}, as_json=True)
    last = capsys.readouterr().out.splitlines()[-1]
    assert json.loads(last) == {"rate": 1234.5, "absent": None, "machine": {"cores": 2, "processor": "某处理器"}}


def test_without_json_no_line_is_an_object(capsys: pytest.CaptureFixture[str]) -> None:
    say("A claim", {"rate": 1.0}, {"cores": 2}, as_json=False)
    assert "{" not in capsys.readouterr().out


def test_the_table_reads_well_and_says_what_was_not_measured(capsys: pytest.CaptureFixture[str]) -> None:
    say("A claim", {"rate": 1234.56, "first_token_ms": None, "count": 7}, {"cores": 2}, as_json=False)
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "A claim"
    assert "1,234.6" in out
    assert "not measured" in out
    assert out.splitlines()[3].endswith("  7")

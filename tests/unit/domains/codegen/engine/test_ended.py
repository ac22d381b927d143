"""A test has passed when each of its rows did in every run, and what was not counted is not covered."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine import gating as python
from domains.codegen.engine.ended import Counted, Ended
from domains.codegen.javascript import gating as javascript

NOTHING = Counted(statements=0, missing=0, branches=0, missing_branches=0, missing_lines=[])
ENDS = st.lists(st.sampled_from(["passed", "failed"]), min_size=1, max_size=5)


@given(st.lists(ENDS, min_size=1, max_size=4))
def test_passed_and_failed_are_said_of_all_rows_and_runs_or_not_at_all(rows: list[list[str]]) -> None:
    every = [end for ends in rows for end in ends]
    for told in (
        python.Gated(ended={f"test_a[{n}]": ends for n, ends in enumerate(rows)}, coverage=NOTHING),
        javascript.Gated(ended={f"test_a, row {n}": ends for n, ends in enumerate(rows)}),
    ):
        assert told.passed("test_a") == all(end == "passed" for end in every)
        assert told.failed("test_a") == all(end == "failed" for end in every)
        assert not (told.passed("test_a") and told.failed("test_a"))


@pytest.mark.parametrize(
    ("told", "other"),
    [
        (python.Gated(ended={"test_ab": ["passed"]}, coverage=NOTHING), "test_a"),
        (javascript.Gated(ended={"adder": ["passed"]}), "add"),
        (Ended(ended={"add, row 1": ["passed"]}), "add"),
    ],
)
def test_a_test_is_not_taken_for_another_whose_name_begins_alike(told: Ended, other: str) -> None:
    assert not told.passed(other)
    assert not told.failed(other)


def test_a_test_that_never_ended_neither_passed_nor_failed() -> None:
    told = Ended(ended={"add": []})
    assert not told.passed("add")
    assert not told.failed("add")


def test_coverage_is_shares_of_what_was_counted() -> None:
    counted = Counted(statements=8, missing=2, branches=4, missing_branches=1, missing_lines=[3, 5])
    covered = Ended(ended={}, coverage=counted).covered()
    assert (covered.line, covered.branch, covered.missing_lines) == (0.75, 0.75, (3, 5))
    assert (Ended(ended={}, coverage=NOTHING).covered().line, Ended(ended={}).covered().line) == (1.0, 0.0)


def test_a_report_of_pytest_without_coverage_is_none() -> None:
    with pytest.raises(ValueError, match="coverage"):
        python.Gated.model_validate({"ended": {}, "why": {}})

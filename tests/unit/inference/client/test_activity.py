"""The launcher's report as the house reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.client import activity
from inference.serving.watch import FILE, Report

REPORT = Report(
    at=1.0, kernel="HouseInt4Experts", cores=2, busy_cores=0.5, memory_bytes=7, tokens_per_second=5.4,
    layers=(0, 3), domains=("other", "finance"), counts=(((1, 2), (3, 4)), ((5, 6), (7, 8))),
)  # fmt: skip


def test_what_the_launcher_writes_is_what_is_read(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(REPORT.model_dump_json())
    found = activity.read(tmp_path / "state.json")
    assert found is not None
    assert found.model_dump() == REPORT.model_dump(exclude={"tokens"})


@pytest.mark.parametrize(
    "changed",
    [
        {"layers": (0,)},
        {"domains": ("other",)},
        {"counts": (((1, 2), (3, 4)), ((5, 6), (7,)))},
    ],
    ids=["layers", "domains", "experts"],
)
def test_counts_that_do_not_fit_are_no_report(tmp_path: Path, changed: dict[str, object]) -> None:
    (tmp_path / FILE).write_text(REPORT.model_copy(update=changed).model_dump_json())
    assert activity.read(tmp_path / "state.json") is None


@pytest.mark.parametrize("content", ["", "{", "[]", '{"at": 1}'])
def test_half_a_report_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE).write_text(content)
    assert activity.read(tmp_path / "state.json") is None


def test_a_server_elsewhere_leaves_no_report(tmp_path: Path) -> None:
    assert activity.read(tmp_path / "state.json") is None

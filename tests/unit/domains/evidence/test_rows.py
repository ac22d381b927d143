"""Reading labelled rows, and asking them as retrieval would."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from domains.evidence.rows import is_demo, read_demo, read_mtrag


def test_the_demos_rows_carry_title_label_and_split(demo: Path) -> None:
    rows = list(read_demo(demo))
    assert (rows[0].label, rows[0].hits[0].chunk.title, rows[0].split) == ("answerable", "On tea", "train")
    assert rows[12].label == "unanswerable"
    assert rows[-1].split == "test"


def test_a_task_asks_its_last_turn(mtrag: Path) -> None:
    rows = list(read_mtrag(mtrag))
    assert [(row.question, row.label, len(row.hits)) for row in rows] == [
        ("What is an IRA?", "answerable", 1), ("What is an IRA?", "unanswerable", 0), ("What is an IRA?",
        "partial", 0),
    ]  # fmt: skip


def test_the_forms_are_told_apart(demo: Path, mtrag: Path) -> None:
    assert is_demo(demo)
    assert not is_demo(mtrag)


def test_a_line_of_another_form_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"passage": "x"}', encoding="utf-8")
    with pytest.raises(ValidationError):
        list(read_demo(path))

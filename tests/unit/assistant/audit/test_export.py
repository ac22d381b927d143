"""The log as CSV: every field of every entry, and no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.audit.export import HEADER, lines
from assistant.audit.models import Entry

AT = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00\r"), max_size=20)


def rows(*entries: Entry) -> list[dict[str, str]]:
    text = "".join(lines(entries))
    assert text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(text[1:], newline="")))


def entry(**fields: object) -> Entry:
    return Entry(**{"at": AT, "channel": "admin", "action": "add", "kind": "k", "object_id": "1", **fields})  # type: ignore[arg-type]


def test_no_entries_are_a_header() -> None:
    assert "".join(lines([])).strip("\ufeff\r\n") == ",".join(HEADER)


def test_values_are_written_as_json_with_their_letters() -> None:
    row = rows(entry(before=None, after={"标题": '退货, "新"', "a": [1]}))[0]
    assert (row["at"], row["before"]) == ("2026-03-04T05:06:07+00:00", "")
    assert row["after"] == '{"a": [1], "标题": "退货, \\"新\\""}'


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1"])
def test_what_begins_like_a_formula_is_text(text: str) -> None:
    assert rows(entry(label=text))[0]["label"] == f"'{text}"


@given(st.lists(CELL, min_size=1, max_size=5))
def test_every_label_comes_back_but_for_the_apostrophe(labels: list[str]) -> None:
    found = [row["label"] for row in rows(*(entry(label=label) for label in labels))]
    plain = [text.removeprefix("'") if text != label else text for text, label in zip(found, labels, strict=True)]
    assert plain == labels

"""The log as CSV, for an auditor's spreadsheet."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator
from typing import cast

from assistant.audit.models import Entry

HEADER = ("id", "at", "tenant", "who", "channel", "action", "kind", "object_id", "label", "before", "after")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class _Echo:
    """A file that hands back what is written to it, so that a line can be sent as soon as it is made."""

    def write(self, text: str) -> str:
        return text


def lines(entries: Iterable[Entry]) -> Iterator[str]:
    """Yield the header and a line for each entry.

    A cell that a spreadsheet would take for a formula begins with an apostrophe: its text came from outside.
    """
    writer = csv.writer(_Echo())
    yield "\ufeff" + cast("str", writer.writerow(HEADER))  # the mark by which spreadsheets know UTF-8
    for entry in entries:
        yield cast("str", writer.writerow([_cell(getattr(entry, name)) for name in HEADER]))


def _cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    text = value.isoformat() if hasattr(value, "isoformat") else str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text

"""The manifest of a place: `manifest.csv` or `manifest.jsonl` beside the files; rows of `path` and any of `Given`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from assistant.errors import InvalidInput, Text
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.texts import refused
from assistant.knowledge.imports.types import NotTaken

NAMES = ("manifest.csv", "manifest.jsonl")
MOST_BYTES = 32 * 1024 * 1024
_ENCODINGS = ("utf-8-sig", "gb18030")  # Excel in China saves the second


def read_manifest(name: str, data: bytes, key: str = "path") -> dict[str, Given | NotTaken]:
    """Read what is said about each file. A row that cannot be used refuses its file.

    Raises InvalidInput (`bad_manifest`) when the manifest as a whole cannot be read, or has a column nobody knows.
    """
    text = _text(name, data)
    rows = _json_lines(name, text) if name.endswith(".jsonl") else _csv_rows(name, text, key)
    return {_plain(row.pop(key)): _given(row) for row in rows if _named(name, row, key)}


def first(read: Callable[[str], bytes | None]) -> dict[str, Given | NotTaken]:
    """Read the first manifest there is; `read` gives None for a name that is not there."""
    for name in NAMES:
        data = read(name)
        if data is not None:
            return read_manifest(name, data)
    return {}


def _text(name: str, data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _bad(name, "over 32 MiB")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _bad(name, "not UTF-8")


def _csv_rows(name: str, text: str, key: str) -> Iterator[dict[str, Any]]:
    reader = csv.DictReader(io.StringIO(text))
    unknown = set(reader.fieldnames or ()) - {key, *Given.model_fields}
    if key not in (reader.fieldnames or ()) or unknown:
        wrong = f", not {min(unknown)}" if unknown else ""
        raise _bad(name, f"its columns are {key} and any of {', '.join(Given.model_fields)}{wrong}")
    for row in reader:
        yield {field: value for field, value in row.items() if value and value.strip()}


def _json_lines(name: str, text: str) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise _bad(name, f"line {number} is not JSON") from error
        if not isinstance(row, dict):
            raise _bad(name, f"line {number} is not an object")
        yield row


def _named(name: str, row: Mapping[str, Any], key: str) -> bool:
    if not isinstance(row.get(key), str):
        raise _bad(name, f"a row without {key}")
    return True


def _plain(path: str) -> str:
    return path.strip().removeprefix("./") if "://" in path else path.strip().replace("\\", "/").removeprefix("./")


def _given(row: Mapping[str, Any]) -> Given | NotTaken:
    try:
        return Given.model_validate(row)
    except ValidationError as error:
        worst = error.errors()[0]
        field = ".".join(str(part) for part in worst["loc"]) or "row"
        return refused("bad_manifest", reason=f"{field}: {worst['msg']}")


def _bad(name: str, reason: str) -> InvalidInput:
    return InvalidInput(
        Text(
            en=f"{name} cannot be used: {reason}. Nothing was imported.",
            zh=f"{name} 无法使用：{reason}。未导入任何内容。",
        ),
        code="bad_manifest",
    )

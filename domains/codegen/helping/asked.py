"""What the model is asked, and the grammar that its answer keeps to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domains import prompts
from domains.codegen.engine.types import Survivor
from domains.codegen.helping.language import Part, Prose, Style
from inference.client.types import Message

_PROMPTS = Path(__file__).parent / "prompts"
_MOST_LINES = 70
_MOST_PLACES = 8

Question = tuple[tuple[Message, ...], dict[str, Any], int]
"""Messages, schema, tokens."""


def of_name(style: Style, source: str, call: str, outcome: str) -> Question:
    """Ask for a name and a reason."""
    name = {"type": "string", "pattern": style.pattern}
    schema = _object({"name": name, "reason": {"type": "string", "maxLength": 100}})
    given = prompts.render(
        _PROMPTS / "name.md", named=style.named, source=source, call=call[:400], outcome=outcome[:200]
    )
    return given, schema, 80


def of_prose(style: Style, said: Prose) -> Question:
    """Ask what sentences say of single calls."""
    example = _object({key: {"type": "string", "maxLength": 200} for key in ("quote", "call", "expected")})
    schema = _object({"examples": {"type": "array", "items": example, "maxItems": 3}})
    given = prompts.render(
        _PROMPTS / "prose.md",
        language=style.language, raises=style.raises, signature=said.signature, prose=said.text,
    )  # fmt: skip
    return given, schema, 220


def of_places(style: Style, parts: Sequence[Part], source: str, places: Sequence[Survivor]) -> list[Question]:
    """Ask for calls that reach lines, or that notice changes: one question a part, those with most places first."""
    schema = _object({"calls": {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 6}})
    by_part: dict[Part, list[Survivor]] = {}
    for place in places:
        part = part_of(parts, place.line)
        if part is not None:
            by_part.setdefault(part, []).append(place)
    ranked = sorted(by_part.items(), key=lambda found: (-len(found[1]), found[0].first))
    return [
        (prompts.render(_PROMPTS / "inputs.md", **_marked(style, part, source, found[:_MOST_PLACES])), schema, 160)
        for part, found in ranked
    ]


def part_of(parts: Sequence[Part], line: int) -> Part | None:
    """Return what a line lies in."""
    return next((part for part in parts if part.first <= line <= part.last), None)


def excerpt(parts: Sequence[Part], source: str, symbol: str, most: int = _MOST_LINES) -> str:
    """Return the source of the function or class of a symbol, bounded; empty where it is not known."""
    name = symbol.split(".", maxsplit=1)[0]
    part = next((part for part in parts if part.name == name), None)
    return "" if part is None else "\n".join(source.splitlines()[part.first - 1 : part.last][:most])


def _marked(style: Style, part: Part, source: str, places: Sequence[Survivor]) -> dict[str, str]:
    missed = {place.line for place in places if not place.change}
    lines = source.splitlines()
    shown = [
        lines[n - 1] + (f"   {style.comment} <- never reached" if n in missed else "")
        for n in range(part.first, min(part.last, part.first + _MOST_LINES) + 1)
    ]
    changes = [f"Change in {lines[p.line - 1].strip()!r}: {p.change}" for p in places if p.change]
    stalled = "\n".join(changes) or "Reach the lines marked."
    return {"source": "\n".join(shown), "stalled": stalled, "examples": style.examples}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}

"""What the model is asked, and the grammar that its answer keeps to."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from domains import prompts
from domains.codegen.engine.types import Survivor
from domains.codegen.helping.prose import Prose
from inference.client.types import Message

_PROMPTS = Path(__file__).parent / "prompts"
_MOST_LINES = 70
_MOST_PLACES = 8

Question = tuple[tuple[Message, ...], dict[str, Any], int]
"""Messages, schema, tokens."""


def of_name(source: str, call: str, outcome: str) -> Question:
    """Ask for a name and a reason."""
    name = {"type": "string", "pattern": "^test(_[a-z0-9]{1,20}){2,14}$"}
    schema = _object({"name": name, "reason": {"type": "string", "maxLength": 100}})
    given = prompts.render(_PROMPTS / "name.md", source=source, call=call[:400], outcome=outcome[:200])
    return given, schema, 80


def of_prose(said: Prose) -> Question:
    """Ask what sentences say of single calls."""
    example = _object({key: {"type": "string", "maxLength": 200} for key in ("quote", "call", "expected")})
    schema = _object({"examples": {"type": "array", "items": example, "maxItems": 3}})
    return prompts.render(_PROMPTS / "prose.md", signature=said.signature, prose=said.text), schema, 220


def of_places(tree: ast.Module, source: str, places: Sequence[Survivor]) -> list[Question]:
    """Ask for calls that reach lines, or that notice changes: one question a function, those with most places first."""
    schema = _object({"calls": {"type": "array", "items": {"type": "string", "maxLength": 120}, "maxItems": 6}})
    by_owner: dict[ast.stmt, list[Survivor]] = {}
    for place in places:
        owner = owner_of(tree, place.line)
        if owner is not None:
            by_owner.setdefault(owner, []).append(place)
    ranked = sorted(by_owner.items(), key=lambda found: (-len(found[1]), found[0].lineno))
    return [
        (prompts.render(_PROMPTS / "inputs.md", **_marked(owner, source, found[:_MOST_PLACES])), schema, 160)
        for owner, found in ranked
    ]


def owner_of(tree: ast.Module, line: int) -> ast.stmt | None:
    """Return the function or class at the top of a module that a line lies in."""
    return next(
        (
            node
            for node in tree.body
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and node.lineno <= line <= (node.end_lineno or 0)
        ),
        None,
    )


def excerpt(owner: ast.stmt, source: str) -> str:
    """Return the source of a function or class, bounded."""
    lines = source.splitlines()[owner.lineno - 1 : owner.end_lineno]
    return "\n".join(lines[:_MOST_LINES])


def _marked(owner: ast.stmt, source: str, places: Sequence[Survivor]) -> dict[str, str]:
    missed = {place.line for place in places if not place.change}
    lines = source.splitlines()
    shown = [
        lines[n - 1] + ("   # <- never reached" if n in missed else "")
        for n in range(owner.lineno, min(owner.end_lineno or owner.lineno, owner.lineno + _MOST_LINES) + 1)
    ]
    changes = [f"Change in {lines[p.line - 1].strip()!r}: {p.change}" for p in places if p.change]
    return {"source": "\n".join(shown), "stalled": "\n".join(changes) or "Reach the lines marked."}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": [*properties], "additionalProperties": False}

"""Literals of JavaScript and Java as values of Python, and written anew: text of the model is never run as it came."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tree_sitter import Node

from domains.codegen.engine.trees import text
from domains.codegen.helping.language import UNDEFINED, UNKNOWN

LONGEST = 300
_BIGGEST = 10**12
_DEEPEST = 8
_NUMBER = re.compile(r"[-+]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?[lLfFdD]?")
_SIMPLE = {"true": True, "false": False, "null": None, "null_literal": None, "undefined": UNDEFINED}
_NUMBERS = {"number", "decimal_integer_literal", "decimal_floating_point_literal", "unary_expression"}
_TEXTS = {"string", "string_literal", "character_literal"}


class NotPlain(ValueError):
    """It is no literal, nor built of literals."""


Further = Callable[[Node, Callable[[Node], object]], object]
"""Reads what a language writes in its own way; raises NotPlain."""


def value_of(node: Node, further: Further, depth: int = 0) -> object:
    """Read a literal. Raises NotPlain for anything else, what is nested too deeply and numbers too big to be meant."""
    if depth > _DEEPEST:
        raise NotPlain("nested too deeply")
    if node.type in _SIMPLE:
        return _SIMPLE[node.type]
    if node.type in _NUMBERS:
        return _number(text(node))
    if node.type in _TEXTS:
        return _text(text(node))
    return further(node, lambda inner: value_of(inner, further, depth + 1))


@dataclass(frozen=True, slots=True)
class Literals:
    """Literals of one language: how an expression is parsed, what it writes in its own way, how a value is written."""

    expression: Callable[[str], Node | None]
    further: Further
    written: Callable[[object], str]

    def value(self, said: str) -> object:
        """Read a literal; UNKNOWN for what is none."""
        node = self.expression(said) if len(said) <= 10 * LONGEST else None
        if node is None:
            return UNKNOWN
        try:
            return value_of(node, self.further)
        except NotPlain:
            return UNKNOWN

    def literal(self, said: str) -> str | None:
        """Write a literal anew; None for what is none."""
        value = self.value(said)
        return None if value is UNKNOWN else self.written(value)


def arguments(node: Node | None, further: Further) -> tuple[object, ...]:
    """Read the arguments of a call. Raises NotPlain."""
    return () if node is None else tuple(value_of(one, further) for one in children(node))


def children(node: Node) -> Iterator[Node]:
    """Yield what a node is made of, comments aside."""
    return (one for one in node.named_children if "comment" not in one.type)


def _number(written: str) -> object:
    plain = re.sub(r"\s", "", written)
    if plain.lstrip("+-") in {"Infinity", "NaN"}:
        return float(plain.replace("Infinity", "inf").lower())
    if not _NUMBER.fullmatch(plain):
        raise NotPlain(written)
    digits = plain.rstrip("lLfFdD").replace("_", "")
    whole = re.fullmatch(r"[-+]?\d+", digits) is not None and plain[-1] not in "fFdD"
    if whole and len(digits.lstrip("+-")) > 1 and digits.lstrip("+-")[0] == "0":
        raise NotPlain(written)  # octal
    number = int(digits) if whole else float(digits)
    if math.isfinite(number) and abs(number) > _BIGGEST:
        raise NotPlain(written)
    return number


def _text(written: str) -> str:
    inner = written[1:-1].replace("\\'", "'")
    if written[0] == "'":
        inner = re.sub(r'(?<!\\)((?:\\\\)*)"', r'\1\\"', inner)
    try:
        return str(json.loads(f'"{inner}"'))
    except ValueError as error:
        raise NotPlain(written) from error


def quoted(value: str) -> str:
    """Write a text between double quotes, as both languages do."""
    return json.dumps(value)

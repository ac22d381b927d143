"""Values close to another: the moves of the search."""

from __future__ import annotations

import ast
import random
from collections.abc import Callable
from typing import Any

from domains.codegen.engine.inside import patterns


def nudged(text: str, chance: random.Random) -> str:
    """Return the source of a value close to another; what is no literal is left, but for the literals inside a call."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return _inside(text, chance)
    return repr(_near(value, chance))


def related(text: str, chance: random.Random) -> str | None:
    """Return the source of a part of a value (a piece of a text, an item, a key) or of the value; None of no literal.

    What one argument holds, another often asks about: `ends` of a `text`, `key` of a `mapping`.
    """
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return None
    if isinstance(value, str | bytes) and value:
        low, high = sorted((chance.randrange(len(value)), chance.randrange(len(value))))
        return repr(chance.choice([value[low : high + 1], value[: high + 1], value[low:]]))
    if isinstance(value, list | tuple | dict | set | frozenset) and value:
        return repr(chance.choice(sorted(value, key=repr)))
    return repr(value)


def _inside(text: str, chance: random.Random) -> str:
    """Change one literal inside an expression."""
    try:
        tree = ast.parse(text, mode="eval")
    except SyntaxError:
        return text
    found = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node.value is not None]
    if not found:
        return text
    node = chance.choice(found)
    new = _near(node.value, chance)
    if isinstance(new, int | float | str | bytes):
        node.value = new
    return ast.unparse(tree)


def _near(value: Any, chance: random.Random) -> Any:  # noqa: ANN401 - any literal
    move = _MOVES.get(type(value))
    return value if move is None else move(value, chance)


def _whole(value: int, chance: random.Random) -> int:
    """Move a number: a little, by half, to a small one (what a table is asked for), to another order of magnitude."""
    near = [value + 1, value - 1, -value, value * 2, value // 2, 0]
    return chance.choice([*near, chance.randrange(100), value * 10, int(10 ** chance.randrange(7))])


def _broken(value: float, chance: random.Random) -> float:
    return chance.choice([value + 1, value - 1, -value, value * 2, round(value / 2, 6), 0.0])


def _text(text: str, chance: random.Random) -> str:
    if text and chance.random() < 0.5:
        at = chance.randrange(len(text))
        piece = chance.choice("0123456789abzAZ -_.,/+") if chance.random() < 0.8 else ""
        return text[:at] + piece + text[at + chance.randint(0, 1) :]
    return chance.choice([*patterns.near(text), text * 2, text.upper(), text.lower(), text.strip()])


def _octets(value: bytes, chance: random.Random) -> bytes:
    return _text(value.decode("latin-1"), chance).encode("latin-1", "replace")


def _list(items: list[Any], chance: random.Random) -> list[Any]:
    other = list(items)
    way = chance.randrange(4)
    if way == 0 and other:
        other.pop(chance.randrange(len(other)))
    elif way == 1 and other:
        other.insert(chance.randrange(len(other) + 1), chance.choice(other))
    elif way == 2:
        chance.shuffle(other)
    elif other:
        at = chance.randrange(len(other))
        other[at] = _near(other[at], chance)
    return other


def _mapping(items: dict[Any, Any], chance: random.Random) -> dict[Any, Any]:
    other = dict(items)
    if not other:
        return other
    key = chance.choice(list(other))
    way = chance.randrange(3)
    if way == 0:
        del other[key]
    elif way == 1:
        other[key] = _near(other[key], chance)
    else:
        changed = _near(key, chance)
        other[changed if isinstance(changed, str | int | float | bytes) else key] = other[key]
    return other


def _fixed(value: tuple[Any, ...], chance: random.Random) -> tuple[Any, ...]:
    if not value or chance.random() < 0.2:
        return tuple(_list(list(value), chance))
    at = chance.randrange(len(value))
    return (*value[:at], _near(value[at], chance), *value[at + 1 :])


def _set(value: set[Any], chance: random.Random) -> set[Any]:
    return set(_list(sorted(value, key=repr), chance))


_MOVES: dict[type, Callable[[Any, random.Random], Any]] = {
    bool: lambda value, _: not value, int: _whole, float: _broken, str: _text, bytes: _octets, list: _list,
    dict: _mapping, tuple: _fixed, set: _set,
}  # fmt: skip

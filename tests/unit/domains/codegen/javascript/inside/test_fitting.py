"""Values are of a declared type, or they are not given to what declares it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.unit.domains.codegen.javascript.inside.conftest import SEARCH

NUMBER, STRING = {"k": "number"}, {"k": "string"}
SIZE = {"k": "union", "of": [{"k": "literal", "source": '"small"'}, {"k": "literal", "source": '"large"'}]}
LEVEL = {"k": "union", "of": [{"k": "literal", "source": "Level.Low"}, {"k": "literal", "source": "Level.High"}]}
LINE = {
    "k": "object",
    "fields": [
        {"name": "size", "type": SIZE, "optional": False},
        {"name": "count", "type": NUMBER, "optional": True},
    ],
}
SHAPE = {
    "k": "union",
    "of": [
        {"k": "object", "fields": [
            {"name": "kind", "type": {"k": "literal", "source": '"circle"'}, "optional": False},
            {"name": "radius", "type": NUMBER, "optional": False},
        ]},
        {"k": "object", "fields": [
            {"name": "kind", "type": {"k": "literal", "source": '"square"'}, "optional": False},
            {"name": "side", "type": NUMBER, "optional": False},
        ]},
    ],
}  # fmt: skip


@pytest.mark.parametrize(
    ("value", "term", "text"),
    [
        ("1", NUMBER, "1"),
        ('"1"', NUMBER, None),
        ('"small"', SIZE, '"small"'),
        ('"smal"', SIZE, None),
        ("5", LEVEL, "Level.High"),
        ("6", LEVEL, None),
        ('{ size: "large", count: 2 }', LINE, '{ size: "large", count: 2 }'),
        ('{ size: "large" }', LINE, '{ size: "large" }'),
        ("{ count: 2 }", LINE, None),
        ('{ size: "large", more: 2 }', LINE, None),
        ('{ kind: "square", side: 2 }', SHAPE, '{ kind: "square", side: 2 }'),
        ('{ kind: "square", radius: 2 }', SHAPE, None),
        ('{ kind: "squarue", side: 2 }', SHAPE, None),
        ("[1, 2]", {"k": "array", "of": NUMBER}, "[1, 2]"),
        ('[1, "2"]', {"k": "array", "of": NUMBER}, None),
        ('[1, "a"]', {"k": "tuple", "of": [NUMBER, STRING]}, '[1, "a"]'),
        ("[1]", {"k": "tuple", "of": [NUMBER, STRING]}, None),
        ('{ "a b": 1 }', {"k": "record", "of": NUMBER}, '{ "a b": 1 }'),
        ("{}", {"k": "record", "of": NUMBER}, "{}"),
        ("[]", {"k": "object", "fields": []}, None),
        ("null", {"k": "union", "of": [STRING, {"k": "null"}]}, "null"),
        ("[[1]]", {"k": "any"}, "[[1]]"),
    ],
)
def test_a_value_is_written_as_its_type_writes_it(js: Any, value: str, term: dict[str, Any], text: str | None) -> None:
    setup = "inside('running').scope(['Level'], { Level: { Low: 1, High: 5 } });"
    assert js(f"{setup} return inside('fitting').fitted(({value}), {json.dumps(term)}) ?? null;") == text


def test_a_search_gives_no_value_that_its_type_does_not_have(js: Any, module: Callable[..., str]) -> None:
    """A neighbour of a kind was a kind that nobody declared, and what came of it was suspected."""
    source = (
        "exports.area = (shape) => { if (shape.kind === 'circle') return 3 * shape.radius;"
        " if (shape.kind === 'square') return shape.side > 3 ? 1 : 0; };"
    )
    parameter = {"name": "shape", "type": SHAPE, "default": None, "optional": False, "rest": False, "uses": []}
    target = {
        "symbol": "area",
        "kind": "call",
        "callee": "area",
        "parameters": [parameter],
        "owner": "",
        "helper": False,
    }
    constants = {"": {"numbers": [3], "strings": ["circle", "square"], "patterns": [], "keys": ["kind", "radius"]}}
    setup = SEARCH.format(path=module(source), targets=json.dumps([target]), constants=json.dumps(constants))
    given = js(setup + "return [...search.tried].map((key) => JSON.parse(key).steps[0].args[0]);")
    assert len(given) > 50
    odd = js(f"return {json.dumps(given)}.filter((text) => inside('fitting').fitted(eval('(' + text + ')'), "
             f"{json.dumps(SHAPE)}) === undefined);")  # fmt: skip
    assert odd == []

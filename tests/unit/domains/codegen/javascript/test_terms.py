"""Types as TypeScript and JSDoc write them."""

from __future__ import annotations

from typing import Any

import pytest

from domains.codegen.engine.trees import text
from domains.codegen.javascript import terms
from domains.codegen.javascript.parsing import parse

NUMBER, STRING = {"k": "number"}, {"k": "string"}


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("number", NUMBER),
        ("?string", {"k": "union", "of": [STRING, {"k": "null"}]}),
        ("number=", NUMBER),
        ("!Date", {"k": "date"}),
        ("...number", NUMBER),
        ("number[]", {"k": "array", "of": NUMBER}),
        ("Array.<string>", {"k": "array", "of": STRING}),
        ("string|number", {"k": "union", "of": [STRING, NUMBER]}),
        ("Object.<string, number>", {"k": "record", "of": NUMBER}),
        ("'a'|'b'", {"k": "union", "of": [{"k": "literal", "source": "'a'"}, {"k": "literal", "source": "'b'"}]}),
        ("[number, string]", {"k": "tuple", "of": [NUMBER, STRING]}),
        ("Map<string, number>", {"k": "map", "key": STRING, "of": NUMBER}),
        ("Set<number>", {"k": "set", "of": NUMBER}),
        ("(a: number) => string", {"k": "function"}),
        ("Function", {"k": "function"}),
        ("*", {"k": "any"}),
        ("Whatever", {"k": "any"}),
        ("not a type {", {"k": "any"}),
        ("readonly string[]", {"k": "array", "of": STRING}),
    ],
)
def test_a_documented_type_is_read(written: str, term: dict[str, Any]) -> None:
    assert terms.documented(written, {}) == term


def test_a_type_of_the_file_itself_is_followed() -> None:
    root = parse(b"interface Item { price: number; note?: string }", "typescript").root_node
    names = {"Item": root.named_children[0]}
    assert terms.documented("Item[]", names) == {
        "k": "array",
        "of": {
            "k": "object",
            "fields": [
                {"name": "price", "type": NUMBER, "optional": False},
                {"name": "note", "type": STRING, "optional": True},
            ],
        },
    }


def test_a_type_that_holds_itself_ends() -> None:
    root = parse(b"interface Tree { left: Tree; value: number }", "typescript").root_node
    term = terms.documented("Tree", {text(root.named_children[0].child_by_field_name("name")): root.named_children[0]})
    assert str(term).count("'left'") < 10


@pytest.mark.parametrize(
    ("written", "kinds"),
    [
        ("number", {"number"}),
        ("number|null", {"number", "null"}),
        ("'a'|'b'", {"string"}),
        ("string[]", {"array"}),
        ("Date", None),
        ("number|Date", None),
        ("any", None),
        ("boolean", {"boolean"}),
    ],
)
def test_a_result_is_held_to_plain_kinds_alone(written: str, kinds: set[str] | None) -> None:
    assert terms.accepts(terms.documented(written, {})) == kinds


@pytest.mark.parametrize(
    ("written", "split"),
    [
        ("{number} a", ("number", "a")),
        ("{{a: number}} o - it", ("{a: number}", "o - it")),
        ("plain", ("", "plain")),
    ],
)
def test_braces_of_jsdoc_are_split(written: str, split: tuple[str, str]) -> None:
    assert terms.first_braces(written) == split


@pytest.mark.parametrize(
    ("written", "term"),
    [
        ("enum Level { Low, High = 5 }", NUMBER),
        ("enum Level { Bits = 1 << 3 }", NUMBER),
        ("enum Level {}", NUMBER),
        ("enum Level { Low = 'low', High = 7 }", {"k": "any"}),
        (
            "enum Level { Low = 'low', High = \"high\" }",
            {"k": "union", "of": [{"k": "literal", "source": "'low'"}, {"k": "literal", "source": '"high"'}]},
        ),
    ],
)
def test_an_enumeration_is_numbers_or_its_texts(written: str, term: dict[str, Any]) -> None:
    """One of texts was read as numbers: each function that gives one was suspected of breaking its declaration."""
    root = parse(written.encode(), "typescript").root_node
    assert terms.documented("Level", {"Level": root.named_children[0]}) == term


def _literals(*sources: str, kind: str | None = None) -> dict[str, Any]:
    more = {} if kind is None else {"kind": kind}
    return {"k": "union", "of": [{"k": "literal", "source": source, **more} for source in sources]}


@pytest.mark.parametrize(
    ("declared", "written", "term"),
    [
        ("export enum Level { Low, High = 5 }", "Level", _literals("Level.Low", "Level.High", kind="number")),
        ("export enum Level { Low = 'low' }", "Level", _literals("Level.Low", kind="string")),
        ("type Size = 's' | 'l'", "Record<Size, number>", {"k": "object", "fields": [
            {"name": "s", "type": NUMBER, "optional": False}, {"name": "l", "type": NUMBER, "optional": False}]}),
        ("type A = { a: number }", "A & { b?: string }", {"k": "object", "fields": [
            {"name": "a", "type": NUMBER, "optional": False},
            {"name": "b", "type": {"k": "string"}, "optional": True}]}),
        ("interface A extends B { a: number } interface B { b: number }", "A", {"k": "object", "fields": [
            {"name": "b", "type": NUMBER, "optional": False}, {"name": "a", "type": NUMBER, "optional": False}]}),
        ("interface A { a: number; b: number }", "keyof A", _literals('"a"', '"b"')),
        ("type A = string", "keyof A", {"k": "string"}),
        ("type A = readonly [number, string?]", "A", {"k": "tuple", "of": [NUMBER, {"k": "string"}]}),
    ],
)  # fmt: skip
def test_types_that_lean_on_others_are_read(declared: str, written: str, term: dict[str, Any]) -> None:
    root = parse(declared.encode(), "typescript").root_node
    nodes = [one.child_by_field_name("declaration") or one for one in root.named_children]
    names = {text(one.child_by_field_name("name")): one for one in nodes}
    assert terms.documented(written, names) == term


def test_a_result_that_is_a_member_is_held_to_its_kind() -> None:
    assert terms.accepts(_literals("Level.Low", kind="number")) == {"number"}
    assert terms.accepts(_literals("Level.Low", kind="string")) == {"string"}

"""Values as source, and back."""

from __future__ import annotations

import json
from typing import Any

import pytest

Run = Any

PRINTED = [
    "undefined", "null", "true", "0", "-0", "1.5", "-3", "NaN", "Infinity", "-Infinity", "10n", '""', '"a\\"b"', '"你"',
    "[]", "[1, [2]]", "{}", '{ a: 1, "b-c": "x" }', "new Map()", 'new Map([["a", 1]])', "new Set([1, 2])", "/a+/gi",
    'new Date("2024-02-29T00:00:00.000Z")', "new Date(NaN)", "new Uint8Array([1, 2])", "[undefined, null]",
    '{ ["__proto__"]: 1 }',
]  # fmt: skip


@pytest.mark.parametrize("text", PRINTED)
def test_a_value_is_written_as_it_was_read(js: Run, text: str) -> None:
    assert js(f"return inside('values').source(({text}))") == text


@pytest.mark.parametrize(
    "text",
    [
        "() => 1", "Symbol('a')", "new (class A {})()", "(() => { const a = []; a.push(a); return a; })()", "[, 1]",
        "'x'.repeat(3000)", "Object.create(null)", "new WeakMap()", "{ get a() { throw new Error('no'); } }",
        "[() => 1]", "(() => { let a = []; for (let n = 0; n < 9; n++) a = [a]; return a; })()",
        "new (class A extends Array {})(1, 2)", "{ [Symbol.iterator]: 1 }", "new DataView(new ArrayBuffer(2))",
    ],
)  # fmt: skip
def test_what_a_test_could_not_say_has_no_source(js: Run, text: str) -> None:
    assert js(f"return inside('values').source(({text}))") is None


def test_line_separators_do_not_break_a_text(js: Run) -> None:
    assert js("return inside('values').quoted('a\\u2028b\\u007f')") == '"a\\u2028b\\u007f"'


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("1", {"k": "number"}),
        ("null", {"k": "null"}),
        ("[1, 2]", {"k": "array", "of": {"k": "number"}}),
        ("[1, 'a']", {"k": "array", "of": {"k": "union", "of": [{"k": "number"}, {"k": "string"}]}}),
        ("[]", {"k": "array", "of": {"k": "any"}}),
        ("new Date(0)", {"k": "date"}),
        ("({ a: 'x' })", {"k": "object", "fields": [{"name": "a", "type": {"k": "string"}, "optional": False}]}),
    ],
)
def test_a_value_tells_its_kind(js: Run, text: str, term: dict[str, Any]) -> None:
    assert js(f"return inside('values').term({text})") == term


@pytest.mark.parametrize(
    "text", ["5", "0.25", "'abc'", "''", "[1, 2, 3]", "[]", "({ a: 1 })", "true", "7n", "[['a'], []]"]
)
def test_neighbours_are_of_the_same_kind(js: Run, text: str) -> None:
    body = f"""
    const {{ near, term, source }} = inside('values');
    const {{ Chance }} = inside('chance');
    const chance = new Chance(3);
    return Array.from({{ length: 60 }}, () => near({text}, chance));
    """
    near = js(body)
    kind = "const v = (0, eval)('(' + text + ')'); return Array.isArray(v) ? 'array' : typeof v;"
    kinds = js(f"return {json.dumps(near)}.map((text) => {{ {kind} }})")
    assert set(kinds) == {js(f"return Array.isArray({text}) ? 'array' : typeof {text}")}
    assert len(set(near)) >= 1


def test_chance_repeats_with_its_seed_and_differs_with_another(js: Run) -> None:
    draw = "const c = new (inside('chance').Chance)({}); return Array.from({{ length: 5 }}, () => c.next());"
    assert js(draw.format(7)) == js(draw.format(7))
    assert js(draw.format(7)) != js(draw.format(8))


def test_a_shuffled_list_holds_the_same(js: Run) -> None:
    shuffled = js("return new (inside('chance').Chance)(1).shuffled([1, 2, 3, 4, 5, 6, 7, 8])")
    assert sorted(shuffled) == [1, 2, 3, 4, 5, 6, 7, 8]
    assert shuffled != [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ('"abc"', {'"abc"', '"ab"', '"a"', '"b"', '"c"', '"bc"'}),
        ('""', {'""'}),
        ("[1, 'a']", {"1", '"a"'}),
        ("[]", {"[]"}),
        ("{ first: 1, second: 2 }", {'"first"', '"second"'}),
        ("new Map([['k', 1]])", {'"k"'}),
        ("new Set([4])", {"4"}),
        ("new Set()", {"new Set()"}),
        ("7", {"7"}),
        ("null", {"null"}),
        ("() => 1", {None}),
    ],
)
def test_a_part_of_a_value(js: Any, written: str, parts: set[str | None]) -> None:
    told = js(
        "const { Chance } = inside('chance'); const chance = new Chance(5); const all = [];"
        f"for (let n = 0; n < 200; n++) all.push(inside('values').related({written}, chance) ?? null); return all;"
    )
    assert set(told) == parts

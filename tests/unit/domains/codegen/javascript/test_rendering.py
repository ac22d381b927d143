"""Tests as they are written for Jest."""

from __future__ import annotations

from typing import Any

import pytest

from domains.codegen.javascript import structure
from domains.codegen.javascript.exploring import Scenario, Seen, Step
from domains.codegen.javascript.judging import Case
from domains.codegen.javascript.naming import Names
from domains.codegen.javascript.parsing import parse
from domains.codegen.javascript.rendering import Writer, beside, calls, file, sentence
from domains.codegen.javascript.structure import Structure

SHOP = "export function f(price, rate) {}\nexport class Cart { add(line) {} get total() {} }\nexport default f;\n"


def read(source: str = SHOP) -> Structure:
    return structure.read(parse(source.encode(), "javascript").root_node, "shop")


def case(seen: dict[str, Any], *args: str, callee: str = "f", label: str = "regression", note: str = "") -> Case:
    scenario = Scenario(symbol="f", steps=(Step(kind="call", callee=callee, args=args),))
    return Case(scenario, Seen(**seen), label, note)  # type: ignore[arg-type]


def code(seen: dict[str, Any], *args: str) -> str:
    (written,) = Writer(read()).write([case(seen, *args)], Names())
    return written.code


VALUE = {"kind": "value"}


@pytest.mark.parametrize(
    ("seen", "line"),
    [
        ({**VALUE, "text": "3", "type": "number"}, "expect(f(1)).toBe(3);"),
        (
            {**VALUE, "text": "0.30000000000000004", "type": "number"},
            "expect(f(1)).toBeCloseTo(0.30000000000000004, 8);",
        ),
        ({**VALUE, "text": '"a"', "type": "string"}, 'expect(f(1)).toBe("a");'),
        ({**VALUE, "text": "null", "type": "null"}, "expect(f(1)).toBe(null);"),
        ({**VALUE, "text": "[1]", "type": "array"}, "expect(f(1)).toStrictEqual([1]);"),
        ({**VALUE, "text": "3", "type": "number", "waits": True}, "expect(await f(1)).toBe(3);"),
        ({"kind": "iterator", "text": "[1]", "type": "array"}, "expect([...f(1)]).toStrictEqual([1]);"),
        (
            {"kind": "throws", "text": "RangeError", "own": True, "message": 'no "x"'},
            'expect(() => f(1)).toThrow(new RangeError("no \\"x\\""));',
        ),
        ({"kind": "throws", "text": "TypeError"}, "expect(() => f(1)).toThrow(TypeError);"),
        (
            {"kind": "throws", "text": "Mine", "own": True, "message": "no"},
            'expect(() => f(1)).toThrow(new Error("no"));',
        ),
        ({"kind": "throws", "text": "Mine"}, "expect(() => f(1)).toThrow();"),
        ({"kind": "throws", "text": "Error", "waits": True}, "await expect(f(1)).rejects.toThrow(Error);"),
        ({"kind": "object", "text": "Cart"}, 'expect(f(1).constructor.name).toBe("Cart");'),
        ({"kind": "object", "text": "Function"}, 'expect(typeof f(1)).toBe("function");'),
        ({"kind": "quiet", "text": ""}, "expect(() => f(1)).not.toThrow(ReferenceError);"),
        ({"kind": "typed", "text": "string"}, 'expect(typeof f(1)).toBe("string");'),
        ({"kind": "typed", "text": "array"}, "expect(Array.isArray(f(1))).toBe(true);"),
        ({"kind": "typed", "text": "null or string"}, 'expect(["null", "string"]).toContain(kind);'),
        ({"kind": "bounded", "text": "0.0..1.0"}, "expect(result).toBeLessThanOrEqual(1.0);"),
        ({"kind": "bounded", "text": "0.0.."}, "expect(result).toBeGreaterThanOrEqual(0.0);"),
    ],
)
def test_an_outcome_becomes_an_assertion(seen: dict[str, Any], line: str) -> None:
    assert line in code(seen, "1")


def test_an_object_is_held_to_its_parts() -> None:
    text = code({"kind": "object", "text": "Cart", "parts": (("total", "3"), ("note", "null"))}, "1")
    assert "const result = f(1);" in text
    assert "expect(result.total).toBe(3);" in text
    assert "expect(result.note).toBeNull();" in text


def test_an_argument_that_changes_is_arranged_and_looked_at() -> None:
    text = code({**VALUE, "text": "undefined", "type": "undefined", "after": ((0, "[1, 2]"),)}, "[2, 1]", "3")
    assert "const price = [2, 1];" in text
    assert "f(price, 3);" in text
    assert "expect(price).toStrictEqual([1, 2]);" in text


def test_a_method_is_called_on_what_was_made_before() -> None:
    steps = (Step(kind="new", callee="Cart", args=("1",)), Step(kind="method", callee="add", args=("2",)))
    seen = Seen(kind="value", text="undefined", type="undefined", state=(("items", "[2]"),))
    (written,) = Writer(read()).write([Case(Scenario(symbol="Cart.add", steps=steps), seen, "regression")], Names())
    assert "const cart = new Cart(1);\n  cart.add(2);\n  expect(cart.items).toStrictEqual([2]);" in written.code


def test_a_property_is_read() -> None:
    steps = (Step(kind="new", callee="Cart"), Step(kind="get", callee="total"))
    (written,) = Writer(read()).write(
        [Case(Scenario(symbol="Cart.total", steps=steps), Seen(kind="value", text="0", type="number"), "regression")],
        Names(),
    )
    assert "expect(cart.total).toBe(0);" in written.code


def test_many_alike_become_a_table() -> None:
    cases = [case({**VALUE, "text": str(n), "type": "number"}, str(n), "1") for n in range(5)]
    (written,) = Writer(read()).write(cases, Names())
    assert written.code.startswith("test.each([\n  [0, 1, 0],")
    assert "(price, rate, expected) => {" in written.code
    assert written.name == "f by table"


def test_floats_and_whole_numbers_do_not_share_a_table() -> None:
    cases = [case({**VALUE, "text": text, "type": "number"}, text) for text in ["1", "2", "3", "0.12345678901"]]
    assert len(Writer(read()).write(cases, Names())) == 4


def test_the_reason_of_a_suspicion_stands_in_the_test() -> None:
    (written,) = Writer(read()).write(
        [case({**VALUE, "text": "4", "type": "number"}, "2", note="the example")], Names()
    )
    assert "// the example" in written.code


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("export function f() {}", 'import { f } from "./shop";'),
        ("export default function f() {}", 'import f from "./shop";'),
        ("function f() {}\nmodule.exports = { f };", 'const { f } = require("./shop");'),
        ("function f() {}\nmodule.exports = f;", 'const f = require("./shop");'),
    ],
)
def test_a_file_imports_what_it_uses(source: str, line: str) -> None:
    found = read(source)
    callee = found.targets[0].callee
    written = Writer(found).write([case({**VALUE, "text": "1", "type": "number"}, callee=callee)], Names())
    text = file(written, found, "src/shop.js", "Tests.")
    assert line in text
    assert text.startswith("// Tests.\n")
    assert 'describe("f", () => {' in text


@pytest.mark.parametrize(
    ("target", "path"), [("a.js", "a.test.js"), ("src/cart.ts", "src/cart.test.ts"), ("x/y.mjs", "x/y.test.mjs")]
)
def test_tests_lie_beside_their_module(target: str, path: str) -> None:
    assert beside(target) == path


def test_a_module_with_an_ending_of_its_own_is_imported_by_it() -> None:
    found = read("export function f() {}")
    written = Writer(found).write([case({**VALUE, "text": "1", "type": "number"})], Names())
    assert 'from "./shop.mjs"' in file(written, found, "shop.mjs", "T")


@pytest.mark.parametrize(
    ("folder", "place"), [(None, "./shop"), ("src", "./shop"), ("tests", "../src/shop"), (".", "./src/shop")]
)
def test_a_file_elsewhere_imports_its_module_from_there(folder: str | None, place: str) -> None:
    found = read("export function f() {}")
    written = Writer(found).write([case({**VALUE, "text": "1", "type": "number"})], Names())
    assert f'import {{ f }} from "{place}";' in file(written, found, "src/shop.ts", "T", folder)


def test_a_scenario_in_a_line() -> None:
    one = case({"kind": "throws", "text": "Error", "message": "no"}, "1", callee="*")
    assert sentence(one, {"*": "f"}) == "f(1) -> throws Error: no"
    assert calls(one, {"*": "f"}) == "f(1)"


MAKERS = "export function counter(n) {}\nexport function createStack() {}\nexport function retry(n) {}\n"
MAKERS += (
    "export function made() {}\nexport class Shop { pricer(n) {} set(n) {} }\nexport const buildClass = () => {};\n"
)


def through(*steps: tuple[str, str, tuple[str, ...], bool], source: str = MAKERS, **seen: Any) -> list[str]:
    """Write a test of something that was made; return its lines without title and end."""
    listed = [Step(kind=kind, callee=callee, args=args, binds=binds) for kind, callee, args, binds in steps]
    owner = "Shop.pricer" if listed[0].kind == "new" else listed[0].callee
    shown = Seen(**{"kind": "value", "text": "5", "type": "number", **seen})
    one = Case(Scenario(symbol=owner, steps=tuple(listed)), shown, "regression")
    (written,) = Writer(read(source)).write([one], Names())
    assert written.cases == (one,)
    return [line.strip() for line in written.code.splitlines()[1:-1]]


def test_methods_of_what_was_given_are_called_in_a_row() -> None:
    lines = through(
        ("call", "counter", ("1", "2"), True), ("method", "next", (), False), ("method", "next", (), False),
        source=MAKERS.replace("made", "other"),
    )  # fmt: skip
    assert lines == ["const made = counter(1, 2);", "made.next();", "expect(made.next()).toBe(5);"]


def test_calls_of_what_the_one_before_gave_are_one_expression() -> None:
    lines = through(
        ("call", "retry", ("2",), True), ("apply", "", ("(x) => x",), True), ("apply", "", ("5",), False),
        source=MAKERS.replace("made", "other"),
    )  # fmt: skip
    assert lines == ["const made = retry(2)((x) => x);", "expect(made(5)).toBe(5);"]


@pytest.mark.parametrize(
    ("callee", "name"),
    [("createStack", "stack"), ("counter", "madeGiven"), ("made", "madeGiven"), ("buildClass", "madeGiven")],
)
def test_what_was_given_hides_nothing_that_is_imported(callee: str, name: str) -> None:
    first, last = through(("call", callee, (), True), ("apply", "", (), False))
    assert first == f"const {name} = {callee}();"
    assert last == f"expect({name}()).toBe(5);"


def test_what_a_method_gives_stands_beside_its_object() -> None:
    lines = through(
        ("new", "Shop", (), False), ("method", "set", ("3",), False), ("method", "pricer", ("1",), True),
        ("apply", "", ('"a"',), False), source=MAKERS.replace("made", "other"),
    )  # fmt: skip
    assert lines == [
        "const shop = new Shop();", "shop.set(3);", "const made = shop.pricer(1);", 'expect(made("a")).toBe(5);',
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "lines"),
    [
        ({"kind": "throws", "text": "RangeError"}, ["expect(() => stack.push(items)).toThrow(RangeError);"]),
        ({"waits": True}, ["expect(await stack.push(items)).toBe(5);"]),
        ({"kind": "self", "text": "itself"}, ["expect(stack.push(items)).toBe(stack);"]),
        (
            {"state": (("size", "1"),)},
            ["expect(stack.push(items)).toBe(5);", "expect(stack.size).toBe(1);"],
        ),
        (
            {"after": ((0, "[]"),)},
            [
                "const argument1 = items;",
                "expect(stack.push(argument1)).toBe(5);",
                "expect(argument1).toStrictEqual([]);",
            ],
        ),
    ],
)  # fmt: skip
def test_what_comes_of_a_method_of_what_was_given(seen: dict[str, Any], lines: list[str]) -> None:
    steps = (("call", "createStack", (), True), ("method", "push", ("items",), False))
    assert through(*steps, **seen) == ["const stack = createStack();", *lines]


def test_a_scenario_of_what_was_given_in_a_line() -> None:
    steps = [
        Step(kind="new", callee="Shop"),
        Step(kind="method", callee="pricer", args=("1",), binds=True),
        Step(kind="apply", callee="", args=("2",), binds=True),
        Step(kind="method", callee="next"),
        Step(kind="apply", callee="", args=("3",)),
    ]
    one = Case(Scenario(symbol="Shop.pricer", steps=tuple(steps)), Seen(kind="value", text="4"), "regression")
    assert calls(one, {"Shop": "Shop"}) == "new Shop(); made = pricer(1)(2); made.next(); made(3)"


def test_what_was_given_stands_in_no_table() -> None:
    first, call = Step(kind="call", callee="f", args=("1",), binds=True), Step(kind="apply", callee="", args=("1",))
    scenarios = [Scenario(symbol="f", steps=(first, *[call] * n)) for n in range(1, 7)]
    cases = [Case(one, Seen(**VALUE, text="1", type="number"), "regression") for one in scenarios]
    assert len(Writer(read()).write(cases, Names())) == 6


@pytest.mark.parametrize(
    ("steps", "lines", "said"),
    [
        (
            [
                Step(kind="call", callee="f", args=("1",), binds=True, waits=True),
                Step(kind="apply", callee="", args=("2",)),
            ],
            ["async () => {", "const made = await f(1);", "expect(made(2)).toBe(3);"],
            "made = f(1); made(2)",
        ),
        (
            [
                Step(kind="call", callee="f", binds=True, waits=True),
                Step(kind="apply", callee="", args=("2",), binds=True, waits=True),
                Step(kind="method", callee="put", args=("4",), waits=True),
                Step(kind="method", callee="size"),
            ],
            ["async () => {", "const made = await (await f())(2);", "await made.put(4);", "expect(made.size())"],
            "made = f()(2); made.put(4); made.size()",
        ),
        (
            [Step(kind="call", callee="f", binds=True), Step(kind="method", callee="1", args=("4",))],
            ['", () => {', "const made = f();", "expect(made[1](4)).toBe(3);"],
            "made = f(); made[1](4)",
        ),
    ],
    ids=["a function", "in a row", "a list"],
)  # fmt: skip
def test_what_a_promise_comes_to_is_waited_for(steps: list[Step], lines: list[str], said: str) -> None:
    one = Case(Scenario(symbol="f", steps=tuple(steps)), Seen(kind="value", text="3", type="number"), "regression")
    (written,) = Writer(read()).write([one], Names())
    assert [line for line in lines if line not in written.code] == []
    assert calls(one, {}) == said

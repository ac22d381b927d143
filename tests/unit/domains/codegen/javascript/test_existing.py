"""A Jest file that is there keeps every byte; what is new follows it, is run with it, and repeats nothing."""

from __future__ import annotations

import dataclasses
import difflib

import pytest

from domains.codegen.engine.errors import OtherFramework, SourceBroken
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.javascript.existing import Existing, existing
from domains.codegen.javascript.exploring import Scenario, Seen, Step
from domains.codegen.javascript.generate import generate
from domains.codegen.javascript.judging import Case
from domains.codegen.javascript.parsing import expression, parse, spelled
from domains.codegen.javascript.structure import read
from sandbox import Sandbox

SHOP = """
function calculateDiscount(price, percent) {
  if (percent < 0 || percent > 100) {
    throw new RangeError("percent must be between 0 and 100");
  }
  return price - (price * percent) / 100;
}

function shipping(weight) {
  return weight > 10 ? 20 : 5;
}

module.exports = { calculateDiscount, shipping };
"""
MINE = """// What I wrote in May.
const shop = require('../src/shop') // all of it
const ERROR = new RangeError('percent must be between 0 and 100')

describe('shop', () => {
    describe('calculateDiscount()', () => {
        it('takes ten percent', () => { expect(shop.calculateDiscount(100, 10)).toBe(90) })

        it('refuses', () => {
            expect(() => shop.calculateDiscount(1, 101)).toThrow(ERROR)
            expect(() => shop.calculateDiscount(1, -1)).toThrow(ERROR)
        }) // both ends
    })

    it('is known to fail', () => {
        expect(shop.calculateDiscount(1, 1)).toBe(2)
    })
})
"""


def added(before: str, after: str) -> list[str]:
    """The lines that an addition brought; fails where a line of before is gone or changed."""
    lines = list(difflib.ndiff(before.splitlines(), after.splitlines()))
    assert [line for line in lines if line.startswith("- ")] == []
    return [line[2:] for line in lines if line.startswith("+ ")]


def run(files: dict[str, str], target: str, there: str, *, budget: float = 3.0) -> Generated:
    project = Project({name: text.encode() for name, text in files.items()}, target)
    return generate(Sandbox(), project, Options(budget_s=budget, existing=(there,)))


@pytest.fixture(scope="module")
def shop() -> Generated:
    return run({"src/shop.js": SHOP, "tests/shop.test.js": MINE}, "src/shop.js", "tests/shop.test.js", budget=10.0)


def test_the_file_comes_back_with_all_it_had(shop: Generated) -> None:
    assert list(shop.files) == ["tests/shop.test.js"]
    new = added(MINE, shop.files["tests/shop.test.js"])
    assert any("shop.shipping(" in line for line in new)
    assert not any("require(" in line for line in new)


def test_what_is_new_is_written_as_the_file_is(shop: Generated) -> None:
    new = added(MINE, shop.files["tests/shop.test.js"])
    code = [line.strip() for line in new if line.strip()]
    assert not any(line.endswith(";") for line in code)
    assert not any('"' in line for line in code)
    assert not any(line.startswith("test(") for line in code)
    assert {len(line) - len(line.lstrip()) for line in new if line.strip()} <= {0, 4, 8, 12, 16}


def test_a_block_of_the_same_function_takes_its_tests_and_others_follow_at_the_end(shop: Generated) -> None:
    text = shop.files["tests/shop.test.js"]
    names = {test.symbol: test.name for test in shop.tests}
    assert names["shipping"].startswith("shipping ")
    assert text.index("is known to fail") < text.index("describe('shipping'")
    for test in shop.tests:
        if test.symbol == "calculateDiscount":
            assert test.name.startswith("shop calculateDiscount() ")
            assert text.index("// both ends") < text.index(test.code.split("\n")[0]) < text.index("is known to fail")


def test_mutants_that_it_notices_and_calls_that_it_makes_need_no_test(shop: Generated) -> None:
    assert not any("calculateDiscount(100, 10)" in test.code for test in shop.tests)
    assert not any("throws RangeError" in test.name for test in shop.tests)
    assert any(test.symbol == "shipping" for test in shop.tests)
    assert shop.mutation_score is not None
    assert shop.mutation_score > 0.8


def test_coverage_is_told_before_and_with_the_new_tests(shop: Generated) -> None:
    assert shop.before is not None
    assert 0.5 < shop.before.line < 1.0
    assert shop.before.missing_lines == (10,)
    assert (shop.coverage.line, shop.coverage.branch, shop.flaky) == (1.0, 1.0, ())
    assert {test.status for test in shop.tests} == {"passed"}


SHIPPING = """export function shipping(weight: number, express: boolean): number {
  if (weight <= 0) {
    throw new RangeError("weight must be positive");
  }
  return express ? weight * 2 + 5 : weight * 2;
}

export class Parcel {
  constructor(readonly weight: number) {}
  heavy(): boolean {
    return this.weight > 20;
  }
}
"""
TYPED = """import { describe, expect, test } from "@jest/globals";
import { shipping } from "./shipping";

test("doubles", () => {
\texpect(shipping(1, false)).toBe(2);
});
"""


def test_typescript_gets_what_its_imports_lack_and_flat_tests_stay_flat() -> None:
    made = run({"shipping.ts": SHIPPING, "shipping.spec.ts": TYPED}, "shipping.ts", "shipping.spec.ts")
    text = made.files["shipping.spec.ts"]
    assert 'import { shipping, Parcel } from "./shipping";' in text
    assert text.replace("{ shipping, Parcel }", "{ shipping }", 1).startswith(TYPED)
    assert "describe(" not in text
    assert 'test("shipping throws RangeError' in text
    assert "\n\texpect(" in text
    assert {test.status for test in made.tests} == {"passed"}
    assert all(test.code.startswith("test") for test in made.tests)


def test_a_second_round_repeats_no_call_and_loses_nothing(shop: Generated) -> None:
    once = shop.files["tests/shop.test.js"]
    twice = run({"src/shop.js": SHOP, "tests/shop.test.js": once}, "src/shop.js", "tests/shop.test.js", budget=2.0)
    assert not {test.code for test in shop.tests} & {test.code for test in twice.tests}
    assert twice.before == shop.coverage
    added(once, twice.files.get("tests/shop.test.js", once))


MOCKED = """jest.mock('./shop')
const { shipping } = require('./shop')
test('mocked', () => { expect(shipping).toBeDefined() })
"""


def test_a_file_that_mocks_gets_a_neighbour_and_none_is_overwritten() -> None:
    files = {"shop.js": SHOP, "shop.test.js": MOCKED, "shop.more.test.js": "test('x', () => {})\n"}
    made = run(files, "shop.js", "shop.test.js", budget=2.0)
    assert list(made.files) == ["shop2.more.test.js"]
    assert "require('./shop')" in made.files["shop2.more.test.js"]
    assert made.tests
    assert made.flaky == ()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("const { f } = require('./gone')\ntest('x', () => { f() })\n", r"shop\.test\.js cannot be run: .*Cannot find"),
        ("test('x', () => {\n  expect(1 2)\n})\n", r"shop\.test\.js: "),
    ],
)
def test_a_file_that_cannot_be_run_is_said_by_name(text: str, why: str) -> None:
    with pytest.raises(SourceBroken, match=why):
        run({"shop.js": SHOP, "shop.test.js": text}, "shop.js", "shop.test.js")


@pytest.mark.parametrize(
    ("line", "framework"),
    [
        ("import { test, expect } from 'vitest'", "Vitest"),
        ("const { expect } = require('chai')", "Chai"),
        ("import test from 'node:test'", "node:test"),
        ("const assert = require('assert'), mocha = require('mocha')", "Mocha"),
    ],
)
def test_another_framework_is_named_before_anything_is_run(line: str, framework: str) -> None:
    with pytest.raises(OtherFramework, match=f"written for {framework}.*Jest only") as error:
        existing(Project({"a.js": b"", "a.test.js": line.encode()}, "a.js"), Options(existing=("a.test.js",)))
    assert (error.value.path, error.value.found, error.value.wanted) == ("a.test.js", framework, "Jest")


@pytest.mark.parametrize(
    ("files", "why"),
    [({}, "not among the files"), ({"t.js": b"\xff"}, "cannot be read"), ({"t.js": b"let ="}, "^t.js: ")],
)
def test_a_file_that_is_not_there_or_no_text_is_said(files: dict[str, bytes], why: str) -> None:
    with pytest.raises(SourceBroken, match=why):
        existing(Project({"a.js": b"", **files}, "a.js"), Options(existing=("t.js",)))


def test_no_file_is_asked_for() -> None:
    assert existing(Project({"a.js": b""}, "a.js"), Options()) is None


GROUPS = """
describe('Cart', () => {
  describe('#add', () => { it('adds', () => {}) })
  describe.skip('remove', () => { test('removes', () => {}) })
  describe('total()', function () { it.each([[1, 2]])('of %p', (a, b) => { total(a, b); new Cart(a) }) })
})
describe(`plain`, () => {})
describe(`not ${plain}`, () => {})
test.todo('later')
"""


def test_blocks_are_found_by_function_and_by_method_of_a_class() -> None:
    there = Existing("a.test.js", GROUPS)
    assert [block.titles for block in there.blocks] == [
        ("Cart",), ("Cart", "#add"), ("Cart", "total()"), ("plain",),
    ]  # fmt: skip
    assert there.block_of("Cart.add") == there.blocks[1]
    assert there.block_of("total") == there.blocks[2]
    assert there.block_of("remove") is None
    assert there.block_of("dd") is None


def test_names_are_those_that_jest_prints() -> None:
    there = Existing("a.test.js", GROUPS)
    assert there.names == {"Cart #add adds", "Cart remove removes", "Cart total() of %p"}
    assert (there.word, there.flat) == ("it", False)


@pytest.mark.parametrize(
    ("text", "word", "flat"),
    [
        ("", "test", False),
        ("test('a', () => {})", "test", True),
        ("it('a', () => {}); it('b', () => {})", "it", True),
        ("test('a', () => {}); it('b', () => {})", "test", True),
        ("describe('a', () => {})", "test", False),
    ],
)
def test_the_habits_are_read_off_the_file(text: str, word: str, flat: bool) -> None:
    there = Existing("a.test.js", text)
    assert (there.word, there.flat) == (word, flat)


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("test('a', () => {})", False),
        ("import { expect } from '@jest/globals'", False),
        ("jest.mock('./a')", True),
        ("jest.spyOn(a, 'b')", False),
        ("test.only('a', () => {})", True),
        ("fdescribe('a', () => {})", True),
        ("const { expect } = require('./mine')", True),
        ("function test(name) {}", True),
        ("const it = global.it", True),
        ("rows.map((it) => it.name)", False),
    ],
)
def test_a_file_is_closed_where_new_tests_would_not_run_as_alone(text: str, closed: bool) -> None:
    assert Existing("a.test.js", text).closed is closed


def case(*steps: Step) -> Case:
    return Case(Scenario(symbol="price", steps=steps), Seen(kind="value", text="1", type="number"), "regression")


def call(*args: str, kind: str = "call", callee: str = "price") -> Step:
    return Step(kind=kind, callee=callee, args=args)


@pytest.mark.parametrize(
    ("one", "repeated"),
    [
        (case(call("1", '"a"')), True),
        (case(call("2", '"b"')), True),
        (case(call("3", '"c"')), True),
        (case(call("4", '"d"')), False),
        (case(call("[1, 2]", "{ a: 1 }")), True),
        (case(call("1", kind="new", callee="Till")), True),
        (case(call("2", kind="new", callee="Till")), False),
        (case(call("1", kind="new", callee="Till"), call("1", '"a"', kind="method")), False),
    ],
)
def test_a_call_that_is_made_already_is_a_repetition(one: Case, repeated: bool) -> None:
    text = """
    test('x', () => { expect(price(1, 'a')).toBe(1); shop.price( 2, `b` , ); new shop.Till(1) })
    test.each([[3, 'c', 1], /* and */ [5, 'e', 1]])('%p', (n, s, expected) => { expect(price(n, s)).toBe(expected) })
    test('y', () => price([1,2,], {a:1}))
    """
    source = "class Till {} function price(n, s) {} module.exports = { price, Till };"
    structure = read(parse(source.encode(), "javascript").root_node, "shop")
    assert Existing("t.test.js", text).repeats(one, structure) is repeated


@pytest.mark.parametrize(
    ("one", "other"),
    [("f( 1,2 )", "f(1, 2)"), ("f('a\"b')", 'f("a\\"b")'), ("f('it\\'s')", 'f("it\'s")'), ("new  A( )", "new A()")],
)
def test_layout_and_quotes_do_not_make_another_expression(one: str, other: str) -> None:
    nodes = [expression(text) for text in (one, other)]
    assert nodes[0] is not None
    assert nodes[1] is not None
    assert spelled(nodes[0]) == spelled(nodes[1])


@pytest.mark.parametrize(
    ("path", "aside"),
    [
        ("a.test.js", "a.more.test.js"), ("x/b.spec.tsx", "x/b.more.spec.tsx"),
        ("__tests__/c.js", "__tests__/c.more.js"),
    ],
)  # fmt: skip
def test_a_neighbour_is_called_after_the_file(path: str, aside: str) -> None:
    assert Existing(path, "").aside == aside


def test_files_are_values() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Existing("a", "b").path = "c"  # type: ignore[misc]


def test_where_nothing_is_left_to_add_the_coverage_is_theirs() -> None:
    source = "function same(flag) {\n  return !flag;\n}\nmodule.exports = { same };\n"
    mine = """const { same } = require('./same');
test.each([[true, false], [false, true], [1, false], [0, true], ['', true], ['a', false]])('%p', (flag, other) => {
  expect(same(flag)).toBe(other);
});
test('nothing at all', () => { expect(same()).toBe(true); expect(same(null)).toBe(true); });
"""
    made = run({"same.js": source, "same.test.js": mine}, "same.js", "same.test.js", budget=6.0)
    assert (made.tests, made.files) == ((), {})
    assert made.coverage == made.before
    assert made.coverage.line == 1.0


TILL = """
class Till {
  constructor() { this.sum = 0; }
  add(n) {
    if (n < 0) {
      throw new Error("too little");
    }
    this.sum += n;
    return this;
  }
}
/** twice(2) // => 5 */
function twice(n) { return n * 2; }
module.exports = { Till, twice };
"""
TILLS = """const { Till } = require('../lib/till');

describe('Till', () => {
  let till;

  beforeEach(() => {
    till = new Till();
  });

  describe('add', () => {
    test('adds', () => {
      expect(till.add(1).sum).toBe(1);
    });
  });
});
"""


def test_methods_go_into_the_block_of_their_class_and_contradictions_into_a_file_beside() -> None:
    made = run({"lib/till.js": TILL, "spec/till.spec.js": TILLS}, "lib/till.js", "spec/till.spec.js")
    assert set(made.files) == {"spec/till.spec.js", "spec/till.suspected.test.js"}
    added(
        TILLS.replace("{ Till }", "{ Till, twice }"),
        made.files["spec/till.spec.js"].replace("{ Till }", "{ Till, twice }"),
    )
    assert any(test.name.startswith("Till add throws Error") for test in made.tests)
    assert "require('../lib/till')" in made.files["spec/till.suspected.test.js"]
    ((bug),) = made.suspected_bugs
    assert (bug.symbol, bug.expected, bug.observed) == ("twice", "5", "4")
    assert {test.status for test in made.tests if test.label == "suspected_bug"} == {"failed"}

"""From source to Jest tests that ran in the sandbox."""

from __future__ import annotations

import re
import threading
from typing import Any

import pytest

from domains.codegen.engine.errors import Cancelled, NothingToTest, SourceBroken, SourceEndless
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.javascript.generate import generate
from domains.codegen.wire import to_fields
from sandbox import Sandbox

Make = Any


def test_the_example_of_the_source_documents_is_tested(discount: Generated) -> None:
    text = discount.files["discount.test.js"]
    assert 'const { calculateDiscount } = require("./discount");' in text
    assert 'describe("calculateDiscount", () => {' in text
    assert "expect(calculateDiscount(100, 10)).toBe(90);" in text
    assert 'new RangeError("percent must be between 0 and 100")' in text
    assert (discount.coverage.line, discount.coverage.branch, discount.flaky) == (1.0, 1.0, ())
    assert discount.mutation_score is not None
    assert discount.mutation_score >= 0.9


def test_expectations_say_where_they_come_from(discount: Generated) -> None:
    labels = {test.name: test.label for test in discount.tests}
    assert labels["calculateDiscount gives 90 for 100 and 10"] == "contract"
    assert {test.label for test in discount.tests if "throws RangeError" in test.name} == {"contract"}
    assert "regression" in labels.values()
    assert discount.suspected_bugs == ()


def test_each_test_comes_with_its_own_code(discount: Generated) -> None:
    for test in discount.tests:
        assert test.code.startswith("test")
        assert "expect(" in test.code
        assert test.status == "passed"
    assert to_fields(discount)["executed"] is True


def test_what_contradicts_its_documentation_is_shown_and_fails(make: Make) -> None:
    made = make("/** double(2) // => 4 */\nfunction double(n) { return n + 3; }\nmodule.exports = { double };\n")
    (bug,) = made.suspected_bugs
    assert (bug.symbol, bug.counter_example, bug.expected, bug.observed) == ("double", "double(2)", "4", "5")
    assert "toBe(4)" in made.files["module.suspected.test.js"]
    assert {test.status for test in made.tests if test.label == "suspected_bug"} == {"failed"}


TYPED = """
export interface Line { price: number; count: number }

export class Cart {
  private lines: Line[] = [];

  add(line: Line): this {
    if (line.count <= 0) throw new RangeError("count must be positive");
    this.lines.push(line);
    return this;
  }

  get total(): number {
    return this.lines.reduce((sum, line) => sum + line.price * line.count, 0);
  }

  static label(kind: "gold" | "plain"): string {
    return kind === "gold" ? "Gold cart" : "Cart";
  }
}

export async function later(text: string): Promise<string> {
  if (text === "") throw new Error("nothing to say");
  return text.trim().toUpperCase();
}
"""


def test_typescript_classes_and_promises(make: Make) -> None:
    made = make(TYPED, "cart.ts", budget=4.0)
    text = made.files["cart.test.ts"]
    assert 'import { Cart, later } from "./cart";' in text
    assert "new Cart()" in text
    assert 'Cart.label("gold")' in text
    assert 'await expect(later("")).rejects.toThrow' in text
    assert made.coverage.branch == 1.0
    assert made.suspected_bugs == ()


def test_a_declared_result_that_is_not_kept_is_suspected(make: Make) -> None:
    source = "export function first(texts: string[]): string {\n  return texts[0];\n}\n"
    made = make(source, "first.ts")
    assert [(bug.contract, bug.expected) for bug in made.suspected_bugs] == [
        ("its declared type", "a value of type string")
    ]


def test_what_changes_from_run_to_run_is_not_asserted(make: Make) -> None:
    source = "exports.roll = () => Math.random();\nexports.double = (n) => n * 2;\n"
    made = make(source)
    assert {test.symbol for test in made.tests} == {"double"}
    assert made.flaky == ()


def test_a_loop_without_end_costs_no_test_its_life(make: Make) -> None:
    made = make("exports.f = (n) => { while (n > 5) { n += 1; } return n; };\n")
    assert made.tests
    assert all("f(10)" not in test.code for test in made.tests)


def test_one_symbol_may_be_asked_for(make: Make) -> None:
    made = make("exports.a = (n) => n + 1;\nexports.b = (n) => n - 1;\n", symbols=("b",))
    assert {test.symbol for test in made.tests} == {"b"}


def test_other_files_of_the_project_are_there() -> None:
    files = {
        "src/rates.js": b"exports.rate = 3;\n",
        "src/tax.js": b"const { rate } = require('./rates');\nexports.tax = (n) => n * rate;\n",
    }
    made = generate(Sandbox(), Project(files, "src/tax.js"), Options((), 1.0))
    assert list(made.files) == ["src/tax.test.js"]
    assert 'require("./tax")' in made.files["src/tax.test.js"]


@pytest.mark.parametrize(
    ("source", "place"),
    [("export function f( { return 1; }\n", (1, 22)), ("const a = 1;\nconst b = = 2;\n", (2, 11))],
)
def test_a_broken_source_is_told_with_its_place(make: Make, source: str, place: tuple[int, int]) -> None:
    with pytest.raises(SourceBroken) as error:
        make(source)
    assert (error.value.line, error.value.column) == place


@pytest.mark.parametrize(
    ("source", "symbols", "told"),
    [
        ("function hidden() {}\n", (), "module.exports = { hidden }"),
        ("const x = 1;\n", (), "exports no function"),
        ("exports.a = () => 1;\n", ("b",), "exports none of b"),
    ],
)
def test_nothing_to_test_is_told_with_what_to_do(make: Make, source: str, symbols: tuple[str, ...], told: str) -> None:
    with pytest.raises(NothingToTest, match=told.replace("{", r"\{").replace("}", r"\}")):
        make(source, symbols=symbols)


def test_a_module_that_does_not_load_is_told(make: Make) -> None:
    with pytest.raises(SourceBroken, match="cannot be loaded"):
        make("throw new Error('no');\nexports.a = () => 1;\n")


def test_a_caller_may_stop_the_work() -> None:
    watching = Watching()
    threading.Timer(1.0, watching.cancelled.set).start()
    with pytest.raises(Cancelled):
        generate(Sandbox(), Project({"a.js": b"exports.f = (n) => n % 7;"}, "a.js"), Options((), 30.0), watching)


CLOSURES = """
const STEPS = { small: 1, large: 10 };

function once(fn) {
  let called = false;
  let value;
  return (...args) => {
    if (!called) {
      called = true;
      value = fn(...args);
    }
    return value;
  };
}

function createCounter(start = 0, kind = "small") {
  let n = start;
  return {
    next: () => {
      n += STEPS[kind];
      return n;
    },
    reset: () => (n = start),
  };
}

async function firstFound(names, load) {
  for (const name of names) {
    const found = await load(name);
    if (found !== null) return [name, found];
  }
  throw new RangeError("nothing was found");
}

module.exports = { once, createCounter, firstFound };
"""


def test_what_functions_give_is_tested(make: Make) -> None:
    made = make(CLOSURES, "closures.js", budget=6.0)
    text = made.files["closures.test.js"]
    assert (made.coverage.line, made.coverage.branch, made.flaky) == (1.0, 1.0, ())
    assert made.mutation_score is not None
    assert made.mutation_score >= 0.9
    assert "const made = once(" in text
    assert "expect(made(" in text
    assert "const counter = createCounter(" in text
    assert "expect(counter.next()).toBe(" in text
    assert "gives a Object" not in text
    assert "async" in "".join(test.code for test in made.tests if test.symbol == "firstFound")


def test_what_methods_give_is_tested_in_typescript(make: Make) -> None:
    source = """
export class Prices {
  private known = new Map<string, number>();

  set(name: string, price: number): this {
    this.known.set(name, price);
    return this;
  }

  doubled(factor: number): (name: string) => number {
    return (name) => (this.known.get(name) ?? -1) * factor;
  }
}
"""
    made = make(source, "prices.ts", budget=4.0)
    assert made.suspected_bugs == ()
    (code, *_) = [test.code for test in made.tests if test.symbol == "Prices.doubled"]
    assert "const made = prices.doubled(" in code
    assert "expect(made(" in code


def test_a_declared_result_says_nothing_of_what_is_called_with_it(make: Make) -> None:
    source = "export function adder(n: number): Function {\n  return (x: number) => x + n;\n}\n"
    assert make(source, "adder.ts").suspected_bugs == ()


LATER = """
class Counter {
  #count;
  constructor(start) { this.#count = start; }
  async add(n) {
    if (n < 0) throw new RangeError("n must not be negative");
    this.#count += n;
    return this.#count;
  }
  get value() { return this.#count; }
}

async function openCounter(start) { return new Counter(start); }

async function createStore() {
  const kept = new Map();
  return { async set(key, value) { kept.set(key, value); return kept.size; }, has: (key) => kept.has(key) };
}

async function adder(a) { return (b) => a + b; }

function pair(n) { return [() => n, (m) => (m > n ? "more" : "less")]; }

module.exports = { openCounter, createStore, adder, pair };
"""


def test_closures_objects_and_lists_behind_promises_are_called_by_jest(make: Make) -> None:
    made = make(LATER, "later.js", budget=4.0)
    text = made.files["later.test.js"]
    assert made.flaky == ()
    assert all(test.status == "passed" for test in made.tests)
    assert made.coverage.line == 1.0
    for part in (
        "await openCounter(", "await made.add(", "const store = await createStore();", "await store.set(",
        "const made = await adder(", "made[0]()", "made[1](", "rejects.toThrow(\n      new RangeError(",
    ):  # fmt: skip
        assert part in text
    assert made.mutation_score is not None
    assert made.mutation_score >= 0.8


@pytest.mark.parametrize("name", ["loop.js", "loop.mjs", "loop.ts"])
def test_a_module_whose_load_has_no_end_is_told(make: Make, name: str) -> None:
    source = "let n = 0;\nwhile (n >= 0) n = 1;\n"
    offered = "module.exports = { f: (a) => a + 1 };\n" if name == "loop.js" else "export const f = (a) => a + 1;\n"
    with pytest.raises(SourceEndless, match="had not finished loading") as error:
        make(source + offered, name)
    assert error.value.loading


def test_a_module_that_reads_its_input_when_it_is_loaded_finds_none(make: Make) -> None:
    source = "const text = require('node:fs').readFileSync(0, 'utf8');\nexports.f = (n) => n + text.length;\n"
    assert make(source).coverage.line == 1.0


ORDERS = """
export enum Status { Open, Paid, Shipped }
export enum Colour { Red = "red", Blue = "blue" }
export type Size = "small" | "medium" | "large";
export type Shape = { kind: "circle"; radius: number } | { kind: "square"; side: number };

export function area(shape: Shape): number {
  switch (shape.kind) {
    case "circle": return 3 * shape.radius ** 2;
    case "square": return shape.side ** 2;
  }
}

export function fee(size: Size): number { return size === "small" ? 1 : size === "medium" ? 3 : 7; }
export function next(status: Status): Status { return status === Status.Open ? Status.Paid : Status.Shipped; }
export function paint(colour: Colour): string { return colour === Colour.Red ? "#f00" : "#00f"; }

export function largest<T extends { size: number }>(items: readonly T[]): T | undefined {
  let best: T | undefined;
  for (const item of items) if (best === undefined || item.size > best.size) best = item;
  return best;
}

export class Box {
  private closed = false;
  constructor(private readonly limit: number, readonly name: string) {}
  close(): this { this.closed = true; return this; }
  get open(): boolean { return !this.closed && this.limit > 0; }
}

export default function describe(status: Status, costs: Record<Size, number>): string {
  return `${Status[status]}:${costs.small + costs.large}`;
}
"""


def test_inputs_keep_to_what_typescript_declares(make: Make) -> None:
    """The whole file failed for `describe`, and `area` was suspected for a kind that nobody declared."""
    made = make(ORDERS, "orders.ts", budget=5.0)
    text = made.files["orders.test.ts"]
    assert made.suspected_bugs == ()
    assert made.flaky == ()
    assert made.coverage.line == 1.0
    for part in ("next(Status.Open)", "paint(Colour.Red)", 'fee("medium")', "describeGiven(Status.", "{ size: ",
                 'kind: "circle", radius: ', "small: ", "  Status,"):  # fmt: skip
        assert part in text
    assert not re.search(r"\.(closed|limit)\b|next\(\d|paint\(\"|fee\(\"\"", text)


TEMPERATURE = """
export default class Temperature {
  #degrees;
  constructor(degrees) {
    if (degrees < -273.15) throw new RangeError("colder than possible");
    this.#degrees = degrees;
  }
  get degrees() { return this.#degrees; }
  static fromFahrenheit(value) { return new Temperature((value - 32) / 1.8); }
}

export const freezing = (t) => t.degrees <= 0;
"""


@pytest.mark.parametrize(
    ("name", "more"), [("temp.mjs", {}), ("temp.js", {}), ("temp.js", {"package.json": b'{"type": "module"}'})]
)
def test_an_es_module_is_tested_as_one(name: str, more: dict[str, bytes]) -> None:
    """Of one that Node.js reads as an ES module no test ran."""
    project = Project({name: TEMPERATURE.encode(), **more}, name)
    made = generate(Sandbox(), project, Options((), 2.0))
    (text,) = made.files.values()
    assert "import Temperature, { freezing } from" in text
    assert "expect(result.degrees)" in text
    assert made.coverage.line == 1.0
    assert all(test.status == "passed" for test in made.tests)

"""What the model's help reads in JavaScript and TypeScript."""

from __future__ import annotations

import pytest

from domains.codegen.helping.language import Prose
from domains.codegen.helping.prose import claim
from domains.codegen.javascript.exploring import Scenario, Seen, Step
from domains.codegen.javascript.judging import Case
from tests.unit.domains.codegen.helping.conftest import javascript_of

SOURCE = """
/**
 * Mean of numbers. A list of 2 and 4 gives 3. Quick and simple.
 *
 * @param {number[]} numbers The 77 numbers.
 * @returns {number} An empty list gives 0.
 * @throws {TypeError} If numbers is null.
 * @example
 * mean([100, 100]); // => 100
 */
export function mean(numbers) {
  // a single number such as 5 comes back unchanged
  return numbers.reduce((a, b) => a + b, 0) / (numbers.length || 1);
}

// 空数组返回 0
export const total = (numbers: number[], rate: number = 1): number => numbers.length * rate;

export class Cart {
  constructor(limit: number) {
    this.limit = limit;
  }
  /** Adding 0 changes nothing: it gives 'same'. */
  add(count: number, note?: string): string {
    return count ? "more" : "same";
  }
  get size() {
    return this.limit;
  }
  static of(...parts: number[]): number {
    return parts.length;
  }
}

function hidden() {
  return 1;
}
"""
TYPED = javascript_of(SOURCE, "till.ts")


def said() -> dict[str, Prose]:
    return {one.symbol: one for one in TYPED.prose()}


def test_sentences_that_can_be_held_are_found_in_comments() -> None:
    mean = said()["mean"]
    assert "A list of 2 and 4 gives 3." in mean.sentences
    assert "@returns {number} An empty list gives 0." in mean.sentences
    assert "a single number such as 5 comes back unchanged" in mean.text
    assert not any(word in mean.text for word in ("100", "77", "Quick", "*"))
    assert "空数组返回 0" in said()["total"].text
    assert {*said()} == {"mean", "total", "Cart.add"}


def test_the_model_is_shown_how_to_call_and_never_the_code() -> None:
    assert said()["mean"].signature == "mean(numbers)"
    assert said()["total"].signature == "total(numbers: number[], rate: number = 1): number"
    assert "new Cart(limit)" in said()["Cart.add"].signature
    assert "add(count: number, note?: string): string" in said()["Cart.add"].signature
    assert "reduce" not in said()["mean"].text + said()["mean"].signature


def test_what_is_exported_stands_at_the_top() -> None:
    assert [(part.name, SOURCE.split("\n")[part.first - 1].split("(", maxsplit=1)[0]) for part in TYPED.parts()] == [
        ("mean", "export function mean"), ("total", SOURCE.split("\n")[part_line("total")].split("(", maxsplit=1)[0]),
        ("Cart", "export class Cart {"),
    ]  # fmt: skip


def part_line(name: str) -> int:
    return next(part.first for part in TYPED.parts() if part.name == name) - 1


def step(kind: str, callee: str, *args: str) -> Step:
    return Step(kind=kind, callee=callee, args=args)


@pytest.mark.parametrize(
    ("text", "symbol", "steps"),
    [
        ("mean([1,2])", "mean", (step("call", "mean", "[1, 2]"),)),
        ("total([], 2);", "total", (step("call", "total", "[]", "2"),)),
        ("await total([1])", "total", (step("call", "total", "[1]"),)),
        ("new Cart(2)", "Cart", (step("new", "Cart", "2"),)),
        ("new Cart(2).add(0, 'x')", "Cart.add", (step("new", "Cart", "2"), step("method", "add", "0", '"x"'))),
        ("(new Cart(2)).size", "Cart.size", (step("new", "Cart", "2"), step("get", "size"))),
        ("Cart.of(1, 2, 3)", "Cart.of", (step("call", "Cart.of", "1", "2", "3"),)),
    ],
)
def test_calls_are_read_as_steps_written_anew(text: str, symbol: str, steps: tuple[Step, ...]) -> None:
    call = TYPED.read(text)
    assert call is not None
    assert (call.symbol, call.scenario) == (symbol, Scenario(symbol=symbol, steps=steps))
    assert call.given == tuple(one for part in steps for one in part.args)


@pytest.mark.parametrize(
    "text",
    ["hidden()", "require('fs')", "mean(process.exit())", "mean()", "mean([1], [2])", "total('x')", "total([1], '2')",
     "Cart(2).add(1)", "new Cart(2).drop(1)", "new Cart(2).limit", "new Cart('2')", "mean", "mean([1]).x", "new Date()",
     "", "new Cart(2).add(1).add(2)", "mean([1]); total([2])", "mean(...[1])", "mean([" + "1," * 200 + "])",
     "new Other(1).add(1)", "globalThis.mean([1])"],
)  # fmt: skip
def test_what_would_run_anything_else_or_fits_no_parameter_is_not_read(text: str) -> None:
    assert TYPED.read(text) is None


@pytest.mark.parametrize(
    ("sentence", "call", "expected", "taken"),
    [
        ("An empty list gives 0.", "mean([])", "0", True),
        ("An empty list gives null.", "mean([])", "null", True),
        ("An empty list gives undefined.", "mean([])", "undefined", True),
        ("A list of 2 and 4 gives 3.", "mean([2, 4])", "3.0", True),
        ("An empty list throws RangeError.", "mean([])", "throws RangeError", True),
        ("An empty list throws RangeError.", "mean([])", "throws TypeError", False),
        ("A list of 2 and 4 gives 3.", "mean([2, 4])", "6", False),
        ("An empty list gives 0.", "mean([7])", "0", False),
        ("An empty list gives 0.", "total([])", "0", False),
    ],
)
def test_a_reading_is_taken_where_the_sentence_bears_it(sentence: str, call: str, expected: str, taken: bool) -> None:
    assert (claim(Prose("mean", "mean(numbers)", (sentence,)), sentence, call, expected, TYPED) is not None) is taken


def case(seen: Seen) -> Case:
    return Case(Scenario(symbol="mean", steps=(step("call", "mean", "[]"),)), seen, "regression")


def test_a_case_is_told_in_plain_terms() -> None:
    about = TYPED.about(case(Seen(kind="throws", text="TypeError", message="numbers is null", own=True)))
    assert (about.symbol, about.call, about.given) == ("mean", "mean([])", ("[]",))
    assert (about.raises, about.result, about.outcome) == ("TypeError", "", "throws TypeError: numbers is null")
    assert TYPED.about(case(Seen(kind="object", text="Cart"))).result == ""
    assert TYPED.about(case(Seen(kind="value", text="undefined", after=((0, "[1]"),)))).changed


def test_a_contradiction_expects_what_the_sentence_says_and_waits_as_the_call_does() -> None:
    made = claim(
        Prose("mean", "mean(numbers)", ("An empty list gives 0.",)), "An empty list gives 0.", "mean([])", "0", TYPED
    )
    assert made is not None
    doubt = TYPED.contradicted(case(Seen(kind="value", text="NaN", type="number", waits=True)), made, "note")
    assert (doubt.expected, doubt.observed, doubt.contract) == ("0", "NaN", "note")
    assert doubt.case.seen == Seen(kind="value", text="0", type="number", waits=True)
    assert TYPED.key_of(doubt) == TYPED.key(doubt.case)

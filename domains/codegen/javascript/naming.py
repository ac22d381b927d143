"""Names that say the scenario, as Jest prints them: `calculateDiscount` - `gives 90 for 100 and 10`."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping

from domains.codegen.javascript.exploring import Scenario, Seen, Step

_PLAIN = {"Function": "function", "Object": "object"}
_SHORT = 30
_LONGEST = 110
_TOLD = {
    "Array.prototype.shift.bind([1, 2, 3])": "a function that gives 1, 2, 3 in turn",
    '() => { throw new Error("refused"); }': "a function that throws",
    'async () => { throw new Error("refused"); }': "a function that rejects",
}
"""Functions that the search gives to others."""
_FUNCTION = re.compile(r"^(?:async )?\(?[\w$, ]*\)?\s*=>")


class Names:
    """Gives each scenario of a symbol a title of its own; `taken` are titles, behind their symbol, that tests have."""

    def __init__(self, given: Mapping[Hashable, str] | None = None, taken: Iterable[tuple[str, str]] = ()) -> None:
        self._taken: set[tuple[str, str]] = set(taken)
        self._given = given or {}

    def of(self, scenario: Scenario, seen: Seen) -> str:
        """Return the title that somebody gave it, or one of what comes of it, not given for this symbol before."""
        if scenario in self._given:
            return self.free(scenario.symbol, self._given[scenario])
        if scenario.made:
            return self.free(scenario.symbol, outcome(seen) + _through(scenario))
        return self.free(scenario.symbol, outcome(seen) + _given("for", scenario.steps[-1]) + _after(scenario))

    def free(self, symbol: str, wanted: str) -> str:
        """Return the title, told apart from those given before."""
        base = wanted if len(wanted) <= _LONGEST else wanted[:_LONGEST].rpartition(" ")[0]
        for n in range(1, 1000):
            title = base if n == 1 else f"{base} ({_ordinal(n)})"
            if (symbol, title) not in self._taken:
                self._taken.add((symbol, title))
                return title
        raise ValueError(f"no title is left for {base}")


def describe(text: str) -> str:
    """Say in few words what an expression is: itself when it is short."""
    if text in _TOLD:
        return _TOLD[text]
    if _FUNCTION.match(text):
        return f"the function {text}" if len(text) <= _SHORT else "a function"
    if text == '""':
        return "empty text"
    if text == "[]":
        return "an empty list"
    if text == "{}":
        return "an empty object"
    if len(text) <= _SHORT:
        return text
    kinds = {"[": "a list", "{": "an object", '"': "a text", "n": "an object"}
    return f"{kinds.get(text[0], 'a value')} of {len(text)} signs"


def outcome(seen: Seen) -> str:
    """Say what came of it."""
    if seen.kind == "throws":
        return f"{'rejects with' if seen.waits else 'throws'} {seen.text or 'something'}"
    if seen.kind in {"typed", "bounded", "quiet"}:
        return {
            "typed": f"gives {_a(seen.text)}",
            "bounded": "keeps to its bounds",
            "quiet": "throws no ReferenceError",
        }[seen.kind]
    if seen.kind == "self":
        return "gives itself back"
    if seen.kind == "object":
        return f"gives {_a(_PLAIN.get(seen.text, seen.text))}"
    if seen.after and seen.text == "undefined":
        return "changes its argument"
    if seen.state and seen.text == "undefined":
        return f"changes {seen.state[0][0]}"
    return f"{'yields' if seen.kind == 'iterator' else 'gives'} {describe(seen.text)}"


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in set('aeiouAEIOU') else 'a'} {noun}"


def _given(word: str, step: Step) -> str:
    return f" {word} " + " and ".join(describe(text) for text in step.args[:3]) if step.args else ""


def _after(scenario: Scenario) -> str:
    between = [step.callee for step in scenario.steps[1:-1]]
    return " after " + " and ".join(between[-2:]) if between else ""


def _through(scenario: Scenario) -> str:
    """Say what was made and how it is called: ` for 1 and 2, by next after next`, ` for 2, called with 1`."""
    first, *chain = (step for step in scenario.steps[: scenario.made] if step.binds)
    *before, last = [step for step in scenario.steps[1:] if not step.binds]
    said = _given("for", first) + "".join(f", {_call(step)}" for step in chain)
    between = " and ".join(
        ("a call" if step.kind == "apply" else _member(step)) + _given("with", step) for step in before[-2:]
    )
    comma = "," if said or last.kind == "apply" else ""
    return f"{said}{comma} {_call(last)}{f' after {between}' if between else ''}"


def _call(step: Step) -> str:
    return ("called" if step.kind == "apply" else f"by {_member(step)}") + _given("with", step)


def _member(step: Step) -> str:
    return f"item {step.callee}" if step.callee.isdigit() else step.callee


def _ordinal(n: int) -> str:
    return {2: "again", 3: "a third time", 4: "a fourth time"}.get(n, f"variant {n}")

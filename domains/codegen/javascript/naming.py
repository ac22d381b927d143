"""Names that say the scenario, as Jest prints them: `calculateDiscount` - `gives 90 for 100 and 10`."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Mapping

from domains.codegen.javascript.exploring import Scenario, Seen

_SHORT = 30
_LONGEST = 110
_FUNCTION = re.compile(r"^\(?[\w$, ]*\)?\s*=>")


class Names:
    """Gives each scenario of a symbol a title of its own; `taken` are titles, behind their symbol, that tests have."""

    def __init__(self, given: Mapping[Hashable, str] | None = None, taken: Iterable[tuple[str, str]] = ()) -> None:
        self._taken: set[tuple[str, str]] = set(taken)
        self._given = given or {}

    def of(self, scenario: Scenario, seen: Seen) -> str:
        """Return the title that somebody gave it, or one of what comes of it, not given for this symbol before."""
        if scenario in self._given:
            return self.free(scenario.symbol, self._given[scenario])
        args = scenario.steps[-1].args
        given = " for " + " and ".join(describe(text) for text in args[:3]) if args else ""
        return self.free(scenario.symbol, outcome(seen) + given + _after(scenario))

    def free(self, symbol: str, wanted: str) -> str:
        """Return the title, told apart from those given before."""
        base = wanted[:_LONGEST].rstrip()
        for n in range(1, 1000):
            title = base if n == 1 else f"{base} ({_ordinal(n)})"
            if (symbol, title) not in self._taken:
                self._taken.add((symbol, title))
                return title
        raise ValueError(f"no title is left for {base}")


def describe(text: str) -> str:
    """Say in few words what an expression is: itself when it is short."""
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
        return {"typed": f"gives a {seen.text}", "bounded": "keeps to its bounds", "quiet": "throws no ReferenceError"}[
            seen.kind
        ]
    if seen.kind == "self":
        return "gives itself back"
    if seen.kind == "object":
        return f"gives a {seen.text}"
    if seen.after and seen.text == "undefined":
        return "changes its argument"
    if seen.state and seen.text == "undefined":
        return f"changes {seen.state[0][0]}"
    return f"{'yields' if seen.kind == 'iterator' else 'gives'} {describe(seen.text)}"


def _after(scenario: Scenario) -> str:
    between = [step.callee for step in scenario.steps[1:-1]]
    return " after " + " and ".join(between[-2:]) if between else ""


def _ordinal(n: int) -> str:
    return {2: "again", 3: "a third time", 4: "a fourth time"}.get(n, f"variant {n}")

"""Names that say the scenario: `test_discount_of_zero_keeps_the_price`."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Mapping, Sequence

from domains.codegen.engine.inside.scenarios import TAKEN, Scenario, Seen, Step

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LONGEST = 90
_ORDINALS = ("", "_again", "_a_third_time", "_a_fourth_time", "_a_fifth_time")


class Names:
    """Gives each scenario a name of its own in a file."""

    def __init__(
        self,
        parameters: Mapping[str, Sequence[str]] | None = None,
        taken: frozenset[str] = frozenset(),
        given: Mapping[Hashable, str] | None = None,
    ) -> None:
        self._taken: set[str] = set(taken)
        self._parameters, self._given = parameters or {}, given or {}

    def of(self, scenario: Scenario, seen: tuple[Seen, ...]) -> str:
        """Return the name that somebody gave it, or `test_<symbol>_<given>_<outcome>`, not given before."""
        if scenario in self._given:
            return self.free(self._given[scenario])
        last, step = seen[-1], scenario.steps[len(seen) - 1]
        parts = ["test", snake(scenario.symbol.replace(".__", ".").strip("_")), _given(step), _after(scenario)]
        parts.append(_outcome(step, last, self._parameters.get(scenario.symbol, ())))
        return self.free("_".join(part for part in parts if part))

    def free(self, wanted: str) -> str:
        """Return the name, shortened and told apart from those given before."""
        base = re.sub(r"_+", "_", wanted)[:_LONGEST].rstrip("_")
        for ordinal in (*_ORDINALS, *(f"_variant_{spelled(n)}" for n in range(2, 400))):
            if base + ordinal not in self._taken:
                self._taken.add(base + ordinal)
                return base + ordinal
        raise ValueError(f"no name is left for {base}")


def snake(name: str) -> str:
    """Write a name in snake case, dots as underscores."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name)
    return re.sub(r"\W+", "_", spaced, flags=re.ASCII).lower().strip("_")


def spelled(number: int) -> str:
    """Write a whole number for a name."""
    if number < 0:
        return f"minus_{spelled(-number)}"
    return _WORDS[number] if number < len(_WORDS) else str(number)


def describe(text: str) -> str:
    """Say in words what an expression is."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        if TAKEN.fullmatch(text):
            return TAKEN.sub(r"the_\1", text)
        made = re.match(r"(?:\w+\.)*([A-Z]\w*)\(.+\)$", text, re.DOTALL)
        if made:
            return f"a_{snake(made[1])}"
        return "a_function" if text.startswith("lambda") else snake(text)[:30].strip("_")
    return _described(value)


def _described(value: object) -> str:
    if isinstance(value, bool) or value is None:
        return str(value).lower()
    if isinstance(value, int):
        return spelled(value) if abs(value) < 10**12 else "a_huge_number"
    if isinstance(value, float):
        if value.is_integer() and abs(value) < 10**12:
            return spelled(int(value))
        return snake(repr(value).replace("-", "minus ").replace(".", " point "))
    if isinstance(value, str | bytes):
        return _text(value if isinstance(value, str) else value.decode("latin-1"))
    if isinstance(value, list | tuple | set | dict):
        kind = type(value).__name__
        if not value:
            return f"an_empty_{kind}"
        inner = "_".join(_described(item) for item in list(value)[:3])
        return inner if len(inner) <= 24 and len(value) <= 3 else f"a_{kind}_of_{spelled(len(value))}"
    return "a_value"


def _text(value: str) -> str:
    if not value:
        return "empty_text"
    if not value.strip():
        return "blank_text"
    plain = snake(value.encode("ascii", "ignore").decode())
    return plain[:30].strip("_") if plain else "a_text_of_signs"


def _given(step: Step) -> str:
    if step.reads or not step.arguments:
        return ""
    return "of_" + "_and_".join(describe(text) for _, text in step.arguments[:3])


def _after(scenario: Scenario) -> str:
    between = [step for step in scenario.steps[:-1] if not step.binds]
    return "after_" + "_and_".join(snake(step.callee.split(".")[-1]) for step in between[-2:]) if between else ""


def _outcome(step: Step, last: Seen, parameters: Sequence[str]) -> str:
    if last.kind == "raises":
        return f"raises_{snake(last.text.split('.')[-1])}"
    if last.kind == "object":
        return f"gives_a_{snake(last.type)}"
    if last.after and last.text == "None":
        return "changes_its_argument"
    same = [n for n, (_, text) in enumerate(step.arguments) if text == last.text and len(text) > 1]
    if same and len(step.arguments) == 1:
        return "is_unchanged"
    if same:
        name = step.arguments[same[0]][0] or (parameters[same[0]] if same[0] < len(parameters) else "argument")
        return f"keeps_the_{snake(name)}"
    if last.kind == "iterator":
        return "yields_" + describe(last.text)
    return "is_" + describe(last.text)

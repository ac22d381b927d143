"""Names that say the scenario: `test_discount_of_zero_keeps_the_price`."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable, Mapping, Sequence

from domains.codegen.engine.inside.scenarios import SUBJECT, TAKEN, Scenario, Seen, Step

_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_LONGEST = 90
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_WRITTEN = {"Decimal", "Fraction", "Path", "PurePosixPath"}
"""Types whose value is what they are made from, as text."""
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
        symbol, parameters = _symbol(scenario.symbol), self.parameters(scenario)
        if step.callee == SUBJECT:
            parts = ["test", symbol, *_made(scenario.steps[: len(seen)], parameters), _outcome(step, last, ())]
        else:
            parts = ["test", symbol, _given(step, parameters), _after(scenario), _outcome(step, last, parameters)]
        return self.free("_".join(part for part in parts if part))

    def parameters(self, scenario: Scenario) -> Sequence[str]:
        """Return what the parameters of the scenario's last call are called, in their order; empty if unknown."""
        return self._parameters.get(scenario.symbol, ())

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


def _symbol(name: str) -> str:
    """Write a symbol in snake case, in the letters that it has."""
    plain = name.replace(".__", ".").strip("_")
    return snake(plain) if plain.isascii() else re.sub(r"\W+", "_", plain).lower().strip("_")


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
        return TAKEN.sub(r"the_\1", text) if TAKEN.fullmatch(text) else _expression(text)
    return _described(value)


def _expression(text: str) -> str:
    """Say what an expression is that is more than a literal: a member of an enumeration, an object, a list of such."""
    try:
        node = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError):
        return snake(text)[:30].strip("_")
    if isinstance(node, ast.Lambda):
        return "a_function"
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id[:1].isupper():
        return snake(node.attr)
    if isinstance(node, ast.Call):
        made = ast.unparse(node.func).rpartition(".")[2]
        if made in _WRITTEN and len(node.args) == 1 and isinstance(node.args[0], ast.Constant):
            return _number_in(str(node.args[0].value))
        moment = _moment(made, node)
        if moment:
            return moment
        return _a(snake(made)) if made[:1].isupper() else snake(text)[:30].strip("_")
    if isinstance(node, ast.List | ast.Tuple | ast.Set) and node.elts:
        kind = type(node).__name__.lower()
        inner = describe(ast.unparse(node.elts[0])) if len(node.elts) == 1 else spelled(len(node.elts))
        return f"a_{kind}_of_{inner}"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return f"minus_{describe(ast.unparse(node.operand))}"
    if isinstance(node, ast.Dict):
        return f"a_dict_of_{spelled(len(node.keys))}"
    return snake(text)[:30].strip("_")


def _moment(made: str, node: ast.Call) -> str:
    """Say a date, a time or a span of time; empty for other calls."""
    try:
        given = [int(ast.literal_eval(argument)) for argument in node.args]
        named = {word.arg: int(ast.literal_eval(word.value)) for word in node.keywords if word.arg}
    except (ValueError, TypeError):
        return ""
    if made in {"date", "datetime"} and len(given) >= 3 and 1 <= given[1] <= 12:
        return "_".join(map(str, [given[2], _MONTHS[given[1] - 1], *given[:1], *given[3:]]))
    if made == "time" and given:
        return "_".join(map(str, given))
    if made != "timedelta" or len(given) > 1:
        return ""
    parts = {**({"days": given[0]} if given else {}), **named}
    told = [f"{spelled(n).replace('minus_', '')}_{unit if abs(n) != 1 else unit[:-1]}" for unit, n in parts.items()]
    before = "minus_" if any(n < 0 for n in parts.values()) else ""
    return before + "_and_".join(told) if told and any(parts.values()) else "no_time"


def _number_in(text: str) -> str:
    """Describe the number that a text holds, else the text."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return _text(text)
    return _described(value) if isinstance(value, int | float) else _text(text)


def _a(noun: str) -> str:
    return f"{'an' if noun[:1] in set('aeiou') else 'a'}_{noun}"


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
        if len(value) == 1 and isinstance(item := next(iter(value)), list | tuple | set | dict):
            return f"{_a(kind)}_of_{_described(item)}"
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


def _given(step: Step, parameters: Sequence[str]) -> str:
    if step.reads or not step.arguments:
        return ""
    named = [(key or (parameters[n] if n < len(parameters) else ""), text)
             for n, (key, text) in enumerate(step.arguments[:3])]  # fmt: skip
    return "of_" + "_and_".join(_argument(name, text, first=n == 0) for n, (name, text) in enumerate(named))


def _argument(name: str, text: str, *, first: bool) -> str:
    """Say what an argument is; a switch by its own name: `and_express`, `and_not_express`."""
    if first or name in {"", "default", "value"} or text not in {"True", "False"}:
        return describe(text)
    return snake(name) if text == "True" else f"not_{snake(name)}"


def _made(steps: Sequence[Step], parameters: Sequence[str]) -> list[str]:
    """Say what was made and how it is called: `of_two`, `of_a_function`, `called_with_zero`."""
    first, *others, call = steps
    called = "called" if all(step.binds for step in others) else "called_again"
    given = _given(call, ()).replace("of_", "with_", 1)
    made = [_given(first, parameters), *(_given(step, ()) for step in others if step.binds)]
    return [*made, f"{called}_{given}".rstrip("_")]


def _after(scenario: Scenario) -> str:
    between = [step for step in scenario.steps[:-1] if not step.binds]
    return "after_" + "_and_".join(snake(step.callee.split(".")[-1]) for step in between[-2:]) if between else ""


def _outcome(step: Step, last: Seen, parameters: Sequence[str]) -> str:
    if last.kind == "raises":
        return f"raises_{snake(last.text.split('.')[-1])}"
    if last.kind == "object":
        return f"gives_{_a(snake(last.type))}"
    if last.kind == "counted":
        return f"yields_{spelled(int(last.text))}"
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

"""What a parameter takes: its type where one is stated, else what reading and running the code tell of it.

Read: its default, what it is compared with and looked up in, the types it is asked to be an instance of, its name.
Run: the shape that probes found, and of each kind of value whether it was refused (TypeError, AttributeError) or
reached new lines. All of it are weights of a draw: what is likely is tried more, and nothing is never tried.
"""

from __future__ import annotations

import inspect
import random
from dataclasses import dataclass, field

from domains.codegen.engine.inside.arranging import fitting
from domains.codegen.engine.inside.hints import Hint, examples
from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.pools import KINDS, Pools
from domains.codegen.engine.inside.scenarios import Scenario, Seen
from domains.codegen.engine.inside.sources import source_of
from domains.codegen.engine.inside.targets import Target

SHAPE, HINT = "shape", "hint"
_EVERY = (SHAPE, HINT, *KINDS)
_SHARE = {SHAPE: 10.0, HINT: 6.0}
_LIKELY = 4.0
_ANY = 0.12
"""Share of draws that ignore what was learned."""

Key = tuple[str, str]


@dataclass(slots=True)
class Guesses:
    """Values for parameters. `shaped` are values that fit shapes, `hints` what the source tells.

    `fixtures` are the types of what the project's fixtures give, by their calls.
    """

    pools: Pools
    chance: random.Random
    shaped: dict[Key, list[str]] = field(default_factory=dict)
    hints: dict[Key, Hint] = field(default_factory=dict)
    fixtures: dict[str, type] = field(default_factory=dict)
    _weights: dict[Key, dict[str, float]] = field(default_factory=dict)
    _met: set[Key] = field(default_factory=set)

    def values(self, target: Target, parameter: Parameter) -> list[str]:
        """Return candidates, what fixtures give before the rest."""
        given = fitting(parameter, self.fixtures) if self.fixtures else []
        return [*given, *self._values(target, parameter)]

    def _values(self, target: Target, parameter: Parameter) -> list[str]:
        """Return candidates; the first time some of every kind, then those of one kind that is drawn."""
        if parameter.typed:
            found = self.pools.of(parameter.hint)
            if found:
                return [*(examples(parameter.name) if "''" in found else ()), *found]
        key = (target.symbol, parameter.name)
        if key not in self._met:
            self._met.add(key)
            likely = sorted(self._weighed(key, parameter).items(), key=lambda item: -item[1])
            few = {SHAPE: 24, HINT: 16}
            return [text for kind, weight in likely
                    for text in self._kind(key, parameter, kind)[: few.get(kind, 8 if weight > 1 else 4)]]  # fmt: skip
        weights = self._weighed(key, parameter)
        kind = self.chance.choices(list(weights), list(weights.values()))[0]
        if self.chance.random() < _ANY:
            kind = self.chance.choice(KINDS)
        return self._kind(key, parameter, kind) or ["None"]

    def anything(self) -> list[str]:
        """Return values for a call of which nothing is known."""
        return self.pools.kind(self.chance.choice(("int", "str", "int", "list_int", "none", "callable"))) or ["1"]

    def learn(self, target: Target, scenario: Scenario, last: Seen, fresh: int) -> None:
        """Learn from how a call ended, and from `fresh`, the ways that nothing had taken before."""
        refused = last.kind == "raises" and last.text in {"TypeError", "AttributeError"}
        given = scenario.steps[-1].arguments
        for n, (name, text) in enumerate(given):
            parameter = next((p for p in target.parameters if p.name == name), None) if name else (
                target.parameters[n] if n < len(target.parameters) else None)  # fmt: skip
            if parameter is None or parameter.typed:
                continue
            key = (target.symbol, parameter.name)
            weights = self._weighed(key, parameter)
            kind = kind_of(text)
            for each in (
                kind,
                SHAPE if text in self.shaped.get(key, ()) else "",
                HINT if self._hinted(key, text) else "",
            ):
                if each in weights:
                    weights[each] = min(60.0, max(0.1, weights[each] * (0.9 if refused else 1.03) + fresh))

    def _hinted(self, key: Key, text: str) -> bool:
        return key in self.hints and text in self.hints[key].values

    def _weighed(self, key: Key, parameter: Parameter) -> dict[str, float]:
        weights = self._weights.get(key)
        if weights is None:
            weights = self._weights[key] = dict.fromkeys(KINDS, 1.0)
            for kind in self.hints[key].kinds if key in self.hints else ():
                weights[kind] += _LIKELY
            default = self._default(parameter)
            if default and kind_of(default) in weights:
                weights[kind_of(default)] += _LIKELY
            weights |= {kind: share for kind, share in _SHARE.items() if self._kind(key, parameter, kind)}
        return weights

    def _kind(self, key: Key, parameter: Parameter, kind: str) -> list[str]:
        if kind == SHAPE:
            return self.shaped.get(key, [])
        if kind == HINT:
            default = self._default(parameter)
            read = self.hints[key].values if key in self.hints else ()
            return [*read, *([default] if default else []), *examples(parameter.name)]
        return self.pools.kind(kind)

    def _default(self, parameter: Parameter) -> str:
        if parameter.default is inspect.Parameter.empty or parameter.default is None:
            return ""
        return source_of(parameter.default, {}) or ""


def kind_of(text: str) -> str:
    """Name the kind (see KINDS) that a value's source belongs to."""
    starts = {"'": "str", '"': "str", "b": "bytes", "{": "dict", "(": "tuple", "N": "none", "T": "bool", "F": "bool",
              "l": "callable"}  # fmt: skip
    if text[0] == "[":
        return "nested" if text[1:2] in {"[", "("} else "list_str" if text[1:2] in {"'", '"'} else "list_int"
    if text[0] in starts:
        return starts[text[0]]
    if text[0].isdigit() or text[0] == "-":
        return "float" if "." in text else "int"
    return "own"

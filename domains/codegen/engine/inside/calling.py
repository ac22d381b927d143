"""Calls of what functions give: decorated functions, closures and partial ones, and what these give in turn."""

from __future__ import annotations

import inspect
import random
from collections import deque
from dataclasses import dataclass, field, replace

from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.running import Runner
from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Seen, Step

_CALLABLE = {"function", "partial", "method", "builtin_function_or_method"}
_DEEP = 3
"""Calls in a row: `retry(2)(function)(value)`, of a method one less."""
_EAGER = 10
"""Calls that are tried at once of each that is new."""
_KNOWN = 60
_FUNCTIONS = {"f", "fn", "func", "function", "callback", "callable", "decorated", "method", "wrapped", "key", "pred"}
"""What a parameter that takes a function is called."""
_AGAIN = 0.25
"""Share of calls that are made twice: what remembers, counts or ends says so only then."""


@dataclass(slots=True)
class Calling:
    """What could be called so far. Its scenarios bind the maker's result and call it."""

    runner: Runner
    guesses: Guesses
    chance: random.Random
    _known: list[Scenario] = field(default_factory=list)
    _waiting: deque[Scenario] = field(default_factory=deque)
    _takes: dict[Scenario, tuple[inspect.Parameter, ...] | None] = field(default_factory=dict)

    @property
    def eager(self) -> bool:
        """Whether something was given that was hardly called yet."""
        return bool(self._waiting)

    def hear(self, scenario: Scenario, last: Seen) -> None:
        """Note a scenario that gave something that can be called."""
        if last.kind != "object" or last.type not in _CALLABLE or len(scenario.steps) > _DEEP:
            return
        made = Scenario(scenario.symbol, tuple(replace(step, binds=True) for step in scenario.steps))
        if made not in self._takes and len(self._known) < _KNOWN:
            self._takes[made] = self._parameters(made)
            self._known.append(made)
            self._waiting.extend([made] * _EAGER)

    def draw(self) -> Scenario | None:
        """Return a call of something that was given; what is new comes first. None while there is nothing."""
        if not self._known:
            return None
        made = self._waiting.popleft() if self._waiting else self.chance.choice(self._known)
        call = self._call(made)
        again = (call if self.chance.random() < 0.5 else self._call(made),) if self.chance.random() < _AGAIN else ()
        return Scenario(made.symbol, (*made.steps, call, *again))

    def _call(self, made: Scenario) -> Step:
        takes = self._takes[made]
        if takes is None:
            count = self.chance.choice((0, 1, 1, 2))
            return Step(SUBJECT, tuple(("", self._value("")) for _ in range(count)))
        given: list[tuple[str, str]] = []
        for parameter in takes:
            if parameter.kind is parameter.VAR_POSITIONAL:
                given += [("", self._value("")) for _ in range(self.chance.choice((0, 1, 1, 2)))]
            elif parameter.kind is parameter.KEYWORD_ONLY:
                given.append((parameter.name, self._value(parameter.name)))
            elif parameter.default is parameter.empty or self.chance.random() < 0.5:
                given.append(("", self._value(parameter.name)))
            else:
                break
        return Step(SUBJECT, tuple(given))

    def _value(self, name: str) -> str:
        values = self.guesses.pools.kind("callable") if name in _FUNCTIONS else self.guesses.anything()
        return self.chance.choice(values)

    def _parameters(self, made: Scenario) -> tuple[inspect.Parameter, ...] | None:
        """Return what is given by position or has to be named; None where nobody says what it takes."""
        first, *others = made.steps
        text = first.source()
        for step in others:
            text += step.source().removeprefix(SUBJECT)
        try:
            found = inspect.signature(self.runner.given(text)).parameters.values()
        except (TypeError, ValueError):
            return None
        needed = (p for p in found if p.kind is not p.KEYWORD_ONLY or p.default is p.empty)
        return tuple(p for p in needed if p.kind is not p.VAR_KEYWORD)

"""Looks for scenarios that do something new: boundaries first, then neighbours of what worked, sequences for classes.

What a parameter without a type takes is learned by running: each kind is tried, and kinds that are not refused with a
TypeError or AttributeError, and those that reach new lines, are tried more (duck typing by search). What one function
gives, another may take.
"""

from __future__ import annotations

import ast
import itertools
import math
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from domains.codegen.engine.inside import patterns
from domains.codegen.engine.inside.pools import KINDS, Pools
from domains.codegen.engine.inside.running import Edges, Runner
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.inside.targets import Parameter, Target

_ALIKE = 5
"""Scenarios kept that take the same way to the same shape of result: mutants tell them apart later."""
_DIFFERENT = 20
"""The same, where the result is one that was not yet seen."""
_LEARNED = {"int": "int", "str": "str", "float": "float", "list": "list_int", "dict": "dict", "tuple": "tuple"}


@dataclass(slots=True)
class Row:
    """A scenario that is worth keeping, what was seen, and its way through the module."""

    scenario: Scenario
    seen: tuple[Seen, ...]
    edges: frozenset[tuple[int, int]]

    def lines(self) -> set[int]:
        """Lines that it runs."""
        return {line for edge in self.edges for line in edge if line > 0}


@dataclass(slots=True)
class Search:
    """The corpus as it grows."""

    runner: Runner
    pools: Pools
    chance: random.Random
    rows: list[Row] = field(default_factory=list)
    reached: Edges = field(default_factory=set)
    tried: set[Scenario] = field(default_factory=set)
    _given: dict[object, dict[str, int]] = field(default_factory=dict)
    _weights: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict)
    _constructed: dict[str, list[Step]] = field(default_factory=dict)
    _met: set[tuple[str, str]] = field(default_factory=set)

    def seed(self, scenarios: list[Scenario]) -> None:
        """Begin with scenarios that somebody wrote."""
        for scenario in scenarios:
            self.consider(scenario)

    def grow(self, targets: list[Target], until: float) -> None:
        """Search for all targets in turn until the time (of time.monotonic) is over."""
        makers = {target.symbol: target for target in targets if target.symbol == target.callee}
        for target in targets:
            for scenario in itertools.islice(self._first(target, makers), 160):
                self.consider(scenario, target)
                if time.monotonic() > until:
                    return
        while targets and time.monotonic() < until:
            target = self.chance.choice(targets)
            other = self._drawn(target, makers) if self.chance.random() < 0.5 else self._neighbour(target, makers)
            if other is not None:
                self.consider(other, target)

    def consider(self, scenario: Scenario, target: Target | None = None) -> Row | None:
        """Run a scenario; keep it if it does something that few others do."""
        if scenario in self.tried:
            return None
        self.tried.add(scenario)
        edges: Edges = set()
        seen = self.runner.run(scenario, edges)
        fresh = edges - self.reached
        if target is not None:
            self._learn(scenario, target, seen[-1], len(fresh))
        if not seen or seen[-1].kind == "stalled" or len(seen) < len(scenario.steps) - 1:
            return None
        key = (frozenset(edges), seen[-1].shape(), scenario.symbol)
        given = self._given.setdefault(key, {})
        most = _ALIKE if seen[-1].text in given else _DIFFERENT
        if not fresh and sum(given.values()) >= most:
            return None
        given[seen[-1].text] = given.get(seen[-1].text, 0) + 1
        self.reached |= edges
        row = Row(scenario, seen, frozenset(edges))
        self.rows.append(row)
        return row

    def varied(self, row: Row, targets: dict[str, Target]) -> Scenario | None:
        """Return a neighbour of a row: one argument of one step is another value."""
        steps = list(row.scenario.steps)
        places = [(n, m) for n, step in enumerate(steps) for m in range(len(step.arguments))]
        if not places:
            return None
        n, m = self.chance.choice(places)
        name, old = steps[n].arguments[m]
        target = targets.get(row.scenario.symbol)
        new = self._other(old, target, m if n == len(steps) - 1 else -1)
        arguments = (*steps[n].arguments[:m], (name, new), *steps[n].arguments[m + 1 :])
        steps[n] = Step(steps[n].callee, arguments, steps[n].binds, steps[n].reads)
        return Scenario(row.scenario.symbol, tuple(steps))

    def _other(self, old: str, target: Target | None, position: int) -> str:
        if target is not None and 0 <= position < len(target.parameters) and self.chance.random() < 0.5:
            values = self._values(target, target.parameters[position])
            return self.chance.choice(values) if values else old
        return nudged(old, self.chance)

    def _first(self, target: Target, makers: dict[str, Target]) -> Iterator[Scenario]:
        """All combinations when they are few; else each parameter's values beside the others' first, and draws."""
        optional = [n for n, p in enumerate(target.parameters) if not p.needed]
        for given in ([], optional):
            used = [p for n, p in enumerate(target.parameters) if p.needed or n in given]
            pools = [self._values(target, p) for p in used]
            if not all(pools):
                continue
            if math.prod(len(pool) for pool in pools) <= 60:
                rows = list(itertools.product(*pools))
            else:
                first = tuple(pool[0] for pool in pools)
                rows = [(*first[:n], value, *first[n + 1 :]) for n, pool in enumerate(pools) for value in pool[:60]]
                rows += [tuple(self.chance.choice(pool) for pool in pools) for _ in range(60)]
            for values in dict.fromkeys(rows):
                yield self._scenario(target, list(zip(used, values, strict=True)), makers)
            if not optional:
                return

    def _drawn(self, target: Target, makers: dict[str, Target]) -> Scenario | None:
        given = []
        for parameter in target.parameters:
            if parameter.needed or self.chance.random() < 0.5:
                values = self._values(target, parameter)
                if not values:
                    return None
                given.append((parameter, self.chance.choice(values)))
            elif not parameter.keyword:
                break  # what follows would have to be named; another draw gives it
        return self._scenario(target, given, makers)

    def _neighbour(self, target: Target, makers: dict[str, Target]) -> Scenario | None:
        rows = [row for row in self.rows if row.scenario.symbol == target.symbol]
        if not rows:
            return self._drawn(target, makers)
        row = self.chance.choice(rows)
        if target.owner and self.chance.random() < 0.5:
            return self._longer(row)
        return self.varied(row, {target.symbol: target})

    def _longer(self, row: Row) -> Scenario | None:
        """Put a call that worked on such an object before the last step."""
        others = [r for r in self.rows if r.scenario.steps[0].callee == row.scenario.steps[0].callee and
                  len(r.scenario.steps) > 1 and r.seen[-1].kind != "raises"]  # fmt: skip
        if not others or len(row.scenario.steps) > 7:
            return None
        step = self.chance.choice(others).scenario.steps[-1]
        *before, last = row.scenario.steps
        return Scenario(row.scenario.symbol, (*before, step, last))

    def _scenario(self, target: Target, given: list[tuple[Parameter, str]], makers: dict[str, Target]) -> Scenario:
        named = [p.name if p.keyword or _skips(target, given, n) else "" for n, (p, _) in enumerate(given)]
        step = Step(target.callee, tuple(zip(named, (v for _, v in given), strict=True)), reads=target.reads)
        if not target.owner:
            return Scenario(target.symbol, (step,))
        return Scenario(target.symbol, (self._maker(target.owner, makers), step))

    def _maker(self, owner: str, makers: dict[str, Target]) -> Step:
        """Return a call of the constructor, one that worked where one is known."""
        known = self._constructed.setdefault(owner, [])
        if not known or (len(known) < 12 and self.chance.random() < 0.3):
            maker = makers.get(owner)
            drawn = self._drawn(maker, makers) if maker is not None else None
            step = Step(owner, drawn.steps[-1].arguments if drawn is not None else (), binds=True)
            if self.runner.run(Scenario(owner, (step,)))[-1].kind in {"raises", "stalled"}:
                return self.chance.choice(known) if known else step
            known.append(step)
        return self.chance.choice(known)

    def _values(self, target: Target, parameter: Parameter) -> list[str]:
        if parameter.typed:
            found = self.pools.of(parameter.hint)
            if found:
                return found
        weights = self._weights.setdefault((target.symbol, parameter.name), dict.fromkeys(KINDS, 1.0))
        kind = self.chance.choices(KINDS, [weights[k] for k in KINDS])[0]
        if self.chance.random() < 0.15:
            kind = self.chance.choice(KINDS)
        if (target.symbol, parameter.name) not in self._met:
            self._met.add((target.symbol, parameter.name))
            return [text for each in KINDS for text in self.pools.kind(each)[:6]]
        return self.pools.kind(kind) or ["None"]

    def _learn(self, scenario: Scenario, target: Target, last: Seen, fresh: int) -> None:
        refused = last.kind == "raises" and last.text in {"TypeError", "AttributeError"}
        values = {name or target.parameters[n].name: text for n, (name, text) in
                  enumerate(scenario.steps[-1].arguments) if name or n < len(target.parameters)}  # fmt: skip
        for parameter in target.parameters:
            if parameter.typed or parameter.name not in values:
                continue
            kind = _kind_of(values[parameter.name])
            weights = self._weights.setdefault((target.symbol, parameter.name), dict.fromkeys(KINDS, 1.0))
            if kind in weights:
                weights[kind] = min(60.0, max(0.1, weights[kind] * (0.9 if refused else 1.05) + fresh))
        if last.kind == "value" and last.type in _LEARNED:
            self.pools.learn(_LEARNED[last.type], last.text)
        elif last.kind == "object" and len(scenario.steps) == 1:
            self.pools.learn("own", scenario.steps[0].source())


def nudged(text: str, chance: random.Random) -> str:
    """Return the source of a value close to another."""
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    if isinstance(value, bool):
        return repr(not value)
    if isinstance(value, int):
        return repr(chance.choice([value + 1, value - 1, -value, value * 2, value // 2, 0]))
    if isinstance(value, float):
        return repr(chance.choice([value + 1, value - 1, -value, value * 2, round(value / 2, 6), 0.0]))
    if isinstance(value, str):
        return repr(_text_near(value, chance))
    if isinstance(value, list):
        return repr(_list_near(value, chance))
    return text


def _text_near(text: str, chance: random.Random) -> str:
    if text and chance.random() < 0.5:
        at = chance.randrange(len(text))
        piece = chance.choice("0123456789abzAZ -_.,/+") if chance.random() < 0.8 else ""
        return text[:at] + piece + text[at + chance.randint(0, 1) :]
    return chance.choice([*patterns.near(text), text * 2, text.upper(), text.lower(), text.strip()])


def _list_near(items: list[object], chance: random.Random) -> list[object]:
    other = list(items)
    way = chance.randrange(4)
    if way == 0 and other:
        other.pop(chance.randrange(len(other)))
    elif way == 1 and other:
        other.insert(chance.randrange(len(other) + 1), chance.choice(other))
    elif way == 2:
        chance.shuffle(other)
    elif other:
        at = chance.randrange(len(other))
        try:
            other[at] = ast.literal_eval(nudged(repr(other[at]), chance))
        except (ValueError, SyntaxError):
            return items
    return other


def _kind_of(text: str) -> str:
    starts = {"'": "str", '"': "str", "b": "bytes", "{": "dict", "(": "tuple", "N": "none", "T": "bool", "F": "bool",
              "l": "callable"}  # fmt: skip
    if text[0] == "[":
        return "nested" if text[1:2] in {"[", "("} else "list_str" if text[1:2] in {"'", '"'} else "list_int"
    if text[0] in starts:
        return starts[text[0]]
    if text[0].isdigit() or text[0] == "-":
        return "float" if "." in text else "int"
    return "own"


def _skips(target: Target, given: list[tuple[Parameter, str]], position: int) -> bool:
    """Whether a parameter before this one was left out, so that this one has to be named."""
    return target.parameters[position].name != given[position][0].name

"""Looks for scenarios that do something new: boundaries first, then neighbours of what worked, sequences for classes.

What a parameter without a type takes is `guessing`'s to say. What one function gives, another may take; an object that
one gives is used by the methods of its class, and a function that one gives is called.
"""

from __future__ import annotations

import itertools
import math
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from time import monotonic  # the code under test may be given another clock

from domains.codegen.engine.inside.calling import Calling
from domains.codegen.engine.inside.carving import Carving, codes
from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.nudging import nudged, related
from domains.codegen.engine.inside.parameters import Parameter
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import LATE, Edges, Runner
from domains.codegen.engine.inside.scenarios import SUBJECT, Scenario, Seen, Step
from domains.codegen.engine.inside.targets import Target

_ALIKE = 5
"""Scenarios kept that take the same way to the same shape of result: mutants tell them apart later."""
_DIFFERENT = 20
"""The same, where the result is one that was not yet seen."""
_RELATED = 0.1
"""Share of new values that are a part of another argument."""
_OPTED = 0.2
"""Share of neighbours that are a call which worked, with one more of the arguments that may be left out."""
_MAKING = 25
"""Calls of a constructor that raise before methods are tried on an object without it: some need nothing of it."""
_ARRANGED = 0.5
"""Share of objects that come from a fixture, where one gives them."""
_CALLED = (0.4, 0.08)
"""Share of draws that call what a function gave: while something of it is new, and later."""
_FIRST, _FIRST_OF_ALL = (40, 160), 1_600
"""Calls of a target, at least and at most, and of all together, before draws by chance."""
_LISTEN = 50
"""Calls after which it is asked again which expressions came up."""
_PATIENCE = 2
"""Calls of a target that take too long before other targets come first: each costs as much as a hundred."""
_SELDOM = 0.3
"""The share, by their number, in which it is drawn from then on."""
_LEARNED = {"int": "int", "str": "str", "float": "float", "list": "list_int", "dict": "dict", "tuple": "tuple"}


@dataclass(slots=True)
class Row:
    """A scenario that is worth keeping, what was seen, and its way through the module; `size` is what it is to read."""

    scenario: Scenario
    seen: tuple[Seen, ...]
    edges: frozenset[tuple[int, int]]
    size: int = field(init=False)
    _lines: frozenset[int] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every mutant asks of every row."""
        self.size = self.scenario.size()
        self._lines = frozenset(line for edge in self.edges for line in edge if line > 0)

    def lines(self) -> frozenset[int]:
        """Lines that it runs."""
        return self._lines


@dataclass(slots=True)
class Search:
    """The corpus as it grows."""

    runner: Runner
    pools: Pools
    chance: random.Random
    guesses: Guesses
    arranged: dict[str, list[Step]] = field(default_factory=dict)
    """Fixtures that give an object, by its class."""
    rows: list[Row] = field(default_factory=list)
    reached: Edges = field(default_factory=set)
    tried: set[Scenario] = field(default_factory=set)
    calling: Calling = field(init=False)
    carving: Carving = field(init=False)
    _unmade: dict[str, int] = field(default_factory=dict)
    _stalls: dict[str, int] = field(default_factory=dict)
    _given: dict[object, dict[str, int]] = field(default_factory=dict)
    _constructed: dict[str, list[Step]] = field(default_factory=dict)
    _given_by: dict[str, list[Step]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.calling = Calling(self.runner, self.guesses, self.chance)
        self.carving = Carving(self.runner.names)

    def seed(self, scenarios: list[Scenario]) -> None:
        """Begin with scenarios that somebody wrote."""
        for scenario in scenarios:
            self.consider(scenario)

    def grow(self, targets: list[Target], until: float, fitting: Callable[[], list[str]] = list) -> None:
        """Search for all targets in turn until the time (of time.monotonic) is over.

        `fitting` gives texts that fit expressions which came up meanwhile.
        """
        makers = {target.symbol: target for target in targets if target.symbol == target.callee}
        self.carving.targets = codes(targets, self.runner.names)
        share = max(_FIRST[0], min(_FIRST[1], _FIRST_OF_ALL // max(1, len(targets))))
        for target in targets:
            self.pools.match(fitting())
            for scenario in itertools.islice(self._first(target, makers), share):
                self.consider(scenario, target)
                if monotonic() > until:
                    return
                if self._stalls.get(target.symbol, 0) >= _PATIENCE:
                    break
        while targets and monotonic() < until:
            if len(self.tried) % _LISTEN == 0:
                self.pools.match(fitting())
            self._draw(targets, makers)

    def _draw(self, targets: list[Target], makers: dict[str, Target]) -> None:
        """Consider one more scenario: a call that was heard, or one by chance."""
        heard = self.carving.draw()
        if heard is not None and self._stalls.get(heard[0].symbol, 0) < _PATIENCE:
            self.consider(self._scenario(*heard, makers), heard[0])
            return
        target = self.chance.choice(targets)
        if self.chance.random() * self._stalls.get(target.symbol, 0) > _SELDOM:
            return
        dice = self.chance.random()
        other = self.calling.draw() if dice < _CALLED[not self.calling.eager] else None
        if other is None:
            other = self._drawn(target, makers) if dice < 0.5 else self._neighbour(target, makers)
        if other is not None:
            self.consider(other, target)

    def consider(self, scenario: Scenario, target: Target | None = None) -> Row | None:
        """Run a scenario; keep it if it does something that few others do."""
        if scenario in self.tried:
            return None
        self.tried.add(scenario)
        edges: Edges = set()
        self.carving.begin(scenario.symbol)
        seen = self.runner.run(scenario, edges, self.carving.hear)
        fresh = edges - self.reached
        if target is not None:
            self._learn(scenario, target, seen, len(fresh))
        late = seen[-1] == Seen("stalled", LATE)
        self._stalls[scenario.symbol] = self._stalls.get(scenario.symbol, 0) + late
        if seen[-1].kind == "stalled" or len(seen) < len(scenario.steps) - 1:
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
        self.calling.hear(scenario, seen[-1])
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
        own = n == len(steps) - 1 and steps[n].callee != SUBJECT  # else it is a call of what the target gave
        position = m if own else -1
        told = self._told(steps[n], m) if target is not None and _free(target, name, position) else None
        new = told or self._other(old, target, position)
        arguments = (*steps[n].arguments[:m], (name, new), *steps[n].arguments[m + 1 :])
        steps[n] = Step(steps[n].callee, arguments, steps[n].binds, steps[n].reads)
        return Scenario(row.scenario.symbol, tuple(steps))

    def _told(self, step: Step, m: int) -> str | None:
        """Return, at times, a part of another argument of a call."""
        beside = [text for k, (_, text) in enumerate(step.arguments) if k != m]
        if not beside or self.chance.random() > _RELATED:
            return None
        return related(self.chance.choice(beside), self.chance)

    def _other(self, old: str, target: Target | None, position: int) -> str:
        if target is not None and 0 <= position < len(target.parameters) and self.chance.random() < 0.5:
            values = self.guesses.values(target, target.parameters[position])
            return self.chance.choice(values) if values else old
        return nudged(old, self.chance)

    def _first(self, target: Target, makers: dict[str, Target]) -> Iterator[Scenario]:
        """All combinations when they are few; else each parameter's values beside the others' first, and draws."""
        optional = [n for n, p in enumerate(target.parameters) if not p.needed and not p.variadic]
        for given in ([], optional):
            used = [p for n, p in enumerate(target.parameters) if p.needed or n in given or p.variadic]
            pools = [self.guesses.values(target, p) for p in used]
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
        given: list[tuple[Parameter, str]] = []
        for parameter in target.parameters:
            if parameter.variadic:
                given += self._further(target, parameter)
            elif parameter.needed or self.chance.random() < 0.5:
                values = self.guesses.values(target, parameter)
                if not values:
                    return None
                given.append((parameter, self.chance.choice(values)))
            elif parameter.nameless:
                break  # what follows would have to be named
        return self._scenario(target, given, makers)

    def _further(self, target: Target, parameter: Parameter) -> list[tuple[Parameter, str]]:
        """Draw values for a parameter that takes any number."""
        values = self.guesses.values(target, parameter)
        return [(parameter, self.chance.choice(values)) for _ in range(self.chance.choice((0, 1, 2, 2, 3))) if values]

    def _neighbour(self, target: Target, makers: dict[str, Target]) -> Scenario | None:
        rows = [row for row in self.rows if row.scenario.symbol == target.symbol]
        if not rows:
            return self._drawn(target, makers)
        row = self.chance.choice(rows)
        opted = self._opted(row, target) if self.chance.random() < _OPTED else None
        if opted is not None:
            return opted
        if target.owner and self.chance.random() < 0.5:
            return self._longer(row)
        return self.varied(row, {target.symbol: target})

    def _opted(self, row: Row, target: Target) -> Scenario | None:
        """Give a call one more of the arguments that it need not have."""
        *before, last = row.scenario.steps
        if last.callee != target.callee or row.seen[-1].kind == "raises" or any(p.variadic for p in target.parameters):
            return None
        if len(last.arguments) > len(target.parameters):  # what wraps a function may take more than it says
            return None
        given = {name or target.parameters[n].name: text for n, (name, text) in enumerate(last.arguments)}
        absent = [p for p in target.parameters if p.name not in given]
        further = self.chance.choice(absent) if absent else None
        values = self.guesses.values(target, further) if further is not None else []
        if further is None or not values:
            return None
        given[further.name] = self.chance.choice(values)
        step = _step(target, [(p, given[p.name]) for p in target.parameters if p.name in given])
        return Scenario(row.scenario.symbol, (*before, step))

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
        step = _step(target, given)
        if not target.owner:
            return Scenario(target.symbol, (step,))
        return Scenario(target.symbol, (self._maker(target.owner, makers), step))

    def _maker(self, owner: str, makers: dict[str, Target]) -> Step:
        """Return a call of the constructor, one that worked where one is known."""
        known = self._constructed.setdefault(owner, [])
        arranged = self.arranged.get(owner)
        if arranged and self.chance.random() < _ARRANGED:
            return self.chance.choice(arranged)
        others = self._given_by.get(owner)
        if others and self.chance.random() < 0.2:
            return self.chance.choice(others)
        if not known or (len(known) < 12 and self.chance.random() < 0.3):
            maker = makers.get(owner)
            drawn = self._drawn(maker, makers) if maker is not None else None
            step = Step(owner, drawn.steps[-1].arguments if drawn is not None else (), binds=True)
            if self.runner.run(Scenario(owner, (step,)))[-1].kind in {"raises", "stalled"}:
                return self.chance.choice(known) if known else self._bare(owner, step)
            known.append(step)
        return self.chance.choice(known)

    def _bare(self, owner: str, step: Step) -> Step:
        """Return a call of a constructor that raises; after many of them, at times an object that none has set up."""
        self._unmade[owner] = self._unmade.get(owner, 0) + 1
        if self._unmade[owner] < _MAKING or self.chance.random() < 0.5:
            return step
        return Step(f"{owner}.__new__", (("", owner),), binds=True)

    def _learn(self, scenario: Scenario, target: Target, seen: tuple[Seen, ...], fresh: int) -> None:
        if scenario.steps[-1].callee == target.callee:
            self.guesses.learn(target, scenario, seen[-1], fresh)
        last = seen[-1]
        if last.kind == "value" and last.type in _LEARNED:
            self.pools.learn(_LEARNED[last.type], last.text)
        elif last.kind == "object" and len(scenario.steps) == 1 and scenario.steps[0].arguments is not None:
            self.pools.learn("own", scenario.steps[0].source())
            self._made(scenario.steps[0], last)

    def _made(self, step: Step, last: Seen) -> None:
        """Remember a call that gave an object, which other calls may then be made on, or which can be called."""
        known = self._given_by.setdefault(last.type, [])
        if len(known) < _ALIKE and not step.reads:
            known.append(Step(step.callee, step.arguments, binds=True))


def _step(target: Target, given: list[tuple[Parameter, str]]) -> Step:
    """Write a call; arguments behind one that is left out are named."""
    if any(p.variadic for p, _ in given) and any(_skips(target, given, n) for n in range(_fixed(given))):
        given = [(p, text) for p, text in given if not p.variadic]  # they would stand before what is named
    named = ["" if p.variadic else p.name if p.keyword or _skips(target, given, n) else "" for n, (p, _) in
             enumerate(given)]  # fmt: skip
    return Step(target.callee, tuple(zip(named, (v for _, v in given), strict=True)), reads=target.reads)


def _free(target: Target, name: str, position: int) -> bool:
    """Whether a parameter, by its name or position, takes any type: what states one is given nothing else."""
    at = [n for n, parameter in enumerate(target.parameters) if (parameter.name == name if name else n == position)]
    return any(not target.parameters[n].typed for n in at)


def _skips(target: Target, given: list[tuple[Parameter, str]], position: int) -> bool:
    """Whether a parameter before this one was left out, so that this one has to be named."""
    return position >= len(target.parameters) or target.parameters[position].name != given[position][0].name


def _fixed(given: list[tuple[Parameter, str]]) -> int:
    """How many stand before those of a parameter that takes any number."""
    return next((n for n, (p, _) in enumerate(given) if p.variadic), len(given))

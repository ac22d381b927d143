"""Which scenarios notice which mutants, a search for inputs that notice the rest, and the smallest set that does."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from time import monotonic  # the code under test may be given another clock
from typing import NamedTuple

from domains.codegen.engine.inside.finer import finer
from domains.codegen.engine.inside.laws import Standing, noticed
from domains.codegen.engine.inside.mutators import Mutant, mutants
from domains.codegen.engine.inside.running import STEP_S, Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.inside.search import Row, Search
from domains.codegen.engine.inside.simplifying import is_plain, simpler
from domains.codegen.engine.inside.statements import Statements
from domains.codegen.engine.inside.swapping import functions, swaps
from domains.codegen.engine.inside.targets import Target
from domains.codegen.engine.inside.telling import told_apart

_ENOUGH = 6
"""Killers noted of one mutant; more would only make the choice of the smallest set a little better."""
_FURTHER = 6
"""Rows in a row that do not notice a mutant which others do, before no more are asked."""
_LOOKING = 0.3
"""Share of the time that is left for the search for inputs, where judging alone would take it all."""
_IN_TURN = 12
"""Mutants of a statement before those of other statements."""
_FIRST_ROWS, _ROWS = 20, 80
"""Rows that are asked of each mutant before any is asked of all, and of one that nothing noticed until then."""
_TRIES = 120
_ASKED = 12
_DOES = 2
"""Calls, the last among them, of which a name can still tell."""


@dataclass(slots=True)
class Fate:
    """What became of a mutant: `killers` are rows by number; `laws` are those that notice it.

    `parts` are, by the row, the attributes of an object in which alone the row tells it from the original.
    """

    line: int
    change: str
    killers: set[int] = field(default_factory=set)
    laws: set[int] = field(default_factory=set)
    parts: dict[int, frozenset[str]] = field(default_factory=dict)
    before: bool = False
    """Whether the tests that are there notice it."""


class _Waiting(NamedTuple):
    """A mutant that nothing noticed, the number of rows there were, and the rows that were asked first."""

    mutant: Mutant
    fate: Fate
    rows: int
    likely: frozenset[int] = frozenset()


class Mutation:
    """Judges the rows of a search, and the laws that hold, by the mutants of the module."""

    def __init__(
        self, subject: Subject, tree: ast.Module, search: Search, targets: list[Target], laws: Sequence[Standing] = ()
    ) -> None:
        self._subject, self._tree, self._search, self._laws = subject, tree, search, laws
        self._targets = {target.symbol: target for target in targets}
        self._living = functions(subject.path) if subject.once else {}
        self._inner = _inner_lines(tree)
        self._statements = Statements(tree)
        self._mutants: dict[int, Mutant] = {}

    def judge(self, until: float, told: Callable[[int, int], None], before: frozenset[int] = frozenset()) -> list[Fate]:
        """Return the fate of every mutant judged before the time (of time.monotonic) is over.

        All are judged by what is there before inputs are searched for those that nothing notices: a search that comes
        too early takes the time of mutants that need none. Those that tests notice `before`, by number, need none.
        """
        listed = list(mutants(self._tree))
        fates: dict[int, Fate] = {}
        waiting: list[_Waiting] = []
        likely: set[int] = set()
        soon = until - _LOOKING * max(0.0, until - monotonic())
        for done, n in enumerate(self._in_turn(listed)):
            mutant = listed[n]
            if n in before:
                fates[n] = Fate(mutant.line, mutant.change, before=True)
                continue
            if monotonic() > soon:
                break
            fate = self._fate(mutant, likely)
            if fate is not None:
                fates[n] = fate
                likely = fate.killers or likely
                if not fate.killers:
                    waiting.append(_Waiting(mutant, fate, len(self._search.rows), frozenset(likely)))
            if done % 10 == 0:
                told(done, len(listed))
        self._look_for(waiting, until)
        self._subject.load(None)
        return [fates[n] for n in sorted(fates)]

    def _in_turn(self, listed: Sequence[Mutant]) -> list[int]:
        """Return the numbers of mutants, some of each statement in turn: a long table leaves time for the rest."""
        met: dict[int, int] = {}
        rank: list[int] = []
        for mutant in listed:
            first = min(self._statements.of(mutant.line))
            met[first] = met.get(first, 0) + 1
            rank.append(met[first] // _IN_TURN)
        return sorted(range(len(listed)), key=lambda n: rank[n])

    def _look_for(self, waiting: Sequence[_Waiting], until: float) -> None:
        """Search for what notices mutants that nothing noticed yet; each has its share of the time."""
        for n, (mutant, fate, rows, likely) in enumerate(waiting):
            left = until - monotonic()
            if left < 0:
                return
            runner = self.mutated(mutant)
            if runner is None:
                continue
            further = self._ordered(mutant, likely)[_FIRST_ROWS:_ROWS]
            self._ask(runner, fate, [*(at for at in further if at < rows), *range(rows, len(self._search.rows))])
            if not fate.killers:
                self._look(runner, mutant, fate, monotonic() + left / (len(waiting) - n))

    def look_finer(self, until: float, tested: frozenset[int] = frozenset()) -> list[Fate]:
        """Search for scenarios that notice finer mutants, drawn by chance until the time is over; these do not count.

        Those that nothing notices are left out: many of them change nothing. So are `tested` lines, which tests run
        that are there.
        """
        listed = [mutant for mutant in finer(self._tree) if mutant.line not in tested and not self._subject.once]
        self._search.chance.shuffle(listed)
        fates = []
        for n, mutant in enumerate(listed):
            left = until - monotonic()
            if left < 0:
                break
            fate = self._fate(mutant)
            if fate is not None and not fate.killers:
                self._look_for([_Waiting(mutant, fate, len(self._search.rows))], monotonic() + left / (len(listed) - n))
            if fate is not None and fate.killers:
                fates.append(fate)
        self._subject.load(None)
        return fates

    def shortened(self, chosen: Sequence[int], fates: Sequence[Fate], until: float) -> dict[int, Row]:
        """Return simpler rows, by number, for chosen ones that do or say more than they need.

        What is left still notices every mutant, and takes every way, that no other chosen row does.
        """
        found: dict[int, Row] = {}
        for n in sorted(chosen, key=lambda n: -len(self._search.rows[n].scenario.steps)):
            row = self._search.rows[n]
            if is_plain(row.scenario, self._targets) or monotonic() > until:
                continue
            others = {*chosen} - {n}
            needed = [fate for fate in fates if n in fate.killers and not fate.killers & others]
            ways = row.edges.difference(*(found.get(other, self._search.rows[other]).edges for other in others))
            runners = [self.mutated(self._mutants[id(fate)]) for fate in needed]
            shorter = self._without(row, ways, [runner for runner in runners if runner is not None], until)
            if shorter is not row:
                found[n] = shorter
                for fate in fates:
                    fate.killers -= {n} if fate not in needed else set()  # the others answer for these from now on
        self._subject.load(None)
        return found

    def _without(self, row: Row, ways: frozenset[tuple[int, int]], runners: Sequence[Runner], until: float) -> Row:
        """Simplify in one thing after another, as long as the row does what it is there for."""
        refused: set[Scenario] = set()
        while monotonic() < until:
            others = (other for other in simpler(row.scenario, self._targets) if other not in refused)
            scenario = next(others, None)
            if scenario is None:
                break
            edges: set[tuple[int, int]] = set()
            seen = self._search.runner.run(scenario, edges)
            whole = len(seen) == len(scenario.steps) and seen[-1].shape() == row.seen[-1].shape()
            if whole and ways <= edges and all(runner.run(scenario) != seen for runner in runners):
                row = Row(scenario, seen, frozenset(edges))
            else:
                refused.add(scenario)
        return row

    def notices(self, law: Standing) -> bool:
        """Whether a law notices some mutant of what it runs: asked where the time did not suffice to judge them all."""
        near = [mutant for mutant in mutants(self._tree) if self._statements.runs(mutant.line, law.lines)]
        runners = (self.mutated(mutant) for mutant in near[:_ASKED])
        found = any(runner is not None and noticed(law, runner) for runner in runners)
        self._subject.load(None)
        return found

    def _fate(self, mutant: Mutant, likely: Collection[int] = ()) -> Fate | None:
        """Judge one by the rows there are, `likely` ones first; None where the module loads once only and the mutant
        changes its import.
        """
        fate = Fate(mutant.line, mutant.change)
        self._mutants[id(fate)] = mutant
        runner = self.mutated(mutant)
        if runner is None and self._subject.once:
            return None
        if runner is None:
            fate.killers = set(range(min(1, len(self._search.rows))))  # it does not even load: any test notices
            return fate
        self._ask(runner, fate, self._ordered(mutant, likely)[:_FIRST_ROWS])
        near = [n for n, law in enumerate(self._laws) if self._statements.runs(mutant.line, law.lines)]
        fate.laws = {n for n in near if noticed(self._laws[n], runner)}
        return fate

    def _ordered(self, mutant: Mutant, likely: Collection[int]) -> list[int]:
        """Return the rows that may notice a mutant.

        Those that gave the text that it changes come first, then `likely` ones, then short ones.
        """
        rows, text = self._search.rows, mutant.text

        def order(n: int) -> tuple[bool, bool, int]:
            last = rows[n].seen[-1]
            return not text or (text not in last.text and text not in last.message), n not in likely, rows[n].size

        return sorted(self._near(mutant), key=order)

    def _ask(self, runner: Runner, fate: Fate, rows: Iterable[int]) -> None:
        """Ask rows until enough of them notice a mutant, or many in turn do not that others notice."""
        missed, soon = 0, monotonic() + 2 * STEP_S
        for n in rows:
            noticed = self._noticed(runner, n, fate)
            fate.killers |= {n} if noticed else set()
            missed = 0 if noticed else missed + bool(fate.killers)
            if len(fate.killers) >= _ENOUGH or missed > _FURTHER or (fate.killers and monotonic() > soon):
                return  # the last: of a mutant that does not end, the first rows tell it as well as all

    def _noticed(self, runner: Runner, n: int, fate: Fate) -> bool:
        """Whether a row shows something else on a mutant; in which attributes, where it is in them alone."""
        row = self._search.rows[n]
        seen = runner.run(row.scenario)
        fate.parts[n] = told_apart(row.seen, seen)
        return seen != row.seen

    def _near(self, mutant: Mutant) -> list[int]:
        """Return the rows that run the mutant's statement; all of them for one that runs at import."""
        lines = self._statements.of(mutant.line)
        reaching = [n for n, row in enumerate(self._search.rows) if not lines.isdisjoint(row.lines())]
        return reaching or (list(range(len(self._search.rows))) if mutant.line not in self._inner else [])

    def _look(self, runner: Runner, mutant: Mutant, fate: Fate, until: float) -> None:
        """Search near the scenarios that reach a surviving mutant for one that tells it from the original."""
        rows = [self._search.rows[n] for n in self._near(mutant)]
        for _ in range(_TRIES if rows else 0):
            if monotonic() > until:
                return
            scenario = self._search.varied(self._search.chance.choice(rows), self._targets)
            if scenario is None or scenario in self._search.tried:
                continue
            seen = self._search.runner.run(scenario)
            if seen[-1].kind == "stalled" or len(seen) < len(scenario.steps):
                continue
            other = runner.run(scenario)
            if other == seen:
                continue
            edges: set[tuple[int, int]] = set()
            self._search.runner.run(scenario, edges)
            self._search.tried.add(scenario)
            self._search.rows.append(Row(scenario, seen, frozenset(edges)))
            n = len(self._search.rows) - 1
            fate.killers.add(n)
            fate.parts[n] = told_apart(seen, other)
            return

    def mutated(self, mutant: Mutant) -> Runner | None:
        """Return what runs scenarios on a mutant; None where it cannot be loaded."""
        mutant.apply()
        try:
            code = compile(self._tree, self._subject.path, "exec", dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError):
            return None
        finally:
            mutant.revert()
        if self._subject.once:
            changed = swaps(self._living, code)
            return Runner(self._subject, Subject.names(self._subject.module), changed) if changed else None
        module = self._subject.attempt(code)
        if isinstance(module, BaseException):
            return None
        return Runner(self._subject, Subject.names(module))


def _inner_lines(tree: ast.Module) -> frozenset[int]:
    """Return the lines of the bodies of functions: those that do not run at import."""
    bodies = (node.body for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return frozenset(line for body in bodies for one in body for line in range(one.lineno, (one.end_lineno or 0) + 1))


def misused(rows: Sequence[Row], tree: ast.Module) -> frozenset[int]:
    """Return the rows in which the interpreter refuses a value's type, as no function of the module does itself."""
    meant = {node.id for way in ast.walk(tree) if isinstance(way, ast.Raise) for node in ast.walk(way)
             if isinstance(node, ast.Name)}  # fmt: skip
    odd = {"TypeError", "AttributeError"} - meant
    return frozenset(n for n, row in enumerate(rows) if row.seen and row.seen[-1].kind == "raises"
                     and row.seen[-1].text in odd)  # fmt: skip


def rambling(rows: Sequence[Row]) -> frozenset[int]:
    """Return the rows that do more than one thing before the last: a test of them says no scenario."""
    return frozenset(n for n, row in enumerate(rows) if sum(not s.binds for s in row.scenario.steps) > _DOES)


def smallest(
    rows: list[Row],
    fates: list[Fate],
    ways: frozenset[tuple[int, int]] = frozenset(),
    finer_fates: Sequence[Fate] = (),
    misuses: frozenset[int] = frozenset(),
    rambles: frozenset[int] = frozenset(),
) -> list[int]:
    """Choose rows greedily: each next one notices the most mutants and takes the most ways not yet taken.

    `ways` are taken by the tests that are there; finer mutants weigh half. Rows that are `misuses` are chosen for
    mutants only that nothing else notices: nobody wants to read them. So are `rambles`, and for ways that nothing else
    takes.
    """
    kills: list[set[int]] = [set() for _ in rows]
    for n, fate in enumerate([*fates, *finer_fates]):
        proper = fate.killers - misuses - rambles or fate.killers - misuses
        for row in proper or (fate.killers if n < len(fates) else ()):
            kills[row].add(n)
    counted = range(len(fates))
    short = frozenset[tuple[int, int]]().union(*(row.edges for n, row in enumerate(rows) if n not in rambles | misuses))
    ways_of = [
        frozenset() if n in misuses else row.edges - short if n in rambles else row.edges for n, row in enumerate(rows)
    ]
    chosen: list[int] = []
    killed: set[int] = set()
    taken: set[tuple[int, int]] = set(ways)
    left = set(range(len(rows)))
    while left:
        gains = {
            n: (
                sum(2 if mutant in counted else 1 for mutant in kills[n] - killed) + len(ways_of[n] - taken),
                -rows[n].size,
                -n,
            )
            for n in left
        }
        best = max(left, key=lambda n: gains[n])
        if gains[best][0] == 0:
            break
        chosen.append(best)
        killed |= kills[best]
        taken |= ways_of[best]
        left = {n for n in left - {best} if gains[n][0] > 0}
    return chosen

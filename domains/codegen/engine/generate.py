"""From source to tests that ran: contracts, exploration, judgement, writing, and the gate."""

from __future__ import annotations

import ast
import importlib.util
import threading
import time
import warnings
from dataclasses import dataclass, replace

from domains.codegen.engine import contracts
from domains.codegen.engine.conftests import loadable
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.existing import Existing, existing
from domains.codegen.engine.exploring import Explored, Told, explore
from domains.codegen.engine.fixtures import NONE, Fixtures, fixtures, folder_of_tests
from domains.codegen.engine.gating import Gated, gate
from domains.codegen.engine.handing import Desk
from domains.codegen.engine.helping import Help, NoHelp
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.inside.world import world
from domains.codegen.engine.judging import Suspicion, judge
from domains.codegen.engine.naming import Names
from domains.codegen.engine.presence import covered, reached
from domains.codegen.engine.properties import has_hypothesis, properties
from domains.codegen.engine.refuting import refuted
from domains.codegen.engine.rendering import Case, Written, sentence, write
from domains.codegen.engine.rendering import shown as shown_calls
from domains.codegen.engine.types import (
    Generated,
    Options,
    Project,
    Survivor,
    SuspectedBug,
    WrittenTest,
)
from domains.codegen.engine.watching import Accepted, Watching
from sandbox import Sandbox

Helping = Help[ast.Module, Explored, Case, Suspicion]
_PRESENT_SHARE = 0.5
"""Share of the budget, on top of it, in which the tests that are there are run on mutants."""


def generate(
    box: Sandbox, project: Project, options: Options, watching: Watching | None = None, help_: Helping | None = None
) -> Generated:
    """Write tests for a module. Raises SourceBroken, NothingToTest, Cancelled, SandboxUnavailable."""
    watching, help_ = watching or Watching(), help_ or NoHelp()
    clock = time.monotonic
    began = clock()
    tree, there = parsed(project), existing(project, options)
    project, given = _arranged(box, project, there, options.folder, _bound(tree), watching.cancelled)
    promised = contracts.read(tree)
    before, known = None, None
    if there is not None:
        watching.progress("existing", 0, 1)
        before = covered(box, project, there, watching.cancelled)
        known = reached(box, project, there, options.budget_s * _PRESENT_SHARE, watching.cancelled)
    help_.begin(project, tree)
    explored = explore(
        box, project, promised, options, watching.progress, watching.cancelled, known, help_.missed, given
    )
    explored = help_.join(box, explored)
    found = clock()
    desk = Desk(project, frozenset(explored.names), world(tree, project.module), there, given)
    draft = _draft(explored, promised, desk, help_)
    good = draft.good
    watching.progress("gate", 0, len(good) + len(draft.bad))
    gated = gate(box, project, desk.files(good, draft.bad), watching.cancelled, at_top=desk.at_top)
    kept = [function for function in good if gated.passed(function.name)]
    shown = [function for function in draft.bad if gated.failed(function.name)]
    other = refuted(box, project, draft.laws, gated, draft.names, watching.cancelled)
    shown += _failing(box, desk, [test for _, test in other.bugs.values()], watching.cancelled)
    if len(kept) < len(good) or (there is not None and not kept):  # coverage is of what is handed out
        again = gate(box, project, _measured(desk, kept, there), watching.cancelled, runs=1, at_top=desk.at_top)
        coverage = again.covered()
    else:
        coverage = gated.covered()
    tests = _told(kept, "passed", help_, watching.accepted) + _told(shown, "failed", help_, watching.accepted)
    return Generated(
        files=desk.files(kept, shown),
        tests=tests,
        coverage=coverage,
        before=before,
        mutants=explored.mutants,
        killed=_killed(explored, good, gated),
        surviving=tuple(Survivor(s.line, s.change) for s in explored.surviving),
        suspected_bugs=_bugs([*draft.suspicions, *(suspicion for suspicion, _ in other.bugs.values())], shown),
        flaky=tuple(f.name for f in good if not gated.passed(f.name) and f.name not in other.settled(shown)),
        left_out=(*other.left_out, *given.left_out),
        model=help_.contribution(_cases(kept), _cases(shown)),
        timings={"explore_s": round(found - began, 3), "total_s": round(clock() - began, 3)},
    )


def _arranged(
    box: Sandbox, project: Project, there: Existing | None, folder: str | None, taken: frozenset[str],
    cancelled: threading.Event,
) -> tuple[Project, Fixtures]:  # fmt: skip
    """Return the fixtures that new tests may take, and the project without the conftest.py files that cannot be used.

    Beside tests that are there nothing is left away: those run with all that is theirs, or the caller hears why not.
    """
    if there is not None:
        return project, fixtures(project, there, taken)
    folder = folder or folder_of_tests(project)
    if folder is None:
        return project, NONE
    usable, left = loadable(box, project, folder, cancelled)
    given = fixtures(usable, None, taken, folder)
    return usable, replace(given, left_out=(*left, *given.left_out))


@dataclass(frozen=True, slots=True)
class _Draft:
    """Tests to try, those that should fail, and what these suspect; `laws` by the names of their tests."""

    good: list[Written]
    bad: list[Written]
    suspicions: list[Suspicion]
    laws: dict[str, Told]
    names: Names


def _draft(explored: Explored, promised: contracts.Contracts, desk: Desk, help_: Helping) -> _Draft:
    there = desk.there
    cases, suspicions = help_.judge(*judge(explored, promised))
    fresh = [case for case in cases if there is None or not there.repeats(case)]
    fresh, given = help_.word(fresh)
    names = Names(
        {str(s["symbol"]): s["parameters"] for s in explored.symbols},
        taken=frozenset() if there is None else there.names,
        given=given,
    )
    good = write(fresh, names)
    bad = write([suspicion.case for suspicion in suspicions], names)
    laws, contradicted = properties(explored, names, given=_draws(desk.project, desk.own))
    return _Draft(
        _in_order([*good, *(test for _, test in laws)], [str(symbol["symbol"]) for symbol in explored.symbols]),
        [*bad, *(test for _, test in contradicted)],
        [*suspicions, *(suspicion for suspicion, _ in contradicted)],
        {test.name: law for law, test in laws},
        names,
    )


def _in_order(tests: list[Written], symbols: list[str]) -> list[Written]:
    """Put the tests of a symbol together, and the symbols in the order of the source."""
    places = {symbol: n for n, symbol in enumerate(symbols)}
    return sorted(tests, key=lambda test: places.get(test.cases[0].scenario.symbol, len(places)))


def _failing(box: Sandbox, desk: Desk, tests: list[Written], cancelled: threading.Event) -> list[Written]:
    """Return those of tests that should fail which do."""
    ended = gate(box, desk.project, desk.files([], tests), cancelled, at_top=desk.at_top) if tests else None
    return [] if ended is None else [test for test in tests if ended.failed(test.name)]


def _measured(desk: Desk, kept: list[Written], there: Existing | None) -> dict[str, str]:
    """Return the files whose coverage is told: what was there counts too."""
    files = desk.files(kept, [])
    return files if there is None else {there.path: there.text, **files}


def _bound(tree: ast.Module) -> frozenset[str]:
    """Return every name that the module gives a meaning at its top."""
    named = (getattr(node, "name", "") for node in tree.body)
    stored = (node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store))
    return frozenset([*named, *stored])


def parsed(project: Project) -> ast.Module:
    """Parse the target. Raises SourceBroken with line and column."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(project.source)
    except SyntaxError as error:
        raise SourceBroken(error.msg, error.lineno or 0, error.offset or 0) from error
    except (UnicodeDecodeError, ValueError, RecursionError, MemoryError) as error:
        raise SourceBroken(f"the source cannot be read: {error}") from error


def _draws(project: Project, own: frozenset[str]) -> bool:
    """Whether properties are written with Hypothesis: project and sandbox have it, and no name is in the way."""
    there = importlib.util.find_spec("hypothesis") is not None
    return there and has_hypothesis(project.files) and not own & {"given", "settings", "st", "string"}


def _cases(functions: list[Written]) -> list[Case]:
    return [case for function in functions for case in function.cases]


def _told(functions: list[Written], status: str, help_: Helping, accepted: Accepted) -> tuple[WrittenTest, ...]:
    tests = tuple(
        WrittenTest(
            name=f.name, label=f.cases[0].label, status="passed" if status == "passed" else "failed",
            scenario="; ".join(sentence(case) for case in f.cases[:8]), symbol=f.cases[0].scenario.symbol, code=f.code,
            reason=f.cases[0].reason if len(f.cases) == 1 else "",
            by_model=tuple(sorted({what for case in f.cases for what in help_.credited(case)})),
        )
        for f in functions
    )  # fmt: skip
    for test in tests:
        accepted(test)
    return tests


def _killed(explored: Explored, good: list[Written], gated: Gated) -> int:
    """Mutants noticed by what is handed out: those of dropped tests are not claimed."""
    dropped: set[Scenario] = {case.scenario for f in good if not gated.passed(f.name) for case in f.cases}
    lost = sum(row.kills for row in explored.rows if row.scenario in dropped)
    return max(0, explored.killed - lost)


def _bugs(suspicions: list[Suspicion], shown: list[Written]) -> tuple[SuspectedBug, ...]:
    tests: dict[Case, str] = {case: function.name for function in shown for case in function.cases}
    return tuple(
        SuspectedBug(s.case.scenario.symbol, s.contract, shown_calls(s.case.scenario),
                     s.expected, s.observed, tests[s.case])
        for s in suspicions
        if s.case in tests
    )  # fmt: skip

"""From source to tests that ran: contracts, exploration, judgement, writing, and the gate."""

from __future__ import annotations

import ast
import importlib.util
import time
import warnings

from domains.codegen.engine import contracts
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.exploring import Explored, explore
from domains.codegen.engine.formatting import formatted
from domains.codegen.engine.gating import Gated, gate
from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.inside.world import World, world
from domains.codegen.engine.judging import Suspicion, judge
from domains.codegen.engine.naming import Names
from domains.codegen.engine.properties import has_hypothesis, properties
from domains.codegen.engine.rendering import Case, Written, file, sentence, write
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


def generate(box: Sandbox, project: Project, options: Options, watching: Watching | None = None) -> Generated:
    """Write tests for a module. Raises SourceBroken, NothingToTest, Cancelled, SandboxUnavailable."""
    watching = watching or Watching()
    clock = time.monotonic
    began = clock()
    tree = parsed(project)
    promised = contracts.read(tree)
    explored = explore(box, project, promised, options, watching.progress, watching.cancelled)
    found = clock()
    cases, suspicions = judge(explored, promised)
    names = Names({str(s["symbol"]): s["parameters"] for s in explored.symbols})
    own, staged = frozenset(explored.names), world(tree, project.module)
    stem = project.module.rpartition(".")[2]
    laws, contradicted = properties(explored, names, given=_draws(project, own))
    good = [*write(cases, names), *laws]
    bad = [*write([suspicion.case for suspicion in suspicions], names), *(test for _, test in contradicted)]
    suspicions += [suspicion for suspicion, _ in contradicted]
    main, suspected = f"test_{stem}.py", f"test_{stem}_suspected.py"
    watching.progress("gate", 0, len(good) + len(bad))
    gated = gate(box, project, _files(project, own, staged, {main: good, suspected: bad}), watching.cancelled)
    kept = [function for function in good if gated.passed(function.name)]
    shown = [function for function in bad if gated.failed(function.name)]
    if len(kept) < len(good):  # coverage is of what is handed out
        again = gate(box, project, _files(project, own, staged, {main: kept}), watching.cancelled, runs=1)
        coverage = again.covered()
    else:
        coverage = gated.covered()
    tests = _told(kept, "passed", watching.accepted) + _told(shown, "failed", watching.accepted)
    return Generated(
        files=_files(project, own, staged, {main: kept, suspected: shown}),
        tests=tests,
        coverage=coverage,
        before=None,
        mutants=explored.mutants,
        killed=_killed(explored, good, gated),
        surviving=tuple(Survivor(s.line, s.change) for s in explored.surviving),
        suspected_bugs=_bugs(suspicions, shown),
        flaky=tuple(f.name for f in good if not gated.passed(f.name)),
        timings={"explore_s": round(found - began, 3), "total_s": round(clock() - began, 3)},
    )


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


def _files(project: Project, own: frozenset[str], staged: World, functions: dict[str, list[Written]]) -> dict[str, str]:
    titles = {True: "Contradictions between {0} and what it says of itself: each test fails.", False: "Tests of {0}."}
    return {
        name: formatted(file(written, project.module, own, titles["_suspected" in name].format(project.module), staged))
        for name, written in functions.items()
        if written
    }


def _told(functions: list[Written], status: str, accepted: Accepted) -> tuple[WrittenTest, ...]:
    tests = tuple(
        WrittenTest(
            name=f.name, label=f.cases[0].label, status="passed" if status == "passed" else "failed",
            scenario="; ".join(sentence(case) for case in f.cases[:8]), symbol=f.cases[0].scenario.symbol, code=f.code,
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
        SuspectedBug(s.case.scenario.symbol, s.contract, "; ".join(step.source() for step in s.case.scenario.steps),
                     s.expected, s.observed, tests[s.case])
        for s in suspicions
        if s.case in tests
    )  # fmt: skip

"""A third program of the sandbox: runs scenarios that somebody proposed and says what they add to a finished search.

Reads a plan, writes one line of JSON: for each scenario what was seen, whether it was the same the second time, which
of the missing lines it reached and which of the surviving mutants it noticed (by number in the plan).
"""

from __future__ import annotations

import ast
import json
import os
import random
import sys
from dataclasses import asdict
from pathlib import Path
from time import monotonic
from typing import Any

from domains.codegen.engine.inside.guessing import Guesses
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.kills import Mutation
from domains.codegen.engine.inside.mutators import mutants
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.running import Edges, Runner, Subject, Unloadable, arm
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.inside.search import Search
from domains.codegen.engine.inside.statements import Statements
from domains.codegen.engine.inside.world import Staged, world

REPORT_FD = 3


def main() -> None:
    """Try what the plan on standard input names."""
    plan: dict[str, Any] = json.loads(sys.stdin.read())
    report = os.dup(REPORT_FD)
    os.close(REPORT_FD)
    sys.path[:0] = plan["path"]
    sys.setrecursionlimit(600)
    arm()
    try:
        subject = Subject(plan["module"], plan["file"])
    except Unloadable:
        return
    data = json.dumps(_tried(plan, subject)).encode()
    while data:
        data = data[os.write(report, data) :]


def scenario_of(fields: dict[str, Any]) -> Scenario:
    """Read a scenario from JSON."""
    steps = tuple(
        Step(step["callee"], tuple((name, text) for name, text in step["arguments"]), step["binds"], step["reads"])
        for step in fields["steps"]
    )
    return Scenario(fields["symbol"], steps)


def _tried(plan: dict[str, Any], subject: Subject) -> list[dict[str, Any]]:
    until = monotonic() + float(plan["budget"])
    tree = ast.parse(Path(plan["file"]).read_text(encoding="utf-8"))
    subject.stage(Staged(world(tree, subject.name), Path.cwd() / "folder"))
    names = Subject.names(subject.module)
    runner, missing = Runner(subject, names), set(plan["missing"])
    scenarios = [scenario_of(fields) for fields in plan["scenarios"]]
    seen: list[tuple[Seen, ...]] = []
    lines: list[set[int]] = []
    for scenario in scenarios:
        edges: Edges = set()
        seen.append(runner.run(scenario, edges))
        lines.append({line for edge in edges for line in edge if line > 0})
    killed = _killed(plan, subject, tree, list(zip(scenarios, seen, lines, strict=True)), until)
    again = Runner(subject, Subject.names(subject.load(None)))
    return [
        {"seen": [asdict(one) for one in saw], "steady": again.run(scenario) == saw,
         "lines": sorted(reached & missing), "kills": sorted(kills)}
        for scenario, saw, reached, kills in zip(scenarios, seen, lines, killed, strict=True)
    ]  # fmt: skip


def _killed(
    plan: dict[str, Any],
    subject: Subject,
    tree: ast.Module,
    rows: list[tuple[Scenario, tuple[Seen, ...], set[int]]],
    until: float,
) -> list[set[int]]:
    """Return the surviving mutants that each scenario tells from the original, as far as the time suffices."""
    chance = random.Random(plan["seed"])  # noqa: S311 - repeatable, not secret
    pools = Pools(harvest(tree, chance), Subject.names(subject.module), chance)
    search = Search(Runner(subject, Subject.names(subject.module)), pools, chance, Guesses(pools, chance))
    mutation = Mutation(subject, tree, search, [])
    wanted: dict[tuple[int, str], list[int]] = {}
    for n, (line, change) in enumerate(plan["surviving"]):
        wanted.setdefault((line, change), []).append(n)
    noticed: dict[tuple[int, str], set[int]] = {}
    statements = Statements(tree)
    for mutant in mutants(tree):
        key = (mutant.line, mutant.change)
        if key not in wanted:
            continue
        runner = mutation.mutated(mutant) if monotonic() < until else None
        alike = noticed.setdefault(key, set(range(len(rows))))  # two that read alike: only who notices both counts
        alike &= {
            n
            for n, (scenario, saw, reached) in enumerate(rows)
            if runner is not None and statements.runs(mutant.line, reached) and runner.run(scenario) != saw
        }
    found: list[set[int]] = [set() for _ in rows]
    for key, who in noticed.items():
        for n in who:
            found[n] |= {*wanted[key]}
    return found


if __name__ == "__main__":
    main()

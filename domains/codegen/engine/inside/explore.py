"""The program that runs in the sandbox: search, mutants, choice. Reads a plan, writes lines of JSON to the report.

Lines: {"progress": stage, "done", "of"}, then one {"result": ...}. Examples and conditions of the documentation are run
as given and told apart, so that the host can judge them.
"""

from __future__ import annotations

import ast
import inspect
import json
import os
import random
import sys
import types
from dataclasses import asdict
from pathlib import Path
from time import monotonic, process_time  # the code under test may be given another clock
from typing import Any

from domains.codegen.engine.inside.arranging import Arranged, kinds, makers
from domains.codegen.engine.inside.expressions import Expressions
from domains.codegen.engine.inside.harvest import harvest
from domains.codegen.engine.inside.kills import Mutation, misused, rambling, smallest
from domains.codegen.engine.inside.laws import known, told
from domains.codegen.engine.inside.laws import steady as unchanged
from domains.codegen.engine.inside.learning import is_untyped, learned
from domains.codegen.engine.inside.pools import Pools
from domains.codegen.engine.inside.qualifying import own
from domains.codegen.engine.inside.running import Runner, Subject, Unloadable, arm
from domains.codegen.engine.inside.scenarios import TAKEN, Scenario, Step
from domains.codegen.engine.inside.search import Row, Search
from domains.codegen.engine.inside.targets import Target, targets
from domains.codegen.engine.inside.telling import telling
from domains.codegen.engine.inside.world import FILES, Staged, world

REPORT_FD = 3
_OUT_OF_REACH = 239
"""Where the report goes instead: code under test that opens and closes a small number as a file would end it."""
_SEARCH_SHARE = 0.35
_UNTYPED_SHARE = 0.45
_LAWS_SHARE = 0.12


def main() -> None:
    """Explore the module that the plan on standard input names."""
    plan: dict[str, Any] = json.loads(sys.stdin.read())
    os.dup2(REPORT_FD, _OUT_OF_REACH)
    os.close(REPORT_FD)
    sys.path[:0] = plan["path"]
    sys.setrecursionlimit(600)
    arm()
    expressions = Expressions(Path(plan["file"]).parent)
    try:
        with expressions.listening():
            subject = Subject(plan["module"], plan["file"])
    except Unloadable as error:
        _tell({"result": {"broken": str(error)}})
        return
    _explore(plan, subject, expressions)


def _explore(plan: dict[str, Any], subject: Subject, expressions: Expressions) -> None:
    began, budget = monotonic(), float(plan["budget"])
    tree = ast.parse(Path(plan["file"]).read_text(encoding="utf-8"))
    chance = random.Random(plan["seed"])  # noqa: S311 - repeatable, not secret
    arranged = Arranged(plan.get("fixture_files", ()), plan.get("fixtures", ()))
    subject.arrange(arranged)
    names = Subject.names(subject.module)
    runner = Runner(subject, names)
    found = harvest(tree, chance)
    wanted = targets(subject.module, names, frozenset(plan["symbols"]))
    staged = world(tree, subject.name)
    subject.stage(Staged(staged, Path.cwd() / "folder"))  # after the types of parameters have been read
    found.texts |= dict.fromkeys(FILES if staged.files else ())
    pools = Pools(found, names, chance)
    search = Search(runner, pools, chance, learned(subject, tree, runner, pools, wanted))
    search.guesses.fixtures = kinds(names, runner.given)
    search.arranged = makers(search.guesses.fixtures, names)
    search.seed([scenario for text in found.calls if (scenario := written(text, wanted)) is not None])
    _tell({"progress": "search", "done": 0, "of": len(wanted)})
    with expressions.listening():
        share = _UNTYPED_SHARE if any(map(is_untyped, wanted)) else _SEARCH_SHARE
        search.grow(wanted, began + budget * share, lambda: expressions.texts(chance))
    _tell({"missed": missed(Path(plan["file"]).read_text(encoding="utf-8"), search)})
    laws = known(search, wanted, plan.get("claims", ()), frozenset(names), process_time() + budget * _LAWS_SHARE)
    holding = [law for law in laws if law.holds]
    mutation = Mutation(subject, tree, search, wanted, holding)
    fates = mutation.judge(
        began + budget * 0.9,
        lambda done, of: _tell({"progress": "mutants", "done": done, "of": of}),
        frozenset(plan["present"]["killed"]),
    )
    for n, law in enumerate(holding):
        law.kills = sum(n in fate.laws for fate in fates) or mutation.notices(law)
    ways = frozenset((int(a), int(b)) for a, b in plan["present"]["edges"])
    further = mutation.look_finer(began + budget * 0.93, frozenset(line for way in ways for line in way))
    fresh = Runner(subject, Subject.names(subject.load(None)))
    steady = [_steady(row, fresh, arranged) for row in search.rows]
    for fate in [*fates, *further]:
        fate.killers = {n for n in fate.killers if steady[n]}
    odd, long = misused(search.rows, tree), rambling(search.rows)
    chosen = [n for n in smallest(search.rows, fates, ways, further, odd, long) if steady[n]]
    for n, row in mutation.shortened(chosen, [*fates, *further], began + budget).items():
        if _steady(row, fresh, arranged):
            search.rows[n] = row
    for n in chosen:
        seen = search.rows[n].seen
        search.rows[n].seen = telling(seen, [fate.parts.get(n, ()) for fate in [*fates, *further] if n in fate.killers])
    checked = [{"id": check["id"], "seen": _checked(check, fresh, wanted)} for check in plan["checks"]]
    _tell({"result": {
        "symbols": [_described(target) for target in wanted],
        "rows": [{"scenario": asdict(search.rows[n].scenario), "seen": [asdict(s) for s in search.rows[n].seen],
                  "kills": sum(n in fate.killers for fate in fates)} for n in chosen],
        "observed": [{"scenario": asdict(row.scenario), "seen": [asdict(s) for s in row.seen]}
                     for row, same in zip(search.rows, steady, strict=True) if same][:400],
        "mutants": len(fates), "names": sorted(own(subject.module)),
        "killed": sum(fate.before or bool(fate.killers & set(chosen)) for fate in fates),
        "surviving": [{"line": f.line, "change": f.change} for f in fates
                      if not f.before and not f.killers & set(chosen)][:200],
        "laws": [told(law) for law in laws if law.counter or (law.kills and unchanged(law, fresh))],
        "checks": checked, "unsteady": steady.count(False), "scenarios": len(search.tried),
    }})  # fmt: skip


def missed(source: str, search: Search) -> list[int]:
    """Return the lines within functions that no scenario reached."""
    waiting, lines = [compile(source, "<source>", "exec", dont_inherit=True)], set()
    while waiting:
        code = waiting.pop()
        if code.co_flags & inspect.CO_NEWLOCALS and code.co_flags & inspect.CO_OPTIMIZED:  # of a function
            lines |= {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
        waiting += [inner for inner in code.co_consts if isinstance(inner, types.CodeType)]
    return sorted(lines - {line for edge in search.reached for line in edge})


def written(text: str, wanted: list[Target]) -> Scenario | None:
    """Read a call that somebody wrote as a scenario; None unless it is a plain call of a target."""
    node = ast.parse(text, mode="eval").body
    if not isinstance(node, ast.Call) or any(keyword.arg is None for keyword in node.keywords):
        return None
    callee = ast.unparse(node.func)
    if callee not in {target.callee for target in wanted} or any(isinstance(a, ast.Starred) for a in node.args):
        return None
    named = [(keyword.arg or "", ast.unparse(keyword.value)) for keyword in node.keywords]
    return Scenario(callee, (Step(callee, (*(("", ast.unparse(a)) for a in node.args), *named)),))


def _steady(row: Row, runner: Runner, arranged: Arranged) -> bool:
    """Whether a scenario shows the same again, whatever parameter its fixtures have, and leaves what tests share."""
    takes = any(TAKEN.search(step.source()) for step in row.scenario.steps)
    try:
        for turn in range(arranged.turns if takes else 1):
            arranged.turn = turn
            if runner.run(row.scenario) != row.seen or arranged.disturbed():
                return False
    finally:
        arranged.turn = 0
    return True


def _checked(check: dict[str, Any], runner: Runner, wanted: list[Target]) -> list[dict[str, Any]]:
    """Run an expression of the documentation; what is not a call of a target is read as a value."""
    scenario = written(check["source"], wanted) or Scenario("", (Step(check["source"], reads=True),))
    return [asdict(seen) for seen in runner.run(scenario)]


def _described(target: Target) -> dict[str, object]:
    typed = all(parameter.typed for parameter in target.parameters)
    return {"symbol": target.symbol, "callee": target.callee, "typed": typed,
            "parameters": [parameter.name for parameter in target.parameters]}  # fmt: skip


def _tell(line: dict[str, Any]) -> None:
    data = json.dumps(line).encode() + b"\n"
    while data:
        data = data[os.write(_OUT_OF_REACH, data) :]


if __name__ == "__main__":
    main()

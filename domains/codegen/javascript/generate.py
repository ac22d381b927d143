"""From source to Jest tests that ran: structure, exploration, judgement, writing, and the gate."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import PurePosixPath

from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.helping import Help, NoHelp
from domains.codegen.engine.trees import text, walk
from domains.codegen.engine.types import Generated, Options, Project, Survivor, SuspectedBug, WrittenTest
from domains.codegen.engine.watching import Watching
from domains.codegen.javascript import structure as structures
from domains.codegen.javascript.adding import Adding, begin
from domains.codegen.javascript.exploring import Explored, checks_of, explore
from domains.codegen.javascript.gating import Gated, formatted, gate, located
from domains.codegen.javascript.judging import Case, Suspicion, judge
from domains.codegen.javascript.naming import Names
from domains.codegen.javascript.parsing import grammar_of, parse
from domains.codegen.javascript.rendering import Writer, Written, beside, calls, file, sentence
from domains.codegen.javascript.runner import Node, find
from domains.codegen.javascript.structure import Structure
from sandbox import Sandbox

Helping = Help[Structure, Explored, Case, Suspicion]
_CONTRADICTIONS = "Contradictions between {} and what it says of itself: each test fails."


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one run works with."""

    box: Sandbox
    node: Node
    project: Project
    structure: Structure
    watching: Watching
    help: Helping
    adding: Adding | None = None

    def files(self, good: list[Written], bad: list[Written]) -> dict[str, str]:
        """Write and format the test files."""
        target = self.project.target
        if self.adding is not None:
            return {**self.adding.files(good), **self.adding.suspected(bad, _CONTRADICTIONS.format(target))}
        listed = {
            beside(target): (good, f"Tests of {target}."),
            beside(target, ".suspected"): (
                bad,
                _CONTRADICTIONS.format(target),
            ),
        }
        texts = {
            name: file(written, self.structure, target, title) for name, (written, title) in listed.items() if written
        }
        return formatted(self.box, self.node, self.project, texts, self.watching.cancelled) if texts else {}


def generate(
    box: Sandbox, project: Project, options: Options, watching: Watching | None = None, help_: Helping | None = None
) -> Generated:
    """Write tests for a module.

    Raises MissingRunner, SourceBroken, OtherFramework, NothingToTest, Cancelled, SandboxUnavailable.
    """
    watching, help_ = watching or Watching(), help_ or NoHelp()
    began = time.monotonic()
    node = find()
    try:
        source = project.files[project.target].decode("utf-8")
    except UnicodeDecodeError as error:
        raise SourceBroken(f"the source cannot be read: {error}") from error
    try:
        root = parse(source.encode(), grammar_of(project.target) or "javascript").root_node
    except SourceBroken as error:
        raise located(box, node, project, error) from error
    structure = structures.read(root, _identifier(PurePosixPath(project.target).stem))
    _something(structure, options, project.target)
    checks = checks_of(structure)
    adding = begin(box, node, project, structure, options, watching)
    present = None if adding is None else adding.reached.model_dump()
    help_.begin(project, structure)
    explored = explore(
        box, node, project, root, structure, checks, options, watching.progress, watching.cancelled, present,
        help_.missed,
    )  # fmt: skip
    explored = help_.join(box, explored)
    found = time.monotonic()
    cases, suspicions = help_.judge(*judge(explored, structure, checks))
    cases, given = help_.word(cases if adding is None else adding.fresh(cases))
    names, writer = Names(given, () if adding is None else adding.merge.taken()), Writer(structure)
    good = writer.write(cases, names)
    if adding is not None:
        adding, good = adding.settled(good)
    desk = _Desk(box, node, project, structure, watching, help_, adding)
    bad = writer.write([suspicion.case for suspicion in suspicions], names)
    made = _gated(desk, good, bad, explored, suspicions)
    timings = {"explore_s": round(found - began, 3), "total_s": round(time.monotonic() - began, 3)}
    return Generated(**made, timings=timings)  # type: ignore[arg-type]


def _something(structure: Structure, options: Options, target: str) -> None:
    """Raise NothingToTest when nothing is offered, or nothing of what is asked for."""
    if not structure.targets:
        hint = ""
        if structure.unexported:
            listed = ", ".join(structure.unexported[:4])
            hint = f" Tests import what they call: add `module.exports = {{ {listed} }}` or `export`."
        raise NothingToTest(f"{target} exports no function or class.{hint}")
    known = {target.symbol for target in structure.targets}
    if options.symbols and not any(s in known or any(k.startswith(f"{s}.") for k in known) for s in options.symbols):
        raise NothingToTest(f"{target} exports none of {', '.join(options.symbols)}.")


def _identifier(stem: str) -> str:
    words = [word for word in "".join(c if c.isalnum() else " " for c in stem).split() if word]
    name = "".join(word if n == 0 else word[:1].upper() + word[1:] for n, word in enumerate(words))
    return name if name[:1].isalpha() else "subject"


def _gated(
    desk: _Desk, good: list[Written], bad: list[Written], explored: Explored, suspicions: list[Suspicion]
) -> dict[str, object]:
    watching = desk.watching
    watching.progress("gate", 0, len(good) + len(bad))
    files = desk.files(good, bad)
    gated = gate(desk.box, desk.node, desk.project, files, watching.cancelled) if files else Gated(ended={})
    kept = [one for one in good if gated.passed(one.name)]
    shown = [one for one in bad if gated.failed(one.name)]
    coverage = gated.covered()
    if len(kept) < len(good) or len(shown) < len(bad):
        files = desk.files(kept, shown)
    if bad or len(kept) < len(good) or desk.adding is not None:  # coverage is of what is handed out
        passing = {name: text for name, text in files.items() if ".suspected." not in name}
        passing = passing if desk.adding is None else desk.adding.measured(passing)
        again = (
            gate(desk.box, desk.node, desk.project, passing, watching.cancelled, runs=1) if passing else Gated(ended={})
        )
        coverage = again.covered()
    tests = _told(desk, kept, "passed", files) + _told(desk, shown, "failed", files)
    return {
        "files": files,
        "tests": tests,
        "coverage": coverage,
        "before": None if desk.adding is None else desk.adding.before,
        "mutants": explored.mutants,
        "killed": _killed(explored, good, gated),
        "surviving": tuple(Survivor(s.line, s.change) for s in explored.surviving),
        "suspected_bugs": _bugs(desk, suspicions, shown),
        "flaky": tuple(one.name for one in good if not gated.passed(one.name)),
        "model": desk.help.contribution(_cases(kept), _cases(shown)),
    }


def _told(desk: _Desk, written: list[Written], status: str, files: dict[str, str]) -> tuple[WrittenTest, ...]:
    shown = {target.callee: target.shown for target in desk.structure.targets}
    codes = {title: code for name, body in files.items() for title, code in _codes(name, body)}
    tests = tuple(
        WrittenTest(
            name=one.name, label=one.cases[0].label, status="passed" if status == "passed" else "failed",
            scenario="; ".join(sentence(case, shown) for case in one.cases[:8]), symbol=one.symbol,
            code=codes.get(one.name, one.code), reason=one.cases[0].reason if len(one.cases) == 1 else "",
            by_model=tuple(sorted({what for case in one.cases for what in desk.help.credited(case)})),
        )
        for one in written
    )  # fmt: skip
    for test in tests:
        desk.watching.accepted(test)
    return tests


def _cases(written: list[Written]) -> list[Case]:
    return [case for one in written for case in one.cases]


def _codes(name: str, body: str) -> list[tuple[str, str]]:
    """Return (full name, text) of the tests in a formatted file."""
    found = []
    for node in walk(parse(body.encode(), grammar_of(name) or "javascript").root_node):
        if node.type != "call_expression" or node.parent is None or node.parent.type != "expression_statement":
            continue
        title = _title(node)
        if title and text(node).startswith(("test", "it")):
            line = body.encode()[: node.start_byte].rpartition(b"\n")[2].decode()
            name = " ".join([*_blocks_of(node), title.split(", row %#")[0]])
            found.append((name, text(node.parent).replace(f"\n{line}", "\n")))
    return found


def _title(node: object) -> str:
    import json

    from tree_sitter import Node as Syntax

    arguments = node.child_by_field_name("arguments") if isinstance(node, Syntax) else None
    first = arguments.named_children[0] if arguments is not None and arguments.named_children else None
    if first is None or first.type != "string":
        return ""
    written = text(first)
    try:
        return str(json.loads(written if written[0] == '"' else json.dumps(written[1:-1].replace("\\'", "'"))))
    except ValueError:
        return ""


def _blocks_of(node: object) -> list[str]:
    from tree_sitter import Node as Syntax

    found: list[str] = []
    above = node.parent if isinstance(node, Syntax) else None
    while above is not None:
        if above.type == "call_expression" and text(above).startswith("describe("):
            found.insert(0, _title(above))
        above = above.parent
    return found


def _killed(explored: Explored, good: list[Written], gated: Gated) -> int:
    """Mutants noticed by what is handed out: those of dropped tests are not claimed."""
    dropped = {case.scenario for one in good if not gated.passed(one.name) for case in one.cases}
    lost = sum(row.kills for row in explored.rows if row.scenario in dropped)
    return max(0, explored.killed - lost)


def _bugs(desk: _Desk, suspicions: list[Suspicion], shown: list[Written]) -> tuple[SuspectedBug, ...]:
    tests: dict[Case, str] = {case: one.name for one in shown for case in one.cases}
    names = {target.callee: target.shown for target in desk.structure.targets}
    return tuple(
        SuspectedBug(s.case.scenario.symbol, s.contract, calls(s.case, names), s.expected, s.observed, tests[s.case])
        for s in suspicions
        if s.case in tests
    )

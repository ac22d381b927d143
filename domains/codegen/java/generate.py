"""From source to JUnit tests that ran: reading, exploration, judgement, writing, and the gate."""

from __future__ import annotations

import time
from collections.abc import Hashable
from dataclasses import dataclass

from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.helping import Help, NoHelp
from domains.codegen.engine.trees import text, walk
from domains.codegen.engine.types import Generated, Options, Project, Survivor, SuspectedBug, WrittenTest
from domains.codegen.engine.watching import Watching
from domains.codegen.java.adding import Adding, begin
from domains.codegen.java.reading import Source, read
from domains.codegen.java.rendering import Case, Names, Written, beside, calls, file, observed, write
from domains.codegen.java.runner import Jvm, find
from domains.codegen.java.running import Explored, TestsBroken, explore, gate
from domains.codegen.javascript.gating import Gated
from domains.codegen.javascript.judging import same
from sandbox import Sandbox

_SUSPECTED = "Suspected"
_ATTEMPTS = 3
Helping = Help[Source, Explored, Case, Case]


@dataclass(frozen=True, slots=True)
class _Desk:
    """What one run works with."""

    box: Sandbox
    jvm: Jvm
    project: Project
    source: Source
    watching: Watching
    adding: Adding | None = None

    def files(self, good: list[Written], bad: list[Written]) -> dict[str, str]:
        """Write the test files."""
        target, package = self.project.target, self.source.package
        title = "Contradictions between the code and what it says of itself: each test fails."
        if self.adding is not None:
            return {**self.adding.files(good), **self.adding.own(_SUSPECTED, bad, title)}
        texts = {
            beside(target): file(good, package, target, "", f"Tests of {target}.") if good else "",
            beside(target, _SUSPECTED): file(bad, package, target, _SUSPECTED, title) if bad else "",
        }
        return {name: body for name, body in texts.items() if body}

    def gate(self, tests: dict[str, str], runs: int = 5) -> Gated:
        """Run tests of the project."""
        if not tests:
            return Gated(ended={})
        return gate(self.box, self.jvm, self.project, self.source, tests, self.watching.cancelled, runs=runs)


def generate(
    box: Sandbox, project: Project, options: Options, watching: Watching | None = None, help_: Helping | None = None
) -> Generated:
    """Write tests for a file.

    Raises MissingRunner, SourceBroken, OtherFramework, NothingToTest, Cancelled, SandboxUnavailable.
    """
    watching, help_ = watching or Watching(), help_ or NoHelp()
    began = time.monotonic()
    jvm = find()
    try:
        source = read(project.source.encode())
    except UnicodeDecodeError as error:
        raise SourceBroken(f"the source cannot be read: {error}") from error
    if not source.classes:
        raise NothingToTest(f"{project.target} declares no class.")
    adding = begin(box, jvm, project, source, options, watching)
    present = None if adding is None else adding.reached
    help_.begin(project, source)
    explored = explore(box, jvm, project, source, options, watching.progress, watching.cancelled, present, help_.missed)
    explored = help_.join(box, explored)
    found = time.monotonic()
    cases, wrong = help_.judge(*judge(explored, source))
    cases, given = help_.word(cases if adding is None else adding.fresh(cases))
    names = Names(given, () if adding is None else adding.there.names)
    good, bad = write(cases, names), write(wrong, names)
    desk = _Desk(box, jvm, project, source, watching, None if adding is None else adding.settled(good))
    watching.progress("gate", 0, len(good) + len(bad))
    fit, bad, gated = _gated(desk, good, bad)
    kept = [one for one in fit if gated.passed(one.name)]
    shown = [one for one in bad if gated.failed(one.name)]
    coverage = gated.covered()
    files = desk.files(good, bad)
    if bad or len(kept) < len(fit) or desk.adding is not None:  # coverage is of what is handed out
        files = desk.files(kept, shown)
        passing = {name: body for name, body in files.items() if _SUSPECTED not in name}
        coverage = desk.gate(passing if desk.adding is None else desk.adding.measured(passing), runs=1).covered()
    codes = {name: code for body in files.values() for name, code in _codes(body)}
    dropped = sum(one.case.row.kills for one in good if one not in kept)
    return Generated(
        files=files,
        tests=_told(kept, shown, codes, watching, help_),
        coverage=coverage,
        before=None if adding is None else adding.before,
        mutants=explored.mutants,
        killed=max(0, explored.killed - dropped),
        surviving=tuple(Survivor(one.line, one.change) for one in explored.surviving),
        suspected_bugs=tuple(_bug(one) for one in shown),
        flaky=tuple(one.name for one in fit if one not in kept),
        model=help_.contribution([one.case for one in kept], [one.case for one in shown]),
        timings={"explore_s": round(found - began, 3), "total_s": round(time.monotonic() - began, 3)},
    )


def _gated(desk: _Desk, good: list[Written], bad: list[Written]) -> tuple[list[Written], list[Written], Gated]:
    """Run the tests; those that the compiler refuses are left out first. Raises as `gate` does.

    Inference of type variables is the compiler's alone: what it makes of a call is known when it was asked.
    """
    for _ in range(_ATTEMPTS):
        files = desk.files(good, bad)
        try:
            return good, bad, desk.gate(files)
        except TestsBroken as error:
            wrong = {name for path, line in error.places for name in _at(files.get(path, ""), line)}
            if not wrong & {one.name for one in [*good, *bad]}:
                raise
            good = [one for one in good if one.name not in wrong]
            bad = [one for one in bad if one.name not in wrong]
    return good, bad, desk.gate(desk.files(good, bad))


def _at(body: str, line: int) -> list[str]:
    """Return the test method that a line of a file lies in."""
    found = (node for node in walk(read(body.encode()).root) if node.type == "method_declaration")
    return [text(node.child_by_field_name("name")) for node in found
            if node.start_point[0] < line <= node.end_point[0] + 1]  # fmt: skip


def judge(explored: Explored, source: Source) -> tuple[list[Case], list[Case]]:
    """Return the cases to write, and those that contradict an example of the documentation."""
    cases: dict[Hashable, Case] = {}
    wrong: dict[str, Case] = {}
    for row in explored.checks:
        if row.expected is None or row.seen.kind not in {"value", "throws"}:
            continue
        if row.seen.kind == "value" and same(row.seen.text, row.expected):
            cases[row.key] = Case(row, "contract")
        else:
            wanted = row.seen.model_copy(update={"kind": "value", "text": row.expected, "message": ""})
            note, shown = "the example in its documentation", row.model_copy(update={"seen": wanted})
            wrong.setdefault(calls(row), Case(shown, "suspected_bug", note, observed=observed(row.seen)))
    bad = {case.row.key for case in wrong.values()}
    for row in explored.rows:
        told = row.seen.kind == "throws" and row.seen.text.rpartition(".")[2] in source.throws.get(row.name, ())
        if row.key not in bad:
            cases.setdefault(row.key, Case(row, "contract" if told else "regression"))
    return list(cases.values()), list(wrong.values())


def _told(
    kept: list[Written], shown: list[Written], codes: dict[str, str], watching: Watching, help_: Helping
) -> tuple[WrittenTest, ...]:
    tests = tuple(
        WrittenTest(
            name=one.name, label=one.case.label, status="passed" if one in kept else "failed",
            scenario=f"{calls(one.case.row)} -> {one.case.row.seen.text}"[:300], symbol=one.case.row.symbol,
            code=codes.get(one.name, one.code), reason=one.case.reason,
            by_model=tuple(sorted(help_.credited(one.case))),
        )
        for one in [*kept, *shown]
    )  # fmt: skip
    for test in tests:
        watching.accepted(test)
    return tests


def _codes(body: str) -> list[tuple[str, str]]:
    """Return (name, text) of the test methods of a file."""
    root = read(body.encode()).root
    methods = [node for node in walk(root) if node.type == "method_declaration"]
    indents = (body.encode()[: one.start_byte].rpartition(b"\n")[2].decode() for one in methods)
    dedented = (text(one).replace(f"\n{indent}", "\n") for one, indent in zip(methods, indents, strict=True))
    return [(text(one.child_by_field_name("name")), code) for one, code in zip(methods, dedented, strict=True)]


def _bug(one: Written) -> SuspectedBug:
    row = one.case.row
    wanted = f"throws {row.seen.text}" if row.seen.kind == "throws" else row.seen.text
    return SuspectedBug(row.symbol, one.case.note, calls(row), wanted, one.case.observed, one.name)

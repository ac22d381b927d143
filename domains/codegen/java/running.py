"""Runs the inside programs on a project and reads what they tell, which is untrusted."""

from __future__ import annotations

import re
import threading
from collections.abc import Hashable, Iterator, Mapping
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.errors import NothingToTest, SourceBroken, SourceEndless
from domains.codegen.engine.exploring import Listener, Missed, Progress, unfinished
from domains.codegen.engine.types import Coverage, Options, Project
from domains.codegen.java.mutators import mutants
from domains.codegen.java.reading import Source
from domains.codegen.java.runner import Jvm, Line, packed
from domains.codegen.javascript.gating import Gated
from domains.codegen.javascript.mutators import Mutant
from domains.codegen.javascript.presence import Reached
from sandbox import Outcome, Sandbox

RUNS = 5
_GRACE_S = 20.0
_GATE_S = 60.0


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)


class Call(_Strict):
    """A method called on the way."""

    name: str
    args: tuple[str, ...]


class Seen(_Strict):
    """What the call did: `kind` is value, void, self, shown, object or throws."""

    kind: str
    text: str
    type: str = ""
    message: str = ""
    after: tuple[tuple[int, str], ...] = ()
    state: tuple[tuple[str, str], ...] = ()

    @property
    def open_(self) -> bool:
        """Whether the method says less of its result than what it was seen to be."""
        return self.type.endswith(" boxed")


class Row(_Strict):
    """A call, the object it is made on, and what was seen; arguments are source.

    `made` is the object's source where no constructor of its class makes it, `declared` its type with what type
    variables stand for, `constant` says that it has a name of its own. `arranging` is the checked exception that making
    it and the calls on the way declare, `calling` that of those and the call. `types` are those of parameters, as far
    as a test can say them.
    """

    symbol: str
    owner: str
    name: str
    static: bool
    constructs: bool
    maker: tuple[str, ...] | None
    before: tuple[Call, ...]
    args: tuple[str, ...]
    parameters: tuple[str, ...]
    seen: Seen
    made: str = ""
    declared: str = ""
    constant: bool = False
    arranging: str = ""
    calling: str = ""
    types: tuple[str, ...] = ()
    kills: int = 0
    expected: str | None = None

    @property
    def owner_name(self) -> str:
        """The class as a test writes it."""
        return self.owner.rpartition(".")[2].replace("$", ".")

    @property
    def package(self) -> str:
        """The package that the class lies in."""
        return self.owner.rpartition(".")[0]

    @property
    def subject(self) -> str:
        """The source of the object that it is called on; nothing for a static method."""
        if self.maker is None:
            return ""
        return self.made or f"new {self.owner_name}({', '.join(self.maker)})"

    @property
    def key(self) -> Hashable:
        """What tells it from other calls."""
        return self.symbol, self.subject, self.before, self.args


class _Survivor(_Strict):
    line: int
    change: str


class Explored(_Strict):
    """What the exploration found: `rows` are chosen to become tests, `checks` are documented calls."""

    symbols: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    checks: tuple[Row, ...] = ()
    mutants: int = 0
    killed: int = 0
    surviving: tuple[_Survivor, ...] = ()
    broken: str | None = None
    endless: bool = False
    line: int = 0
    column: int = 0


def explore(
    box: Sandbox,
    jvm: Jvm,
    project: Project,
    source: Source,
    options: Options,
    told: Progress,
    cancelled: threading.Event,
    present: Reached | None = None,
    missed: Missed = lambda _lines: None,
) -> Explored:
    """Search for scenarios, beside what is `present`; `missed` hears which lines the search left, when it is over.

    Raises SourceBroken, NothingToTest, Cancelled, SandboxUnavailable.
    """
    listener = Listener(told, missed)
    outcome = jvm.run(
        box, "Explore", _plan(project, source, options, present), project, wall_s=options.budget_s * 2 + _GRACE_S,
        cancelled=cancelled, heard=listener.hear,
    )  # fmt: skip
    if listener.result is None:
        raise unfinished(outcome, listener, project.target, _said(outcome))
    try:
        explored = Explored.model_validate(listener.result)
    except ValidationError as error:
        raise SourceBroken(f"{project.target} disturbed its exploration: {error.errors()[0]['msg']}") from error
    if explored.endless:
        raise SourceEndless(project.target, loading=True)
    if explored.broken is not None:
        raise SourceBroken(explored.broken, max(0, explored.line), max(0, explored.column))
    if not explored.rows:
        raise NothingToTest(f"{project.target} has no method that tests could call, or none of the names asked for.")
    return explored


def _plan(project: Project, source: Source, options: Options, present: Reached | None) -> Iterator[Line]:
    yield ("target", packed(project.target))
    yield ("budget", options.budget_s)
    yield ("seed", options.seed)
    yield from (("symbol", packed(symbol)) for symbol in options.symbols)
    yield from (("class", packed(name)) for name in source.classes)
    yield from (("number", number) for number in source.numbers)
    yield from (("text", packed(text)) for text in source.texts)
    for n, one in enumerate(source.examples):
        words = [word for value in (*one.arguments, one.value) for word in words_of(value)]
        yield ("example", n, packed(one.method), 1, *words)
    yield from _changes(project, source)
    if present is not None:
        yield from (("hit", packed(way)) for way in present.hit)
        yield from (("killed", number) for number in present.killed)


def _changes(project: Project, source: Source) -> Iterator[Line]:
    for mutant in mutants(project.source, source.root):
        yield changed(mutant, mutant.change)


def reached(
    box: Sandbox, jvm: Jvm, project: Project, source: Source, tests: Mapping[str, str], seconds: float,
    before: Coverage, cancelled: threading.Event,
) -> Reached:  # fmt: skip
    """Return what tests of the project reach and notice, as far as `seconds` suffice. Raises Cancelled.

    Tests that end the program say nothing; then new tests may repeat what they do. A mutant on a line that no test
    runs is not tried.
    """
    plan: list[Line] = [("target", packed(project.target)), ("budget", seconds), *_changes(project, source)]
    plan += [("test", packed(_class_of(name, text))) for name, text in tests.items()]
    lines = [mutant.line for mutant in mutants(project.source, source.root)]
    plan += [("reaching", n) for n, line in enumerate(lines) if line not in before.missing_lines]
    outcome = jvm.run(box, "Present", plan, project, wall_s=seconds * 2 + _GATE_S, cancelled=cancelled)
    try:
        return Reached.model_validate_json(outcome.report)
    except ValidationError:
        return Reached()


def changed(mutant: Mutant, told: str) -> Line:
    """Return the line of a plan for a change; `told` comes back where it is spoken of."""
    text = (packed(mutant.text),) if mutant.text else ()
    return ("mutant", mutant.line, mutant.start, mutant.end, *text, packed(told))


def words_of(value: object) -> Iterator[object]:
    """Write a value as words of a plan."""
    if isinstance(value, bool):
        yield from ("b", int(value))
    elif isinstance(value, float):
        yield from ("n", value)
    elif isinstance(value, list):
        yield from ("l", len(value))
        for one in value:
            yield from words_of(one)
    else:
        yield from ("t", "=" + packed(str(value)))


class TestsBroken(SourceBroken):
    """Test files that the compiler refuses: `places` are file and line of each of its errors."""

    def __init__(self, why: str, places: tuple[tuple[str, int], ...]) -> None:
        super().__init__(why)
        self.places = places


def gate(
    box: Sandbox, jvm: Jvm, project: Project, source: Source, tests: Mapping[str, str], cancelled: threading.Event, *,
    runs: int = RUNS, ordered: bool = False,
) -> Gated:  # fmt: skip
    """Run test files, in random order unless `ordered`.

    Raises Cancelled, TestsBroken, SourceBroken, SandboxUnavailable.
    """
    plan: list[Line] = [
        ("runs", runs),
        ("ordered", int(ordered)),
        *(("class", packed(name)) for name in source.classes),
    ]
    plan += [("test", packed(_class_of(name, text))) for name, text in tests.items()]
    files = {f"src/{name}": text.encode() for name, text in tests.items()}
    outcome = jvm.run(box, "Gate", plan, project, wall_s=_GATE_S, files=files, cancelled=cancelled)
    try:
        gated = Gated.model_validate_json(outcome.report)
    except ValidationError as error:
        raise SourceBroken(
            f"The tests of {project.target} could not be run ({outcome.ending}): {_said(outcome)}"
        ) from error
    if gated.broken is not None:
        raise TestsBroken(f"The tests of {project.target} do not compile: {gated.broken}", gated.places)
    return gated


def _class_of(path: str, text: str) -> str:
    """Return the full name of the class that a test file holds; it may lie in another package than the target."""
    package = re.search(r"^\s*package\s+([\w.]+)\s*;", text, re.MULTILINE)
    name = PurePosixPath(path).stem
    return name if package is None else f"{package[1]}.{name}"


def _said(outcome: Outcome) -> str:
    return outcome.stderr.decode("utf-8", "replace").strip()[:300]

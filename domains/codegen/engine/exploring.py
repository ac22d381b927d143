"""Runs the exploring program in the sandbox and reads what it tells, which is untrusted."""

from __future__ import annotations

import importlib.util
import json
import math
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.contracts import Contracts
from domains.codegen.engine.errors import Cancelled, NothingToTest, SourceBroken, SourceEndless
from domains.codegen.engine.fixtures import NONE, Fixtures
from domains.codegen.engine.inside.scenarios import Scenario, Seen
from domains.codegen.engine.types import Options, Project
from sandbox import BOX, MIB, Job, Limits, Outcome, Sandbox, python

SOURCES = f"{BOX}/src"
_LIBRARY = f"{BOX}/lib"
_INSIDE = "domains/codegen/engine/inside"
_GRACE_S = 6.0
_WAIT_S = 16.0
"""Time on the clock beyond that, for a machine that is busy with other things: imports of large packages."""
_MEMORY = 1024 * MIB

Progress = Callable[[str, int, int], None]
Missed = Callable[[list[int]], None]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="ignore", strict=False)


class Row(_Strict):
    """A scenario that was kept, what was seen, and how many mutants it noticed."""

    scenario: Scenario
    seen: list[Seen]
    kills: int = 0


class _Survivor(_Strict):
    line: int
    change: str


class _Checked(_Strict):
    id: int
    seen: list[Seen]


class Counter(_Strict):
    """Values that contradict a law, and what both of its sides gave."""

    example: list[str]
    left: str
    right: str


class Told(_Strict):
    """A law of the module: see `inside.laws`. `kills` are the mutants that it notices."""

    kind: Literal["inverse", "idempotent", "commutative", "sorted", "keeps", "agrees"]
    symbols: list[str]
    names: list[str]
    left: str
    right: str
    because: str
    approx: bool
    kinds: list[str]
    alphabet: str
    examples: list[tuple[str, ...]]
    bounds: list[tuple[str | None, str | None] | None]
    kills: int
    counter: Counter | None

    @property
    def documented(self) -> bool:
        """Whether the documentation states it."""
        return self.because not in {"names", "signature"}


class Explored(_Strict):
    """What the exploration found: `rows` are chosen to become tests, `observed` is all that was seen."""

    symbols: list[dict[str, Any]] = []
    rows: list[Row] = []
    observed: list[Row] = []
    names: list[str] = []
    mutants: int = 0
    killed: int = 0
    surviving: list[_Survivor] = []
    checks: list[_Checked] = []
    laws: list[Told] = []
    unsteady: int = 0
    scenarios: int = 0
    broken: str | None = None


class Reached(_Strict):
    """What the tests that are there do: mutants they notice, by number, and ways (line before, line) they take."""

    killed: list[int] = []
    edges: list[tuple[int, int]] = []


def explore(
    box: Sandbox,
    project: Project,
    contracts: Contracts,
    options: Options,
    told: Progress,
    cancelled: threading.Event,
    reached: Reached | None = None,
    missed: Missed = lambda _lines: None,
    given: Fixtures = NONE,
) -> Explored:
    """Search for scenarios, beside what is `reached`; `missed` hears which lines the search left, when it is over.

    Raises SourceBroken, NothingToTest, Cancelled, SandboxUnavailable.
    """
    listener = Listener(told, missed)
    checks = [{"id": check.id, "source": check.source} for check in contracts.checks]
    plan = {
        "module": project.module, "file": f"{SOURCES}/{project.target}", "path": [SOURCES], "symbols": options.symbols,
        "budget": options.budget_s, "seed": options.seed, "checks": checks,
        "present": (reached or Reached()).model_dump(), "claims": [claim.fields() for claim in contracts.claims],
        "fixture_files": [f"{SOURCES}/{file}" for file in given.files], "fixtures": given.names,
    }  # fmt: skip
    job = Job(
        program("explore"),
        files={**sources(project), **library()},
        stdin=json.dumps(plan).encode(),
        folders=packages(),
        environment={"PYTHONPATH": "", "PYTHONHASHSEED": "0"},
        limits=Limits(
            wall_s=options.budget_s * 2 + _GRACE_S + _WAIT_S,
            cpu_s=int(options.budget_s * 2 + _GRACE_S),
            memory=_MEMORY,
            output=16 * MIB,
        ),
    )
    outcome = box.run(job, cancelled=cancelled, heard=listener.hear)
    if outcome.ending == "cancelled":
        raise Cancelled("stopped by the caller")
    return _result(outcome, listener, project, job.limits.cpu_s)


def program(name: str) -> tuple[str, ...]:
    """Return the command of a program of `library`."""
    start = f"import sys; sys.path.insert(0, {_LIBRARY!r}); from {_INSIDE.replace('/', '.')}.{name} import main; main()"
    return python("-c", start)


def sources(project: Project) -> dict[str, bytes]:
    """Return the project's files by their place in the box."""
    return {f"src/{name}": body for name, body in project.files.items()}


def packages() -> tuple[Path, ...]:
    """Return the folders of installed packages, which the code under test may import."""
    found = (importlib.util.find_spec(name) for name in ("pytest", "coverage"))
    places = [
        Path(spec.origin).resolve().parent.parent for spec in found if spec is not None and spec.origin is not None
    ]
    return tuple(dict.fromkeys(places))


def _result(outcome: Outcome, listener: Listener, project: Project, cpu_s: float) -> Explored:
    if listener.result is None:
        said = outcome.stderr.decode("utf-8", "replace").strip().split("\n")[-1]
        raise unfinished(outcome, listener, project.target, said[-300:], cpu_s)
    try:
        explored = Explored.model_validate(listener.result)
    except ValidationError as error:
        raise SourceBroken(f"{project.target} disturbed its exploration: {error.errors()[0]['msg']}") from error
    if explored.broken is not None:
        raise SourceBroken(f"{project.target} cannot be imported: {explored.broken}")
    if not explored.symbols:
        raise NothingToTest(
            f"{project.target} has no public function or class to test, or none of the names asked for."
        )
    return explored


def unfinished(outcome: Outcome, listener: Listener, target: str, said: str, cpu_s: float = math.inf) -> SourceBroken:
    """Return what is wrong with a source whose exploration ended without a result; `said` are the program's own words.

    A program that used up its processor time, `cpu_s`, is ended by a signal before its time on the clock is over.
    """
    if outcome.ending == "timeout" or (outcome.ending == "signalled" and outcome.seconds >= cpu_s):
        return SourceEndless(target, loading=not listener.loaded)
    return SourceBroken(f"{target} could not be explored ({outcome.ending}): {said}")


class Listener:
    """Reads the report line by line as it comes."""

    def __init__(self, told: Progress, missed: Missed = lambda _lines: None) -> None:
        self._told, self._missed, self._rest = told, missed, b""
        self.result: dict[str, Any] | None = None
        self.loaded = False

    def hear(self, piece: bytes) -> None:
        """Take the next piece of the report."""
        *lines, self._rest = (self._rest + piece).split(b"\n")
        for line in lines:
            self._line(line)

    def _line(self, line: bytes) -> None:
        try:
            told = json.loads(line)
        except ValueError:
            return
        if isinstance(told, dict) and isinstance(told.get("result"), dict):
            self.result = told["result"]
        elif isinstance(told, dict) and isinstance(told.get("missed"), list):
            self._missed([line for line in told["missed"][:500] if isinstance(line, int)])
        elif isinstance(told, dict) and isinstance(told.get("progress"), str):
            done, of = told.get("done"), told.get("of")
            self.loaded = True
            if isinstance(done, int) and isinstance(of, int):
                self._told(told["progress"][:20], done, of)


def library() -> Mapping[str, bytes]:
    """Return the programs that run in the box, by their place there."""
    folder = Path(__file__).parent / "inside"
    files = {f"lib/{_INSIDE}/{path.name}": path.read_bytes() for path in folder.glob("*.py")}
    parents = ("domains", "domains/codegen", "domains/codegen/engine")
    return {**files, **{f"lib/{parent}/__init__.py": b"" for parent in parents}}

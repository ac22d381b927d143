"""Pynguin beside our generator, and mutmut as the judge of both: an environment of their own, in our sandbox only.

The environment is made on demand in `.peers/pynguin` from `infra/peers/pynguin.txt`, which pins every package.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.errors import EngineError
from domains.codegen.engine.exploring import SOURCES, sources
from domains.codegen.engine.gating import gate
from domains.codegen.engine.types import Coverage, Project
from domains.errors import DomainError
from sandbox import BOX, MIB, SCRATCH, Job, Limits, Outcome, Sandbox

ROOT = Path(__file__).resolve().parents[3]
PINS = ROOT / "infra" / "peers" / "pynguin.txt"
HOME = ROOT / ".peers" / "pynguin"
_MEMORY = 2048 * MIB
_OUT = f"{SCRATCH}/out"
_START_S = 150.0
"""Beside the search itself: import, assertions, writing."""
_JUDGE_S = 150.0


class PeerAbsent(DomainError):
    """The peer's environment cannot be made; the message says why."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A suite as others judge it: coverage by coverage.py, `killed` of `mutants` by mutmut."""

    coverage: Coverage
    killed: int
    mutants: int

    @property
    def score(self) -> float:
        """Share of mutmut's mutants that a test notices; 0 when there is no test, or no mutant."""
        return self.killed / self.mutants if self.mutants else 0.0

    @property
    def covered(self) -> float:
        """Lines and branches together, as the share that stands for both."""
        return self.coverage.line if self.coverage.branch is None else (self.coverage.line + self.coverage.branch) / 2


NOTHING = Judged(Coverage(0.0, None), 0, 0)


def packages(home: Path = HOME, pins: Path = PINS) -> Path:
    """Return the folder of the peer's packages; make it when it is not there. Raises PeerAbsent."""
    found = list(home.glob("lib/python3*/site-packages/pynguin"))
    if not found:
        _run([sys.executable, "-m", "venv", str(home)])
        _run([str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check", "-r", str(pins)])
        found = list(home.glob("lib/python3*/site-packages/pynguin"))
    if not found:
        raise PeerAbsent(f"{home} holds no Pynguin; delete the folder to have it made again.")
    return found[0].parent.resolve()


def version(name: str, pins: Path = PINS) -> str:
    """Return the version that is pinned."""
    rows = dict(line.split("==") for line in pins.read_text(encoding="utf-8").splitlines() if "==" in line)
    return rows[name]


@dataclass(frozen=True, slots=True)
class Suite:
    """Test files by name; `failed` says how the peer ended when there are none."""

    files: Mapping[str, str]
    failed: str = ""


def pynguin(box: Sandbox, folder: Path, project: Project, seconds: int) -> Suite:
    """Return the test files that Pynguin writes for a module in `seconds` of search; none when it fails."""
    arguments = [
        "--project-path", SOURCES, "--module-name", project.module, "--output-path", _OUT, "--report-dir", _OUT,
        "--maximum-search-time", str(seconds), "--seed", "1", "--no-rich",
    ]  # fmt: skip
    outcome = _boxed(box, folder, project, "peer.py", {"arguments": arguments, "out": _OUT}, {}, seconds + _START_S)
    told = _told(outcome)
    files = {name: text for name, text in told.items() if isinstance(text, str) and name.startswith("test_")}
    said = outcome.stderr.decode("utf-8", "replace").strip().split("\n")[-1][-200:]
    return Suite(files, "" if files else f"no tests ({outcome.ending}): {said}")


class _Stats(BaseModel):
    model_config = ConfigDict(extra="ignore")

    killed: int = 0
    survived: int = 0
    timeout: int = 0
    suspicious: int = 0
    no_tests: int = 0
    segfault: int = 0


def judged(box: Sandbox, folder: Path, project: Project, tests: Mapping[str, str]) -> Judged:
    """Judge a suite: tests that do not pass on the module as it is are left out of mutmut's run."""
    if not tests:
        return NOTHING
    try:
        gated = gate(box, project, tests, threading.Event(), runs=1)
    except EngineError:
        return NOTHING
    failing = [name for name, ends in gated.ended.items() if any(end == "failed" for end in ends)]
    plan = {"target": project.target, "tests": dict(tests), "failing": failing, "seconds": _JUDGE_S}
    outcome = _boxed(box, folder, project, "judge.py", plan, {}, _JUDGE_S + 30)
    try:
        stats = _Stats.model_validate(_told(outcome))
    except ValidationError:
        return Judged(gated.covered(), 0, 0)
    killed = stats.killed + stats.timeout + stats.segfault
    return Judged(gated.covered(), killed, killed + stats.survived + stats.suspicious + stats.no_tests)


def _boxed(
    box: Sandbox, folder: Path, project: Project, script: str, plan: Mapping[str, Any],
    files: Mapping[str, bytes], wall_s: float,
) -> Outcome:  # fmt: skip
    program = (Path(__file__).parent / "inside" / script).read_bytes()
    job = Job(
        (str(Path(sys.executable).resolve()), "-B", f"{BOX}/{script}"),
        files={**sources(project), script: program, **files},
        stdin=json.dumps({**plan, "sources": SOURCES}).encode(),
        folders=(folder,),
        environment={"PYTHONPATH": str(folder), "PYNGUIN_DANGER_AWARE": "1", "HOME": SCRATCH, "PYTHONHASHSEED": "0"},
        limits=Limits(
            wall_s=wall_s, cpu_s=int(wall_s) * 2, address_space=None, memory=_MEMORY, processes=64,
            scratch=256 * MIB, output=16 * MIB,
        ),
    )  # fmt: skip
    return box.run(job)


def _told(outcome: Outcome) -> dict[str, Any]:
    try:
        told = json.loads(outcome.report)
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise PeerAbsent(f"{' '.join(command[:4])} failed: {done.stderr.strip()[-300:]}")

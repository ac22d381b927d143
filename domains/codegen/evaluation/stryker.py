"""Stryker as the judge of tests for JavaScript: an environment of its own, in our sandbox only.

The environment is made on demand in `.peers/stryker` from `infra/peers/stryker`, whose lock pins every package by hash.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.types import Project
from domains.codegen.evaluation import peers
from domains.codegen.evaluation.keeping import Kept
from domains.codegen.evaluation.peers import ROOT, Judged, PeerAbsent
from domains.codegen.javascript.runner import find
from sandbox import BOX, MIB, SCRATCH, Job, Limits, Sandbox

PINS = ROOT / "infra" / "peers" / "stryker"
HOME = ROOT / ".peers" / "stryker"
_SOURCES = f"{BOX}/src"
_JUDGE_S = 600.0
_INSTALL_S = 1200
TOGETHER = 4
"""Programs in one run."""
_NOTICED = ("Killed", "Timeout")
_MISSED = ("Survived", "NoCoverage")


@dataclass(frozen=True, slots=True)
class Suite:
    """A program and the tests that were written for it."""

    name: str
    project: Project
    tests: Mapping[str, str]


class _Told(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True)

    ended: tuple[Mapping[str, int], ...] = ()


def packages(home: Path = HOME, pins: Path = PINS) -> Path:
    """Return the folder that holds `node_modules`; make it when it is not there. Raises PeerAbsent, OSError."""
    if not (home / "node_modules" / "@stryker-mutator" / "core" / "package.json").is_file():
        home.mkdir(parents=True, exist_ok=True)
        for file in pins.iterdir():
            shutil.copy(file, home / file.name)
        _install(home)
    return home.resolve()


def _install(home: Path) -> None:
    npm = shutil.which("npm")
    if npm is None:
        raise PeerAbsent("npm is missing: it comes with Node.js 20.")
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False, timeout=_INSTALL_S)
    if done.returncode:
        raise PeerAbsent(f"Stryker cannot be installed: {done.stderr.strip()[-300:]}")


def version(pins: Path = PINS) -> str:
    """Return the version that is pinned."""
    told = json.loads((pins / "package.json").read_text(encoding="utf-8"))
    return str(told["dependencies"]["@stryker-mutator/core"])


def judged(box: Sandbox, folder: Path, suites: Sequence[Suite]) -> list[Judged]:
    """Let Stryker judge programs, several in a run: starting costs it more than a small program. Raises MissingRunner.

    Stryker runs nothing where one test fails on the program as it is; then each program is judged by itself, and what
    fails alone has no mutants.
    """
    told = _run(box, folder, suites)
    if any(told) or len(suites) < 2:
        return [_counted(ended) for ended in told] or [peers.NOTHING for _ in suites]
    return [one for suite in suites for one in judged(box, folder, [suite])]


def _counted(ended: Mapping[str, int]) -> Judged:
    """Count mutants by Stryker's names for their ends; what does not compile counts on neither side."""
    killed, missed = (sum(ended.get(name, 0) for name in names) for names in (_NOTICED, _MISSED))
    return Judged(peers.NOTHING.coverage, killed, killed + missed)


def judge_all(
    box: Sandbox, folder: Path, suites: Sequence[Suite], kept: Kept, told: Callable[[str], None]
) -> list[Judged]:
    """Judge programs, those that are kept aside; a program without tests has nothing judged."""
    found = {suite.name: kept.judged(suite.name) for suite in suites}
    waiting = [suite for suite in suites if suite.tests and found[suite.name] is None]
    for at in range(0, len(waiting), TOGETHER):
        part = waiting[at : at + TOGETHER]
        for suite, one in zip(part, judged(box, folder, part), strict=True):
            found[suite.name] = one
            kept.keep_judged(suite.name, one)
            told(f"{suite.name}: by Stryker {one.killed}/{one.mutants}")
    return [found[suite.name] or peers.NOTHING for suite in suites]


def _run(box: Sandbox, folder: Path, suites: Sequence[Suite]) -> tuple[Mapping[str, int], ...]:
    plan = {
        "targets": [f"p{n}/{suite.project.target}" for n, suite in enumerate(suites)],
        "tests": [f"p{n}/{name}" for n, suite in enumerate(suites) for name in suite.tests],
        "packages": str(folder), "sources": _SOURCES, "seconds": _JUDGE_S,
    }  # fmt: skip
    script = Path(__file__).parent / "inside" / "stryker.cjs"
    files = {script.name: script.read_bytes()}
    for n, suite in enumerate(suites):
        files |= {f"src/p{n}/{name}": body for name, body in suite.project.files.items()}
        files |= {f"src/p{n}/{name}": text.encode() for name, text in suite.tests.items()}
    job = Job(
        (str(find().program), "--no-warnings", f"{BOX}/{script.name}"),
        files=files,
        stdin=json.dumps(plan).encode(),
        folders=(folder / "node_modules", Path("/etc/hosts")),  # its processes speak to each other by `localhost`
        environment={"NO_COLOR": "1", "OPENSSL_CONF": "/dev/null", "HOME": SCRATCH},
        limits=Limits(
            wall_s=_JUDGE_S + 20, cpu_s=int(_JUDGE_S) * 2, address_space=None, memory=2048 * MIB, processes=128,
            scratch=256 * MIB, output=16 * MIB, open_files=1024,
        ),
    )  # fmt: skip
    try:
        return _Told.model_validate_json(box.run(job).report).ended
    except ValidationError:
        return ()


def summary(rows: Sequence[Judged]) -> dict[str, Any]:
    """Return the median of the programs that have mutants, the share over all mutants, and how many were judged."""
    scored = [row for row in rows if row.mutants]
    mutants = sum(row.mutants for row in scored)
    return {
        "judge": f"Stryker {version()}",
        "judged": len(scored),
        "judged_mutation_score": round(median(row.score for row in scored), 4) if scored else None,
        "judged_mutants_killed": round(sum(row.killed for row in scored) / mutants, 4) if mutants else None,
    }

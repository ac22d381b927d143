"""Node.js and Jest for the sandbox: where they are, and what a job of theirs may use."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domains.codegen.engine.errors import Cancelled, MissingRunner
from domains.codegen.engine.runtimes import limits
from domains.codegen.engine.types import Project
from sandbox import BOX, Job, Outcome, Sandbox

SOURCES = f"{BOX}/src"
INSIDE = Path(__file__).parent / "inside"
JEST = Path(__file__).resolve().parents[3] / "infra" / "jest"
"""Where the packages lie that `infra/jest/package-lock.json` pins."""
_HEAP = "--max-old-space-size=512"


@dataclass(frozen=True, slots=True)
class Node:
    """Node.js with the packages; `packages` is the folder that holds `node_modules`."""

    program: Path
    packages: Path

    def run(
        self, box: Sandbox, script: str, plan: Mapping[str, Any], project: Project, *, wall_s: float,
        files: Mapping[str, bytes] | None = None, cancelled: threading.Event | None = None,
        heard: Callable[[bytes], None] | None = None,
    ) -> Outcome:  # fmt: skip
        """Run one of the inside scripts on a project. Raises Cancelled, SandboxUnavailable."""
        inside = {f"inside/{path.name}": path.read_bytes() for path in INSIDE.glob("*.cjs")}
        sources = {f"src/{name}": body for name, body in project.files.items()}
        told = {**plan, "packages": str(self.packages), "root": SOURCES, "file": f"{SOURCES}/{project.target}"}
        job = Job(
            (str(self.program), _HEAP, "--no-warnings", "--experimental-vm-modules", f"{BOX}/inside/{script}"),
            files={**sources, **inside, **(files or {})},
            stdin=json.dumps(told).encode(),
            folders=(self.packages / "node_modules",),
            environment={"NODE_PATH": "", "NODE_ENV": "test", "NO_COLOR": "1", "OPENSSL_CONF": "/dev/null"},
            limits=limits(wall_s),
        )
        outcome = box.run(job, cancelled=cancelled, heard=heard)
        if outcome.ending == "cancelled":
            raise Cancelled("stopped by the caller")
        return outcome


def find(packages: Path = JEST) -> Node:
    """Return the runner. Raises MissingRunner, which says what to install."""
    program = shutil.which("node")
    if program is None:
        raise MissingRunner(
            "javascript", "Node.js 20 is not installed: install it, or the distribution's package nodejs."
        )
    if not (packages / "node_modules" / "jest" / "package.json").is_file():
        raise MissingRunner("javascript", "Jest is not installed: run `npm ci --ignore-scripts` in infra/jest.")
    return Node(Path(program).resolve(), packages)

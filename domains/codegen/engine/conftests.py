"""Whether the conftest.py files that will be in force load in the sandbox, as pytest loads them.

Those that do not (a package that is not there, a database that is asked for) are left away for the run, with the
reason: tests without them are better than none.
"""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import PurePosixPath

from pydantic import BaseModel, ConfigDict, ValidationError

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.exploring import SOURCES, library, packages, program, sources
from domains.codegen.engine.fixtures import conftests
from domains.codegen.engine.gating import arguments, paths
from domains.codegen.engine.types import LeftOut, Project
from sandbox import MIB, Job, Limits, Sandbox

_WALL_S, _CPU_S = 15.0, 10  # a busy machine takes its time to import what a conftest.py needs
_EMPTY = "def test_nothing():\n    pass\n"


class _Told(BaseModel):
    """Whether an empty test passes beside the files, else why not; `file` is to blame where it is known."""

    model_config = ConfigDict(extra="ignore")

    passed: bool = False
    file: str = ""
    why: str = ""


def loadable(
    box: Sandbox, project: Project, folder: str, cancelled: threading.Event
) -> tuple[Project, tuple[LeftOut, ...]]:
    """Return the project without the conftest.py files in force in `folder` that cannot be used, and why each.

    Raises Cancelled, SandboxUnavailable.
    """
    left: list[LeftOut] = []
    while files := conftests(project, folder):
        told = _tried(box, project, folder, cancelled)
        if told.passed:
            break
        file = told.file.removeprefix(f"{SOURCES}/")
        blamed = [file] if file in files else files
        left += [
            LeftOut(one, f"it cannot be used in the sandbox, so tests are without it: {told.why}") for one in blamed
        ]
        project = replace(project, files={name: text for name, text in project.files.items() if name not in blamed})
    return project, tuple(left)


def _tried(box: Sandbox, project: Project, folder: str, cancelled: threading.Event) -> _Told:
    """Run an empty test in the folder."""
    name = str(PurePosixPath(folder) / "test_that_is_empty.py")
    there = replace(project, files={**project.files, name: _EMPTY.encode()})
    job = Job(
        program("conftests"),
        files={**sources(there), **library(), "tests/pytest.ini": b"[pytest]\naddopts =\n"},
        stdin=json.dumps({"path": paths(), **arguments(there, {name: _EMPTY})}).encode(),
        folders=packages(),
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1", "PYTHONPATH": "", "PYTHONHASHSEED": "0"},
        limits=Limits(wall_s=_WALL_S, cpu_s=_CPU_S, output=MIB),
    )
    outcome = box.run(job, cancelled=cancelled)
    if outcome.ending == "cancelled":
        raise Cancelled("stopped by the caller")
    try:
        return _Told.model_validate_json(outcome.report)
    except ValidationError:
        return _Told(why=f"pytest does not come to an end with it ({outcome.ending})")

"""Runs written tests in the sandbox, several times in random order, and reads coverage."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from domains.codegen.engine.ended import Counted, Ended
from domains.codegen.engine.errors import Cancelled, SourceBroken
from domains.codegen.engine.exploring import SOURCES, packages, sources
from domains.codegen.engine.types import Project
from sandbox import BOX, MIB, Job, Limits, Sandbox, python

TESTS = f"{BOX}/tests"
RUNS = 5
_WALL_S = 60.0


class Gated(Ended):
    """What pytest told; a table's rows are called `test_name[row]`, methods `Class::test_name`.

    Without coverage it is no report.
    """

    coverage: Counted

    @staticmethod
    def belongs(test: str, name: str) -> bool:
        """See `Ended`."""
        return test.split("[", maxsplit=1)[0].rpartition("::")[2] == name


def gate(
    box: Sandbox,
    project: Project,
    tests: Mapping[str, str],
    cancelled: threading.Event,
    *,
    runs: int = RUNS,
    at_top: bool = False,
) -> Gated:
    """Run test files: one of the project in its place there, beside its conftest.py, others in a folder of their own.

    With `at_top` files without a folder lie at the project's root, where its conftest.py is in force.
    Raises Cancelled, SourceBroken, SandboxUnavailable.
    """
    project = replace(project, files={**project.files, **dict.fromkeys(tests, b"")}) if at_top else project
    script = (Path(__file__).parent / "inside" / "gate.py").read_bytes()
    plan: dict[str, Any] = {
        "module": project.module, "file": f"{SOURCES}/{project.target}", "runs": runs, "path": paths(),
        **arguments(project, tests),
    }  # fmt: skip
    job = Job(
        python(f"{BOX}/gate.py"),
        files={
            **sources(project),
            "gate.py": script,
            **{_place(project, name): text.encode() for name, text in tests.items()},
            "tests/pytest.ini": b"[pytest]\naddopts =\n",
        },
        stdin=json.dumps(plan).encode(),
        folders=packages(),
        environment={"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        limits=Limits(wall_s=_WALL_S, cpu_s=int(_WALL_S), output=16 * MIB),
    )
    outcome = box.run(job, cancelled=cancelled)
    if outcome.ending == "cancelled":
        raise Cancelled("stopped by the caller")
    try:
        return Gated.model_validate_json(outcome.report)
    except ValidationError as error:
        said = outcome.stderr.decode("utf-8", "replace").strip()[-400:]
        raise SourceBroken(f"The tests of {project.target} could not be run ({outcome.ending}): {said}") from error


def paths() -> list[str]:
    """Return where the tests import from."""
    return [SOURCES, TESTS, *(str(folder) for folder in packages())]


def arguments(project: Project, tests: Mapping[str, str]) -> dict[str, list[str]]:
    """Return the tests' places in the box, and what pytest is told so that it minds no settings but ours."""
    places = [_place(project, name) for name in tests]
    in_place = any(place.startswith("src/") for place in places)
    settings = ["-c", f"{TESTS}/pytest.ini", "--rootdir", SOURCES] if in_place else []
    return {"tests": [f"{BOX}/{place}" for place in places], "arguments": settings}


def _place(project: Project, name: str) -> str:
    return f"src/{name}" if name in project.files or "/" in name else f"tests/{name}"

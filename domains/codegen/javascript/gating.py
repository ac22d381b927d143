"""Formats test files with prettier and runs them with Jest in the sandbox, several times in random order."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from pathlib import PurePosixPath

from pydantic import ValidationError

from domains.codegen.engine.ended import Ended
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Project
from domains.codegen.javascript.runner import SOURCES, Node
from sandbox import Sandbox

RUNS = 5
_WALL_S = 60.0
_FORMAT_S = 15.0
SETTINGS = frozenset({".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".editorconfig"})
"""Files that say how a project is formatted and run nothing."""


class Gated(Ended):
    """What Jest told, or JUnit; a table's rows are called `name, row 1`. `broken` says why nothing could be run.

    `frames` are the places of the project that a test's error came through, `path:line`, the innermost first. `places`
    are files and lines that a compiler refuses.
    """

    broken: str | None = None
    places: tuple[tuple[str, int], ...] = ()
    frames: dict[str, list[str]] = {}

    @staticmethod
    def belongs(test: str, name: str) -> bool:
        """See `Ended`."""
        return test == name or test.startswith(f"{name}, row ")


def gate(
    box: Sandbox,
    node: Node,
    project: Project,
    tests: Mapping[str, str],
    cancelled: threading.Event,
    *,
    runs: int = RUNS,
    ordered: bool = False,
) -> Gated:
    """Run test files, in random order unless `ordered`. Raises Cancelled, SourceBroken, SandboxUnavailable."""
    files = {f"src/{name}": text.encode() for name, text in tests.items()}
    plan = {"tests": [f"{SOURCES}/{name}" for name in tests], "runs": runs, "ordered": ordered}
    outcome = node.run(box, "gate.cjs", plan, project, wall_s=_WALL_S, files=files, cancelled=cancelled)
    try:
        gated = Gated.model_validate_json(outcome.report)
    except ValidationError as error:
        said = outcome.stderr.decode("utf-8", "replace").strip()[-400:]
        raise SourceBroken(f"The tests of {project.target} could not be run ({outcome.ending}): {said}") from error
    if "" in gated.why and not gated.ended:
        raise SourceBroken(f"The tests of {project.target} could not be run: {gated.why[''][:400]}")
    return gated


def formatted(
    box: Sandbox, node: Node, project: Project, texts: Mapping[str, str], cancelled: threading.Event, *,
    style: Mapping[str, object] | None = None,
) -> dict[str, str]:  # fmt: skip
    """Return texts as prettier formats them, by the project's own settings where it brings some, else by `style`.

    What it cannot read comes back as it was.
    """
    settings = {name: body for name, body in project.files.items() if PurePosixPath(name).name in SETTINGS}
    plan = {"texts": dict(texts), "style": dict(style or {})}
    outcome = node.run(box, "format.cjs", plan, Project(settings, "none"), wall_s=_FORMAT_S, cancelled=cancelled)
    try:
        made = json.loads(outcome.report)
    except ValueError:
        return dict(texts)
    return {name: str(made.get(name, text)) for name, text in texts.items()}


def located(box: Sandbox, node: Node, project: Project, otherwise: SourceBroken) -> SourceBroken:
    """Ask Babel where the target does not parse: it tells the place more exactly. Raises SandboxUnavailable."""
    report = node.run(box, "syntax.cjs", {}, project, wall_s=_FORMAT_S).report
    try:
        told = json.loads(report)
        return SourceBroken(str(told["why"])[:200], int(told["line"]), int(told["column"]))
    except (ValueError, KeyError, TypeError):
        return otherwise

"""Which generator takes a file, by its language, and whether tests fail on a program."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from domains.codegen.engine import generate as python
from domains.codegen.engine.errors import EngineError, NothingToTest
from domains.codegen.engine.gating import gate as python_gate
from domains.codegen.engine.types import Generated, Options, Project
from domains.codegen.engine.watching import Watching
from domains.codegen.helping.asking import Source
from domains.codegen.helping.assist import helper
from domains.codegen.helping.java import Java
from domains.codegen.helping.javascript import JavaScript
from domains.codegen.helping.language import Language
from domains.codegen.helping.python import Python
from domains.codegen.java import generate as java
from domains.codegen.java.reading import read as read_java
from domains.codegen.java.runner import find as find_java
from domains.codegen.java.running import gate as java_gate
from domains.codegen.javascript import generate as javascript
from domains.codegen.javascript.gating import gate as javascript_gate
from domains.codegen.javascript.runner import find as find_node
from domains.codegen.languages import language_of
from sandbox import Sandbox

_MAKERS: dict[str, tuple[Callable[..., Generated], Callable[..., Language[Any, Any, Any, Any]]]] = {
    "python": (python.generate, Python), "javascript": (javascript.generate, JavaScript),
    "typescript": (javascript.generate, JavaScript), "java": (java.generate, Java),
}  # fmt: skip


def generate(
    box: Sandbox,
    project: Project,
    options: Options,
    watching: Watching | None = None,
    source: Source | None = None,
) -> Generated:
    """Write tests for the target; the model of `source` helps where it can and may.

    Raises MissingRunner, SourceBroken, NothingToTest, Cancelled, SandboxUnavailable.
    """
    language, watching = language_of(project.target), watching or Watching()
    if language not in _MAKERS:
        raise NothingToTest(f"No tests are written for files like {project.target}.")
    made, speaking = _MAKERS[language]
    if source is None or not options.model:
        return made(box, project, options, watching)
    help_ = helper(source, options, watching.progress, watching.cancelled, speaking)
    try:
        return made(box, project, options, watching, help_)
    finally:
        help_.asker.close()


def fails(box: Sandbox, project: Project, tests: Mapping[str, str]) -> bool:
    """Whether any of the tests fails on a project, or it does not even come to an end."""
    never = threading.Event()
    try:
        if language_of(project.target) == "python":
            ended = python_gate(box, project, tests, never, runs=1).ended
        elif language_of(project.target) == "java":
            source = read_java(project.source.encode())
            ended = java_gate(box, find_java(), project, source, tests, never, runs=1).ended
        else:
            ended = javascript_gate(box, find_node(), project, tests, never, runs=1).ended
    except EngineError:
        return True
    return not ended or any(end != "passed" for ends in ended.values() for end in ends)

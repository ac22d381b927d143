"""A model that answers from a script, on an event loop of its own, as the generator asks it from a thread."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from domains.codegen.engine.types import Project
from domains.codegen.helping.asking import Asker, Source, own_loop
from domains.codegen.helping.java import Java
from domains.codegen.helping.javascript import JavaScript
from domains.codegen.java.reading import read as read_java
from domains.codegen.javascript.parsing import grammar_of, parse
from domains.codegen.javascript.structure import read as read_structure
from inference.client.scripted import Reply, ScriptedModel
from inference.client.types import ChatRequest

Answer = Callable[[ChatRequest], Reply | str]
Lend = Callable[[Answer], Source]


def kind_of(request: ChatRequest) -> str:
    """Say which of the questions a request is: name, prose or inputs."""
    wanted = json.loads(request.schema or "{}").get("properties", {})
    return {"name": "name", "examples": "prose", "calls": "inputs"}[next(iter(wanted))]


def javascript_of(source: str, name: str = "till.js") -> JavaScript:
    """Read a module."""
    root = parse(source.encode(), grammar_of(name) or "javascript").root_node
    return JavaScript(Project({name: source.encode()}, name), read_structure(root, "till"))


def java_of(source: str, name: str = "Till.java") -> Java:
    """Read a file."""
    return Java(Project({name: source.encode()}, name), read_java(source.encode()))


@pytest.fixture
def lend() -> Iterator[Lend]:
    """Make a source of a script; its loop ends with the test."""
    with own_loop() as loop:
        yield lambda answer: Source(ScriptedModel(answer), loop)


@pytest.fixture
def asker(lend: Lend) -> Callable[..., Asker]:
    """Make an asker of a script."""

    def made(answer: Answer, seconds: float = 20.0) -> Asker:
        return Asker(lend(answer), time.monotonic() + seconds, threading.Event())

    return made

"""Runs proposed calls in the sandbox: what they add to a finished search. Its report is untrusted."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError

from domains.codegen.engine.types import Project, Survivor
from domains.codegen.java.mutators import mutants
from domains.codegen.java.reading import Source
from domains.codegen.java.runner import Jvm, Line, packed
from domains.codegen.java.running import Row, changed, words_of
from domains.codegen.javascript.trying import Added, survived
from sandbox import Sandbox

_LEAST_S = 2.0
_GRACE_S = 20.0


@dataclass(frozen=True, slots=True)
class Made:
    """An object that a constructor makes: its class, and the values given."""

    name: str
    values: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Named:
    """A constant by its name: `Level.HIGH`."""

    name: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """A call to try: plain values, lists, dictionaries, Made and Named; `maker` makes the object it is of, if any."""

    symbol: str
    maker: Sequence[object] | None
    arguments: Sequence[object]


class Tried(Added):
    """What a call did; `row` is None where the values fit no type."""

    row: Row | None


_REPORT: TypeAdapter[list[Tried]] = TypeAdapter(list[Tried])


def attempt(
    box: Sandbox, jvm: Jvm, project: Project, source: Source, attempts: Sequence[Attempt],
    surviving: Sequence[Survivor], *, seconds: float, cancelled: threading.Event,
) -> list[Tried]:  # fmt: skip
    """Run calls; empty where the report does not fit them. Raises Cancelled, MissingRunner, SandboxUnavailable."""
    budget = max(seconds, _LEAST_S)
    plan = list(_plan(project, source, attempts, surviving, budget))
    outcome = jvm.run(box, "Trial", plan, project, wall_s=budget * 2 + _GRACE_S, cancelled=cancelled)
    try:
        tried = _REPORT.validate_json(outcome.report)
    except ValidationError:
        return []
    return tried if len(tried) == len(attempts) else []


def _plan(
    project: Project, source: Source, attempts: Sequence[Attempt], surviving: Sequence[Survivor], budget: float
) -> Iterator[Line]:
    yield ("target", packed(project.target))
    yield ("budget", budget)
    yield from (("class", packed(name)) for name in source.classes)
    for one in attempts:
        maker = ("z",) if one.maker is None else tuple(_words(list(one.maker)))
        yield ("attempt", packed(one.symbol), *maker, *_words(list(one.arguments)))
    for n, mutant in survived(mutants(project.source, source.root), surviving):
        yield changed(mutant, str(n))


def _words(value: object) -> Iterator[object]:
    """Write a value as words of a plan: beside those of examples null, constants, maps, and objects made."""
    if value is None:
        yield "z"
    elif isinstance(value, Named):
        yield from ("c", "=" + packed(value.name))
    elif isinstance(value, Made):
        yield from ("o", "=" + packed(value.name), *_words(list(value.values)))
    elif isinstance(value, dict):
        yield from ("m", len(value))
        for pair in value.items():
            yield from (word for one in pair for word in _words(one))
    elif isinstance(value, list):
        yield from ("l", len(value))
        for one in value:
            yield from _words(one)
    else:
        yield from words_of(float(value) if isinstance(value, int) and not isinstance(value, bool) else value)

"""The calls of `POST /api/v1/tests` and `POST /api/v1/code`, as streams.

Cancelling the task closes the connection; the server then stops.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel, ValidationError, field_validator

from clients.lsp.problems import Problem, from_fields, interrupted, not_assistant, unreachable

_TIMEOUT = httpx2.Timeout(connect=10.0, read=600.0, write=60.0, pool=10.0)
"""A run may wait behind eight others of a minute each."""
_MOST_OF_AN_ERROR = 64 * 1024


class WrittenTest(BaseModel):
    """One test."""

    name: str
    label: str
    status: str
    scenario: str
    symbol: str


class SuspectedBug(BaseModel):
    """A contract and the call that contradicts it."""

    symbol: str
    contract: str
    counter_example: str
    expected: str
    observed: str
    test: str


class LeftOut(BaseModel):
    """A test that was written and not handed out; `counter_example` and `symbol` may be empty."""

    name: str
    reason: str
    symbol: str = ""
    counter_example: str = ""


class Covered(BaseModel):
    """Share of the lines that tests reach."""

    line: float


class Generated(BaseModel):
    """The finished answer, as far as an editor needs it."""

    files: dict[str, str]
    tests: list[WrittenTest]
    executed: bool
    line_coverage: float
    branch_coverage: float | None
    before: Covered | None = None
    """By the tests that were there; None where none were sent."""
    mutation_score: float | None
    suspected_bugs: list[SuspectedBug]
    left_out: list[LeftOut] = []

    @field_validator("files")
    @classmethod
    def _stay_inside(cls, files: dict[str, str]) -> dict[str, str]:
        for name in files:
            path = PurePosixPath(name)
            if path.is_absolute() or ".." in path.parts or not path.name or "\\" in name:
                raise ValueError(f"the file name {name!r} leads outside")
        return files


class Change(BaseModel):
    """A file as it would be."""

    path: str
    text: str


class Fault(BaseModel):
    """A place of the changed file that does not parse."""

    line: int
    why: str


class Syntax(BaseModel):
    """What does not parse after a change and did before."""

    faults: list[Fault]


class Runs(BaseModel):
    """How often a test passed."""

    runs: int
    passed: int


class Verdict(BaseModel):
    """What seems wrong, why, and whether that is evidence or the model's opinion."""

    wrong: str
    why: str
    by: str


class Worked(BaseModel):
    """The code assistant's finished answer, as far as an editor needs it."""

    text: str
    change: Change | None
    syntax: Syntax
    passed: Runs | None
    verdict: Verdict | None
    unknown_names: list[str]


Answer = TypeVar("Answer", Generated, Worked)


@dataclass(frozen=True, slots=True)
class Asking:
    """Whom to ask, as whom, in which language the answers' words shall be."""

    base: str
    key: str = field(repr=False)
    language: str


Heard = Callable[[str, dict[str, Any]], None]


async def generate(asking: Asking, body: dict[str, Any], heard: Heard) -> Generated:
    """Ask for tests. Raises Problem."""
    return await _conversed(asking, "/api/v1/tests", body, heard, Generated)


async def work(asking: Asking, body: dict[str, Any], heard: Heard) -> Worked:
    """Ask the code assistant; a change is one of a file that was sent. Raises Problem."""
    worked = await _conversed(asking, "/api/v1/code", body, heard, Worked)
    if worked.change is not None and worked.change.path not in body["files"]:
        raise not_assistant(asking.base, 200)
    return worked


async def _conversed(asking: Asking, path: str, body: dict[str, Any], heard: Heard, kind: type[Answer]) -> Answer:
    """Return the finished answer; `heard` is told the name and data of what happens before. Raises Problem."""
    headers = {
        "authorization": f"Bearer {asking.key}",
        "accept": "text/event-stream",
        "accept-language": asking.language,
    }
    try:
        # Redirects are not followed: the key belongs to this address alone. Proxies of the environment are respected.
        async with (
            httpx2.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client,
            client.stream("POST", f"{asking.base}{path}", json={**body, "stream": True}, headers=headers) as answer,
        ):
            if answer.status_code != 200 or "text/event-stream" not in answer.headers.get("content-type", ""):
                raise await _refused(answer, asking.base)
            return await _finished(_events(answer.aiter_lines()), asking.base, heard, kind)
    except (httpx2.ConnectError, httpx2.TimeoutException, httpx2.InvalidURL) as error:
        raise unreachable(asking.base) from error
    except (httpx2.HTTPError, UnicodeEncodeError) as error:
        raise interrupted(asking.base) from error
    except (ValidationError, json.JSONDecodeError) as error:
        raise not_assistant(asking.base, 200) from error


async def _finished(events: AsyncIterator[tuple[str, Any]], base: str, heard: Heard, kind: type[Answer]) -> Answer:
    async for name, data in events:
        if not isinstance(data, dict):
            raise not_assistant(base, 200)
        if name == "finished":
            return kind.model_validate(data)
        if name == "failed":
            status = data.get("status")
            raise from_fields(data, status if isinstance(status, int) else 500, base)
        heard(name, data)
    raise interrupted(base)


async def _events(lines: AsyncIterator[str]) -> AsyncIterator[tuple[str, Any]]:
    """Server-sent events: name and JSON."""
    name, data = "", []
    async for line in lines:
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            data.append(line[5:].removeprefix(" "))
        elif not line and data:
            yield name, json.loads("\n".join(data))
            name, data = "", []


async def _refused(answer: httpx2.Response, base: str) -> Problem:
    read = b""
    async for piece in answer.aiter_bytes():
        read += piece
        if len(read) > _MOST_OF_AN_ERROR:
            break
    try:
        fields = json.loads(read)
    except ValueError:
        fields = {}
    known = fields if isinstance(fields, dict) else {}
    return from_fields(known, answer.status_code, base, answer.headers.get("retry-after"))

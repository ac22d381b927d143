"""Fixes a failing test: runs it, says whether the test or the code seems wrong, and shows a change only when it ran.

A change of the code must let the test pass five times, keep every other test of the file and every documented example.
A change of the test must pass five times, assert no less, and fail once the code is made to fail.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import Any

from domains import prompts
from domains.codegen.coding import evidence, functions
from domains.codegen.coding.coder import PROMPTS, Event, Said, Stage, ask
from domains.codegen.coding.context import Place
from domains.codegen.coding.editing import block, replaced
from domains.codegen.coding.evidence import SAID, Failure
from domains.codegen.coding.suspects import Where, dotted, method, order, plain, suspects
from domains.codegen.coding.work import Verdict, Wish, Worked, change
from domains.codegen.engine.errors import NothingToTest, SourceBroken
from domains.codegen.engine.gating import RUNS, Gated, gate
from domains.codegen.engine.types import Project
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Message, Sampling
from sandbox import Sandbox

_ATTEMPTS = 3
_ERROR = 1_200
_JUDGEMENT = {
    "type": "object", "required": ["wrong", "why"], "additionalProperties": False,
    "properties": {"wrong": {"enum": ["test", "code"]}, "why": {"type": "string", "maxLength": 160}},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Attempt:
    """A file as it might be, and what of it was written anew."""

    path: str
    text: str


@dataclass(slots=True)
class Fixer:
    """One failing test in the sandbox."""

    box: Sandbox
    wish: Wish
    cancelled: threading.Event = field(default_factory=threading.Event)

    def gated(self, change_of: Attempt | None = None, more: Mapping[str, str] | None = None, runs: int = 1) -> Gated:
        """Run the test file on the files as they are, or with a change. Raises SourceBroken, Cancelled."""
        files = dict(self.wish.files)
        if change_of is not None:
            files[change_of.path] = change_of.text
        folder = str(PurePosixPath(self.wish.test_file).parent)
        tests = {
            path: text for path, text in files.items()
            if path == self.wish.test_file or (path.endswith("conftest.py") and folder.startswith(_folder(path)))
        }  # fmt: skip
        own = {path: text.encode() for path, text in files.items() if path not in tests}
        return gate(self.box, Project(own, self.wish.target), {**tests, **(more or {})}, self.cancelled, runs=runs)

    def failure(self) -> tuple[Failure | None, Gated]:
        """Run the test as it is, with the documented examples of what it calls; None where it passes."""
        source = self.wish.files[self.wish.test_file]
        ended = self.gated(runs=RUNS)
        name = self.wish.test or next((test for test in ended.ended if not _passed(ended, test)), "")
        if not name and "<collection>" in ended.why:
            return Failure("", ended.why["<collection>"]), ended
        known = name in {plain(test) for test in ended.ended} | {*ended.ended}
        if name and not known and "<collection>" not in ended.why:
            raise NothingToTest(f"There is no test {name} in {self.wish.test_file}.")
        if not name or (known and all(_passed(ended, test) for test in ended.ended if plain(test) == plain(name))):
            return None, ended
        why = next((text for test, text in ended.why.items() if plain(test) == plain(name)), "")
        test = functions.find(source, dotted(name))
        checks = evidence.checks_for(self.wish.source, test) if test is not None else []
        said = self._said(checks)
        kept = tuple(check for n, check in enumerate(checks) if said.get(n) is True)
        broken = tuple(check for n, check in enumerate(checks) if said.get(n) is False)
        return Failure(name, why or ended.why.get("<collection>", ""), kept, broken), ended

    def holds(self, failure: Failure, before: Gated, attempt: Attempt) -> bool:
        """Whether a change keeps the bar; see the module."""
        if functions.parse(attempt.text) is None:
            return False
        try:
            ended = self.gated(attempt, runs=RUNS)
        except SourceBroken:
            return False
        kept = [test for test in before.ended if _passed(before, test)]
        if not _mended(ended, failure.name) or not all(_passed(ended, test) for test in kept):
            return False
        if attempt.path == self.wish.target:
            return not (failure.kept or failure.broken) or self._keeps(failure, attempt)
        return self._still_tests(failure, attempt)

    def _keeps(self, failure: Failure, attempt: Attempt) -> bool:
        said = self._said([*failure.kept, *failure.broken], attempt)
        return bool(said) and all(said.values())

    def _still_tests(self, failure: Failure, attempt: Attempt) -> bool:
        old = functions.find(self.wish.files[self.wish.test_file], dotted(failure.name))
        new = functions.find(attempt.text, dotted(failure.name)) if attempt.path == self.wish.test_file else old
        if old is None or new is None or functions.assertions(new) < functions.assertions(old):
            return False
        if "skip" in attempt.text.replace(self.wish.files[attempt.path], "") or "xfail" in functions.text(
            attempt.text if attempt.path == self.wish.test_file else self.wish.files[self.wish.test_file], new
        ):
            return False
        source, noticed = self.wish.source, False
        for name in functions.called(old) & functions.called(new):
            target = functions.find(source, name) or method(source, name)
            if target is not None:
                broken = {**self.wish.files, self.wish.target: functions.failing(source, target)}
                ended = replace_files(self, broken).gated(attempt)
                noticed = noticed or not _mended(ended, failure.name)
        return noticed

    def _said(self, checks: Any, attempt: Attempt | None = None) -> dict[int, bool]:  # noqa: ANN401 - a list of checks
        """Run documented examples; by number, whether each holds."""
        listed = list(checks)
        if not listed:
            return {}
        files = dict(self.wish.files)
        if attempt is not None:
            files[attempt.path] = attempt.text
        own = {path: text.encode() for path, text in files.items() if path != self.wish.test_file}
        project = Project(own, self.wish.target)
        try:
            ended = gate(self.box, project, {SAID: evidence.as_tests(project, listed)}, self.cancelled, runs=1)
        except SourceBroken:
            return {}
        return {n: ended.passed(f"test_said_{n}") for n in range(len(listed)) if f"test_said_{n}" in ended.ended}


def replace_files(fixer: Fixer, files: Mapping[str, str]) -> Fixer:
    """Return the same for other files."""
    return Fixer(fixer.box, replace(fixer.wish, files=files), fixer.cancelled)


async def fix(wish: Wish, model: ChatModel, box: Sandbox) -> AsyncGenerator[Event, None]:
    """Fix a failing test; the last event is a Worked. Raises ModelError, NothingToTest, SourceBroken."""
    fixer = Fixer(box, wish)
    try:
        async with aclosing(_fix(fixer, model)) as events, asyncio.timeout(wish.budget_s + 60):
            async for event in events:
                yield event
    finally:
        fixer.cancelled.set()


async def _fix(fixer: Fixer, model: ChatModel) -> AsyncGenerator[Event, None]:
    wish = fixer.wish
    yield Stage("running")
    failure, before = await asyncio.to_thread(fixer.failure)
    if failure is None:
        yield Worked("fix", "", executed=True, passed=(RUNS, RUNS), verdict=evidence.passing(wish))
        return
    test = functions.find(wish.files[wish.test_file], dotted(failure.name)) if failure.name else None
    verdict = evidence.judge(wish, test, failure)
    if verdict.wrong == "unclear" and test is not None:
        verdict = await _asked(wish, model, failure, test) or verdict
    until = asyncio.get_running_loop().time() + wish.budget_s
    rounds = 0
    said = Said()
    for where in order(wish, verdict, failure)[:_ATTEMPTS]:
        if asyncio.get_running_loop().time() > until:
            break
        rounds += 1
        said = Said()
        async with aclosing(_written(wish, model, where, failure, said)) as events:
            async for event in events:
                yield event
        attempt = _attempt(wish, where, said.text)
        yield Stage("running")
        if attempt is not None and await asyncio.to_thread(fixer.holds, failure, before, attempt):
            done = change(attempt.path, wish.files[attempt.path], attempt.text)
            code = block(said.text)
            yield Worked("fix", code, done, (), said.seen, said.tokens, True, (RUNS, RUNS), verdict, rounds=rounds)  # noqa: FBT003
            return
    yield Worked("fix", "", None, (), said.seen, said.tokens, True, (0, RUNS), verdict, rounds=rounds)  # noqa: FBT003


async def _asked(wish: Wish, model: ChatModel, failure: Failure, test: functions.Function) -> Verdict | None:
    """Ask the model for its opinion, where nothing else decides."""
    name = next(iter(suspects(wish, failure)), "")
    function = functions.find(wish.source, name) if name else None
    source = functions.text(wish.source, function) if function is not None else wish.source[:2000]
    shown_test = functions.text(wish.files[wish.test_file], test)
    filled = prompts.render(PROMPTS / "judge.en.md", source=source, test=shown_test, error=failure.why[-_ERROR:])
    request = ChatRequest(filled, Sampling(80), domain="codegen", schema=json.dumps(_JUDGEMENT))
    async with aclosing(model.stream(request)) as deltas:
        text = "".join([delta.text async for delta in deltas])
    try:
        read = json.loads(text[text.find("{") : text.rfind("}") + 1])
    except ValueError:
        return None
    wrong, why = (read.get("wrong"), str(read.get("why", ""))[:160]) if isinstance(read, dict) else (None, "")
    if wrong not in {"test", "code"}:
        return None
    return Verdict(wrong, why, "model")


async def _written(
    wish: Wish, model: ChatModel, where: Where, failure: Failure, said: Said
) -> AsyncGenerator[Event, None]:
    source = wish.files[where.path]
    function = functions.find(source, where.name)
    if function is None:
        return
    start, end = functions.span(function)
    text = functions.text(source, function)
    test = functions.find(wish.files[wish.test_file], dotted(failure.name))
    shown_test = functions.text(wish.files[wish.test_file], test) if test is not None else ""
    suspect = next(iter(suspects(wish, failure)), "")
    target = functions.find(wish.source, suspect) if suspect else None
    other = shown_test if where.path == wish.target else ("" if target is None else functions.text(wish.source, target))
    values = {"what": where.what, "file": where.path, "source": text, "other": other, "error": failure.why[-_ERROR:]}
    asking = wish
    if failure.broken:
        said_so = "\n".join(f"{one.source} must give {one.value or one.raises}" for one in failure.broken[:4])
        asking = replace(wish, history=(*wish.history, Message("user", f"The documentation says:\n{said_so}")))
    async with aclosing(ask(asking, model, "fix.en", Place(where.path, start, end), text, said, **values)) as events:
        async for event in events:
            yield event


def _attempt(wish: Wish, where: Where, answer: str) -> Attempt | None:
    source = wish.files[where.path]
    function, code = functions.find(source, where.name), functions.new_text(block(answer), where.name)
    if function is None or code is None:
        return None
    start, end = functions.span(function)
    text = replaced(source, start, end, functions.documented(code, function))
    return Attempt(where.path, text) if text != source else None


def _folder(path: str) -> str:
    parent = str(PurePosixPath(path).parent)
    return "" if parent == "." else parent


def _passed(ended: Gated, test: str) -> bool:
    return set(ended.ended.get(test, ["missing"])) == {"passed"}


def _mended(ended: Gated, name: str) -> bool:
    tests = [test for test in ended.ended if not name or plain(test) == plain(name)]
    return bool(tests) and all(_passed(ended, test) for test in tests)

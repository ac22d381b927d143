"""Fixes a failing test: runs it, says whether the test or the code seems wrong, and shows a change only when it ran.

A change of the code must let the test pass five times, keep every other test of the file and every documented example.
A change of the test must pass five times, assert no less, and fail once the code is made to fail.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

from domains import prompts
from domains.codegen.coding import evidence
from domains.codegen.coding.coder import PROMPTS, Event, Said, Stage, ask
from domains.codegen.coding.context import Place
from domains.codegen.coding.editing import block
from domains.codegen.coding.evidence import Failure
from domains.codegen.coding.fixers import Fixer, Lines
from domains.codegen.coding.grammarfixer import GrammarFixer
from domains.codegen.coding.pythonfixer import PythonFixer
from domains.codegen.coding.suspects import Where
from domains.codegen.coding.work import Verdict, Wish, Worked, change
from domains.codegen.engine.gating import RUNS
from domains.codegen.languages import language_of
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Message, Sampling
from sandbox import Sandbox

_ATTEMPTS = 3
_ERROR = 1_200
_JUDGEMENT = {
    "type": "object", "required": ["wrong", "why"], "additionalProperties": False,
    "properties": {"wrong": {"enum": ["test", "code"]}, "why": {"type": "string", "maxLength": 160}},
}  # fmt: skip


async def fix(wish: Wish, model: ChatModel, box: Sandbox) -> AsyncGenerator[Event, None]:
    """Fix a failing test; the last event is a Worked. Raises ModelError, NothingToTest, SourceBroken, MissingRunner."""
    python = language_of(wish.target) == "python"
    fixer: Fixer = PythonFixer(box, wish) if python else GrammarFixer(box, wish)
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
    verdict = fixer.verdict(failure)
    if verdict.wrong == "unclear":
        verdict = await _asked(fixer, model, failure) or verdict
    until = asyncio.get_running_loop().time() + wish.budget_s
    rounds = 0
    said = Said()
    for where in fixer.places(verdict, failure)[:_ATTEMPTS]:
        if asyncio.get_running_loop().time() > until:
            break
        rounds += 1
        said = Said()
        async with aclosing(_written(fixer, model, where, failure, said)) as events:
            async for event in events:
                yield event
        attempt = fixer.attempt(where, block(said.text))
        yield Stage("running")
        if attempt is not None and await asyncio.to_thread(fixer.holds, failure, before, attempt):
            done = change(attempt.path, wish.files[attempt.path], attempt.text)
            code = block(said.text)
            yield Worked("fix", code, done, (), said.seen, said.tokens, True, (RUNS, RUNS), verdict, rounds=rounds)  # noqa: FBT003
            return
    yield Worked("fix", "", None, (), said.seen, said.tokens, True, (0, RUNS), verdict, rounds=rounds)  # noqa: FBT003


async def _asked(fixer: Fixer, model: ChatModel, failure: Failure) -> Verdict | None:
    """Ask the model for its opinion, where nothing else decides."""
    test, function = fixer.test(failure), fixer.suspect(failure)
    if test is None:
        return None
    source = function.text if function is not None else fixer.wish.source[:2000]
    filled = prompts.render(PROMPTS / "judge.en.md", source=source, test=test.text, error=failure.why[-_ERROR:])
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
    fixer: Fixer, model: ChatModel, where: Where, failure: Failure, said: Said
) -> AsyncGenerator[Event, None]:
    wish, lines = fixer.wish, fixer.lines(where)
    if lines is None:
        return
    other = fixer.test(failure) if where.path == wish.target else fixer.suspect(failure)
    values = {
        "what": where.what, "file": where.path, "source": lines.text, "other": _text(other),
        "error": failure.why[-_ERROR:],
    }  # fmt: skip
    asking = wish
    if failure.broken:
        said_so = "\n".join(f"{one.source} must give {one.value or one.raises}" for one in failure.broken[:4])
        asking = replace(wish, history=(*wish.history, Message("user", f"The documentation says:\n{said_so}")))
    place = Place(where.path, lines.start, lines.end)
    async with aclosing(ask(asking, model, "fix.en", place, lines.text, said, **values)) as events:
        async for event in events:
            yield event


def _text(lines: Lines | None) -> str:
    return "" if lines is None else lines.text

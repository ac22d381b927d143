"""Completes, edits and explains: context from the repository, the model's answer, and whether the file still parses."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from pathlib import Path

from domains import prompts
from domains.codegen.coding import editing, syntax
from domains.codegen.coding.context import Place, choose, shown
from domains.codegen.coding.passages import Passage, cut
from domains.codegen.coding.syntax import Fault
from domains.codegen.coding.work import Seen, Wish, Worked, change
from inference.client.errors import ModelRejected
from inference.client.protocols import ChatModel
from inference.client.types import ChatRequest, Message, Sampling, Usage

PROMPTS = Path(__file__).parent / "prompts"
_BEFORE, _AFTER = 60, 25
_REGION = 160
_NAMED = re.compile(r"`([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)(?:\([^`]*\))?`")
_SHRINKS = 3


@dataclass(frozen=True, slots=True)
class Piece:
    """Text of the model as it comes."""

    text: str


@dataclass(frozen=True, slots=True)
class Stage:
    """What is being done: context, writing, checking, running; `seen` are the passages chosen."""

    name: str
    seen: tuple[Seen, ...] = ()
    tokens: int = 0


Event = Piece | Stage | Worked


@dataclass(slots=True)
class Said:
    """The model's answer, and the passages that it saw."""

    text: str = ""
    passages: list[Passage] = field(default_factory=list)
    usage: Usage | None = None

    @property
    def seen(self) -> tuple[Seen, ...]:
        """Where the passages are."""
        return tuple(Seen(one.path, one.start, one.end) for one in self.passages)

    @property
    def tokens(self) -> int:
        """About how many tokens they took."""
        return sum(one.tokens for one in self.passages)


async def work(wish: Wish, model: ChatModel) -> AsyncGenerator[Event, None]:
    """Complete, edit or explain; the last event is a Worked. Raises ModelError."""
    act = {"complete": _complete, "edit": _edit, "explain": _explain}[wish.task]
    async with aclosing(act(wish, model)) as events:
        async for event in events:
            yield event


async def ask(
    wish: Wish, model: ChatModel, kind: str, place: Place, focus: str, said: Said, **values: str
) -> AsyncGenerator[Event, None]:
    """Choose context and ask; `said` holds the answer in the end. Where the prompt is too long, context shrinks."""
    tokens = wish.context_tokens
    for attempt in range(_SHRINKS + 1):
        said.passages = choose(wish.files, place, focus, wish.instruction, tokens)
        said.text = ""
        yield Stage("context", said.seen, said.tokens)
        filled = prompts.render(PROMPTS / f"{kind}.md", context=shown(said.passages), **values)
        request = ChatRequest(_with_history(filled, wish.history), Sampling(wish.max_tokens), domain="codegen")
        try:
            async with aclosing(model.stream(request)) as deltas:
                async for delta in deltas:
                    said.usage = delta.usage or said.usage
                    if delta.text:
                        said.text += delta.text
                        yield Piece(delta.text)
        except ModelRejected as error:
            if error.code != "prompt_too_long" or attempt == _SHRINKS or not said.passages:
                raise
            tokens = min(tokens, said.tokens) // 2
            continue
        return


def _with_history(filled: tuple[Message, ...], history: tuple[Message, ...]) -> tuple[Message, ...]:
    """Earlier rounds go between what never changes and what is asked now."""
    system, *rest = filled
    return (system, *history, *rest)


async def _complete(wish: Wish, model: ChatModel) -> AsyncGenerator[Event, None]:
    lines = wish.source.splitlines(keepends=True) or [""]
    row = min(max(wish.line, 1), len(lines)) - 1
    at = min(max(wish.column, 1) - 1, len(lines[row].rstrip("\r\n")))
    before = "".join(lines[max(0, row - _BEFORE) : row]) + lines[row][:at]
    after = lines[row][at:] + "".join(lines[row + 1 : row + 1 + _AFTER])
    place = Place(wish.target, max(1, row + 1 - _BEFORE), row + 1 + _AFTER)
    said = Said()
    values = {"file": wish.target, "before": before, "after": after, "instruction": wish.instruction}
    async with aclosing(ask(wish, model, "complete.en", place, before[-2000:], said, **values)) as events:
        async for event in events:
            yield event
    whole, text = editing.inserted(wish.source, wish.line, wish.column, editing.block(said.text))
    yield _worked(wish, said, text, whole)


async def _edit(wish: Wish, model: ChatModel) -> AsyncGenerator[Event, None]:
    start, end = region(wish)
    lines = wish.source.splitlines()
    old = "\n".join(lines[start - 1 : end])
    around = "\n".join([*lines[max(0, start - 16) : start - 1], "(the marked lines)", *lines[end : end + 15]])
    values = {"file": wish.target, "around": around, "region": old, "instruction": wish.instruction}
    said, asked, rounds = Said(), wish, 0
    while True:
        rounds += 1
        events = ask(asked, model, "edit.en", Place(wish.target, start, end), old, said, **values)
        async with aclosing(events):
            async for event in events:
                yield event
        yield Stage("checking")
        code = editing.block(said.text)
        worked = _worked(wish, said, code, editing.replaced(wish.source, start, end, code), rounds)
        if not worked.faults or rounds == 2:
            yield worked
            return
        fault = worked.faults[0]
        again = f"That does not parse: line {fault.line}, column {fault.column}: {fault.why}. Give the lines again."
        values["instruction"] = f"{wish.instruction}\n{again}"
        asked = replace(asked, history=(*wish.history, Message("assistant", said.text), Message("user", again)))


async def _explain(wish: Wish, model: ChatModel) -> AsyncGenerator[Event, None]:
    start, end = region(wish)
    code = "\n".join(wish.source.splitlines()[start - 1 : end][:_REGION])
    said = Said()
    values = {"file": wish.target, "region": code, "instruction": wish.instruction}
    place = Place(wish.target, start, end)
    async with aclosing(ask(wish, model, f"explain.{wish.language}", place, code, said, **values)) as events:
        async for event in events:
            yield event
    everything = "\n".join(wish.files.values()) + wish.instruction
    unknown = tuple(dict.fromkeys(name for name in _NAMED.findall(said.text) if not _stands(name, everything)))
    yield Worked(
        "explain", said.text.strip(), context=said.seen, context_tokens=said.tokens, unknown_names=unknown,
        usage=said.usage,
    )  # fmt: skip


def region(wish: Wish) -> tuple[int, int]:
    """Return the lines that are meant: those selected, else the passage around the cursor's line."""
    count = len(wish.source.splitlines())
    if wish.end_line is not None:
        return min(wish.line, count), min(max(wish.end_line, wish.line), count)
    spans = [(one.start, one.end) for one in cut({wish.target: wish.source})]
    return editing.enclosing(spans, wish.line, count)


def new_faults(path: str, before: str, after: str) -> tuple[Fault, ...]:
    """Return what does not parse after a change; nothing where it was as bad before, as while somebody types."""
    found = syntax.faults(path, after)
    return found if len(found) > len(syntax.faults(path, before)) else ()


def _worked(wish: Wish, said: Said, text: str, whole: str, rounds: int = 1) -> Worked:
    return Worked(
        wish.task, text, change(wish.target, wish.source, whole), new_faults(wish.target, wish.source, whole),
        said.seen, said.tokens, rounds=rounds, usage=said.usage,
    )  # fmt: skip


def _stands(name: str, code: str) -> bool:
    return all(re.search(rf"\b{re.escape(part)}\b", code) for part in name.split("."))

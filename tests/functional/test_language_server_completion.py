"""Completions at the cursor through the language server: where a setting asks for them, silent where there is none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from lsprotocol import types as lsp

from clients.lsp.completing import PAUSE_S
from tests.chatkit import model
from tests.functional import test_language_server as protocol
from tests.functional.conftest import Serve

start = protocol.start
Start = Callable[..., AbstractAsyncContextManager[protocol.Editor]]
HALF = "def net(price, rebate):\n    # 折扣 😀 off\n    ret\n"
END = lsp.Position(2, 7)
GOOD = "```python\nurn price - rebate\n```"


async def inline(editor: protocol.Editor, at: lsp.Position = END) -> list[lsp.InlineCompletionItem]:
    context = lsp.InlineCompletionContext(lsp.InlineCompletionTriggerKind.Automatic)
    asked = lsp.InlineCompletionParams(
        context=context, text_document=lsp.TextDocumentIdentifier(editor.uri), position=at
    )
    found = await editor.client.text_document_inline_completion_async(asked)
    return list(found.items if isinstance(found, lsp.InlineCompletionList) else found or [])


async def listed(editor: protocol.Editor, at: lsp.Position = END) -> list[lsp.CompletionItem]:
    asked = lsp.CompletionParams(text_document=lsp.TextDocumentIdentifier(editor.uri), position=at)
    found = await editor.client.text_document_completion_async(asked)
    return list(found.items if isinstance(found, lsp.CompletionList) else found or [])


async def test_what_is_begun_is_completed_at_the_cursor(serve: Serve, start: Start) -> None:
    scripted = model(GOOD, GOOD)
    served = serve(scripted)
    async with start(served.url, served.key, completion=True) as editor:
        editor.open(HALF)
        (ghost,) = await inline(editor)
        (item,) = await listed(editor)
    assert ghost.insert_text == "urn price - rebate"
    assert ghost.range == lsp.Range(END, END)
    assert (item.label, item.detail, item.filter_text) == ("urn price - rebate", "MoE Assistant", "ret")
    assert item.text_edit == lsp.TextEdit(lsp.Range(END, END), "urn price - rebate")
    assert "😀 off" in scripted.requests[0].messages[-1].content


async def test_without_the_setting_nothing_is_asked(serve: Serve, start: Start) -> None:
    scripted = model(GOOD)
    served = serve(scripted)
    async with start(served.url, served.key) as editor:
        editor.open(HALF)
        assert (await inline(editor), await listed(editor)) == ([], [])
    assert scripted.requests == []


async def test_what_does_not_parse_is_not_offered(serve: Serve, start: Start) -> None:
    served = serve(model("```python\nurn (price -\n```"))
    async with start(served.url, served.key, completion=True) as editor:
        editor.open(HALF)
        assert await inline(editor) == []
        assert editor.told == []


async def test_a_person_who_types_on_is_asked_for_once(serve: Serve, start: Start) -> None:
    scripted = model(GOOD)
    served = serve(scripted)
    async with start(served.url, served.key, completion=True) as editor:
        editor.open(HALF)
        found = await asyncio.gather(*(inline(editor) for _ in range(4)))
    assert [len(items) for items in found] == [0, 0, 0, 1]
    assert len(scripted.requests) == 1


async def test_after_a_failure_nothing_is_asked_for_a_while_and_nothing_is_said(start: Start) -> None:
    async with start(protocol.AWAY, completion=True) as editor:
        editor.open(HALF)
        assert await inline(editor) == []
        began = time.monotonic()
        assert await inline(editor) == []
        assert time.monotonic() - began < PAUSE_S
        assert editor.told == []


@pytest.mark.parametrize(("name", "language"), [("notes.md", "markdown"), ("query.sql", "sql")])
async def test_other_languages_are_left_alone(serve: Serve, start: Start, name: str, language: str) -> None:
    scripted = model(GOOD)
    served = serve(scripted)
    async with start(served.url, served.key, completion=True) as editor:
        editor.open("select", name=name, language=language)
        assert await inline(editor, lsp.Position(0, 6)) == []
    assert scripted.requests == []

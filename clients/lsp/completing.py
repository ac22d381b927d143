"""Completions at the cursor, where the setting asks for them. Nothing is said when there is none: a person is typing.

Editors that know inline completions (ghost text) get those, the others an entry in their list of completions.
"""

from __future__ import annotations

import asyncio
import logging
import re
from dataclasses import dataclass, field
from time import monotonic
from weakref import WeakKeyDictionary

from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from clients.lsp import api, work
from clients.lsp.problems import Problem
from clients.lsp.session import SOURCE, TestServer

PAUSE_S = 0.35
"""A person who types on is not asked for."""
REST_S = 30.0
"""After a failure nothing is asked for so long."""
MOST_CHARACTERS = 100_000
_TOKENS = {"max_tokens": 64, "context_tokens": 0}
_LANGUAGES = frozenset({"python", "javascript", "typescript", "java", "go"})
_MOST_LABEL = 60
_WORD = re.compile(r"\w+$")

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class _State:
    """The last request by document, which a newer one ends, and until when (of monotonic) nothing is asked."""

    asked: dict[str, asyncio.Task[str | None]] = field(default_factory=dict)
    rest_until: float = 0.0


_STATES: WeakKeyDictionary[TestServer, _State] = WeakKeyDictionary()


def register(server: TestServer) -> None:
    """Offer completions in both forms."""
    _STATES[server] = _State()
    server.feature(lsp.TEXT_DOCUMENT_INLINE_COMPLETION)(_inline)
    server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions())(_listed)


async def _inline(server: TestServer, params: lsp.InlineCompletionParams) -> list[lsp.InlineCompletionItem]:
    text = await _completion(server, params.text_document.uri, params.position)
    if text is None:
        return []
    return [lsp.InlineCompletionItem(insert_text=text, range=lsp.Range(params.position, params.position))]


async def _listed(server: TestServer, params: lsp.CompletionParams) -> lsp.CompletionList:
    text = await _completion(server, params.text_document.uri, params.position)
    if text is None:
        return lsp.CompletionList(is_incomplete=True, items=[])
    first = text.strip().splitlines()[0]
    label = first if len(first) <= _MOST_LABEL else f"{first[:_MOST_LABEL]}…"
    typed = _word_before(server.workspace.get_text_document(params.text_document.uri), params.position)
    item = lsp.CompletionItem(
        label=label, kind=lsp.CompletionItemKind.Text, detail=SOURCE, documentation=text,
        insert_text_format=lsp.InsertTextFormat.PlainText, insert_text_mode=lsp.InsertTextMode.AsIs,
        text_edit=lsp.TextEdit(lsp.Range(params.position, params.position), text),
        filter_text=typed or None, sort_text="~",  # stays while the word is typed, behind what the language completes
    )  # fmt: skip
    return lsp.CompletionList(is_incomplete=True, items=[item])


def _word_before(document: TextDocument, position: lsp.Position) -> str:
    place = document.position_codec.position_from_client_units(document.lines, position)
    line = document.lines[place.line] if place.line < len(document.lines) else ""
    found = _WORD.search(line[: place.character])
    return found[0] if found else ""


async def _completion(server: TestServer, uri: str, position: lsp.Position) -> str | None:
    """Return what may stand at a place, after which the file still parses; None where nothing is to be offered."""
    state, document = _STATES[server], server.workspace.get_text_document(uri)
    known = work.language_of(document) in _LANGUAGES and len(document.source) <= MOST_CHARACTERS
    if not server.settings.completion or not known or monotonic() < state.rest_until:
        return None
    older = state.asked.pop(uri, None)
    if older is not None:
        older.cancel()
    task = state.asked[uri] = asyncio.ensure_future(_ask(server, state, document, position))
    try:
        return await task
    except asyncio.CancelledError:
        own = asyncio.current_task()
        if own is not None and own.cancelling():  # by the editor, not by a newer request
            task.cancel()
            raise
        return None
    finally:
        if state.asked.get(uri) is task:
            del state.asked[uri]


async def _ask(server: TestServer, state: _State, document: TextDocument, position: lsp.Position) -> str | None:
    await asyncio.sleep(PAUSE_S)
    place = document.position_codec.position_from_client_units(document.lines, position)
    sent = work.request(server, server.settings, document, None)
    target = sent["target"]
    body = {
        "task": "complete", "files": {target: sent["files"][target]}, "target": target,
        "line": place.line + 1, "column": place.character + 1, **_TOKENS,
    }  # fmt: skip
    try:
        worked = await api.work(work.asking(server.settings), body, lambda _name, _data: None)
    except Problem as problem:
        state.rest_until = monotonic() + REST_S
        logger.info("completion: %s", problem.code)
        return None
    return None if worked.syntax.faults or not worked.text.strip() else worked.text

"""What the server knows of an editor's session."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from clients.lsp.existing import Answer
from clients.lsp.problems import Problem, Text
from clients.lsp.settings import Settings

Act = Callable[[TextDocument], Coroutine[Any, Any, dict[str, Any] | None]]

NAME = "moe-assistant"
VERSION = "0.1.0"
SOURCE = "MoE Assistant"


class TestServer(LanguageServer):
    """A language server with what it knows of the session."""

    __test__ = False  # pytest takes classes of this name for its own

    def __init__(self, settings: Settings) -> None:
        super().__init__(NAME, VERSION)
        self.settings = settings
        self.running: dict[str, asyncio.Task[dict[str, Any] | None]] = {}
        self.results: dict[str, Answer] = {}
        """The last answer by the address of its source: for the tests that show suspected bugs."""
        self.written: dict[str, set[str]] = {}
        """Names of the tests that were written, by the address of their file: those can be rejected one by one."""

    def say(self, text: Text, kind: lsp.MessageType = lsp.MessageType.Info, detail: str = "") -> None:
        """Show the person a message in the language of the settings."""
        message = f"{text.of(self.settings.language)} {detail}".strip()
        self.window_show_message(lsp.ShowMessageParams(type=kind, message=message))

    def publish(self, document: TextDocument, found: list[lsp.Diagnostic]) -> None:
        """Replace the diagnostics of a document."""
        self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=document.uri, diagnostics=found))

    async def alone(self, arguments: Sequence[object], act: Act) -> dict[str, Any] | None:
        """Run one task for a document (its address comes first) at a time, to be cancelled, and say what goes wrong.

        None when one is at work on it already.
        """
        uri = str(arguments[0]) if arguments else ""
        if uri in self.running:
            self.say(Text("The assistant works on this file already.", "助手正在处理此文件。"))
            return None
        task = self.running[uri] = asyncio.ensure_future(act(self.workspace.get_text_document(uri)))
        try:
            return await task
        except Problem as problem:
            self.say(problem.text, lsp.MessageType.Error, problem.detail)
            return {"error": problem.code, "message": problem.told(self.settings.language)}
        except asyncio.CancelledError:
            self.say(Text("Stopped.", "已停止。"))
            return {"error": "cancelled"}
        finally:
            task.cancel()
            del self.running[uri]

"""One run for an editor: gather, ask with progress and cancel, and turn the answer into edits and diagnostics."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from lsprotocol import types as lsp
from pygls import uris
from pygls.lsp.server import LanguageServer
from pygls.workspace import TextDocument

from clients.lsp import api, places
from clients.lsp.dependencies import listed
from clients.lsp.existing import Answer, asked, with_tests
from clients.lsp.neighbours import gathered_around
from clients.lsp.problems import Text
from clients.lsp.settings import Settings

_STAGES = {
    "queued": Text("waiting for a free place", "正在排队"),
    "existing": Text("running the tests that are there", "正在运行已有测试"),
    "search": Text("searching inputs", "正在搜索输入"),
    "mutants": Text("trying mutants", "正在尝试变异体"),
    "gate": Text("running the tests", "正在执行测试"),
    "running": Text("running the tests", "正在执行测试"),
    "checking": Text("checking the syntax", "正在检查语法"),
}


Made = TypeVar("Made")
Call = Callable[[api.Asking, dict[str, Any], api.Heard], Coroutine[Any, Any, Made]]


async def ask(server: LanguageServer, settings: Settings, document: TextDocument, symbol: str | None) -> Answer:
    """Ask for tests, with those that the project has.

    Raises Problem; asyncio.CancelledError when the editor cancels the request or its progress.
    """
    plain = request(server, settings, document, symbol)
    path = Path(document.path)
    workspace = workspace_of(server, path)

    def read(one: Path) -> str | None:
        return text_of(server, one)

    body, there = plain, None
    if plain["language"] != "python" or path.name.endswith(".py"):
        body, there = with_tests(path, plain, workspace, settings.test_folder, read)
    packages = listed(path, workspace, read) if plain["language"] == "python" else {}
    title = Text(f"Tests for {_name(document)}", f"{_name(document)} 的测试")

    async def generated(one: dict[str, Any]) -> api.Generated:
        files = {**packages, **one["files"]} if len(one["files"]) < places.MOST_FILES else one["files"]
        return await call(server, settings, title, {**one, "files": files}, api.generate)

    return await asked(body, plain, there, generated)


def asking(settings: Settings) -> api.Asking:
    """Return whom to ask, and as whom: the one place where the key is read. Raises Problem."""
    return api.Asking(settings.base(), settings.key(), settings.language)


async def call(
    server: LanguageServer, settings: Settings, title: Text, body: dict[str, Any], ask_for: Call[Made]
) -> Made:
    """Ask the assistant, with progress. Raises Problem; asyncio.CancelledError when the editor cancels."""
    by = asking(settings)
    token = await _progress(server)
    with _shown(server, token, title.of(settings.language)):
        work = asyncio.ensure_future(ask_for(by, body, _teller(server, token, settings)))
        with _cancelled_by(server, token, work):
            return await work


def request(server: LanguageServer, settings: Settings, document: TextDocument, symbol: str | None) -> dict[str, Any]:
    """Return the body: the module with its neighbours, as the editor has them."""
    path = Path(document.path)
    language = language_of(document)
    common = {"language": language, "symbols": [symbol] if symbol else [], "budget": settings.budget}
    if language == "python" and not path.name.endswith(".py"):
        return {**common, "files": {"module.py": document.source}, "target": "module.py"}

    def read(one: Path) -> str | None:
        return text_of(server, one)

    if language == "python":
        found = places.gathered(path, document.source, read)
    else:
        found = gathered_around(path, document.source, workspace_of(server, path), language, read)
    return {**common, "files": found.files, "target": found.target}


def language_of(document: TextDocument) -> str:
    """Return the server's name of a document's language."""
    return (document.language_id or "python").removesuffix("react")


def text_of(server: LanguageServer, path: Path) -> str | None:
    """Return a file's text with unsaved changes; None when there is none."""
    uri = uris.from_fs_path(str(path))
    if uri is not None and uri in server.workspace.text_documents:
        return server.workspace.get_text_document(uri).source
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return None


def workspace_of(server: LanguageServer, path: Path) -> Path:
    """Return the workspace folder around a file, or its own folder."""
    folders = [Path(uris.to_fs_path(folder.uri) or "/") for folder in server.workspace.folders.values()]
    if server.workspace.root_path:
        folders.append(Path(server.workspace.root_path))
    around = [folder for folder in folders if path.is_relative_to(folder)]
    return max(around, key=lambda folder: len(folder.parts), default=path.parent)


def can_confirm(server: LanguageServer, settings: Settings) -> bool:
    """Whether the person wants to be asked before an edit, and the editor can ask."""
    workspace = server.client_capabilities.workspace
    annotated = workspace.workspace_edit if workspace else None
    return settings.confirm and annotated is not None and annotated.change_annotation_support is not None


def edit(server: LanguageServer, target: Path, text: str, *, confirm: str | None) -> lsp.WorkspaceEdit:
    """Return the edit that gives a file this text; with `confirm`, one that the editor asks about first."""
    uri = uris.from_fs_path(str(target)) or ""
    there = text_of(server, target)
    note = "moe-assistant" if confirm is not None else None
    lines = 0 if there is None else there.count("\n") + 1
    whole = lsp.Range(lsp.Position(0, 0), lsp.Position(lines, 0))
    change: lsp.TextEdit | lsp.AnnotatedTextEdit = lsp.TextEdit(whole, text)
    if note is not None:
        change = lsp.AnnotatedTextEdit(annotation_id=note, range=whole, new_text=text)
    changes: list[lsp.TextDocumentEdit | lsp.CreateFile | lsp.RenameFile | lsp.DeleteFile] = []
    if there is None:
        options = lsp.CreateFileOptions(ignore_if_exists=True)
        changes.append(lsp.CreateFile(uri=uri, options=options, annotation_id=note))
    document = lsp.OptionalVersionedTextDocumentIdentifier(uri=uri, version=None)
    changes.append(lsp.TextDocumentEdit(text_document=document, edits=[change]))
    notes = None if note is None else {note: lsp.ChangeAnnotation(label=confirm or "", needs_confirmation=True)}
    return lsp.WorkspaceEdit(document_changes=changes, change_annotations=notes)


async def _progress(server: LanguageServer) -> str | None:
    window = server.client_capabilities.window
    if window is None or not window.work_done_progress:
        return None
    token = str(uuid.uuid4())
    await server.work_done_progress.create_async(token)
    return token


@contextmanager
def _shown(server: LanguageServer, token: str | None, title: str) -> Iterator[None]:
    if token is not None:
        server.work_done_progress.begin(token, lsp.WorkDoneProgressBegin(title=title, cancellable=True, percentage=0))
    try:
        yield
    finally:
        if token is not None:
            server.work_done_progress.end(token, lsp.WorkDoneProgressEnd())


@contextmanager
def _cancelled_by(server: LanguageServer, token: str | None, work: asyncio.Task[Any]) -> Iterator[None]:
    """Cancel the work when the editor cancels its progress."""
    asked = None if token is None else server.work_done_progress.tokens.get(token)
    if asked is not None:
        loop = asyncio.get_running_loop()
        asked.add_done_callback(lambda _: loop.call_soon_threadsafe(work.cancel))
    try:
        yield
    finally:
        work.cancel()
        if token is not None:
            server.work_done_progress.tokens.pop(token, None)


def _teller(server: LanguageServer, token: str | None, settings: Settings) -> api.Heard:
    count = 0

    def heard(name: str, data: dict[str, Any]) -> None:
        nonlocal count
        if token is None:
            return
        count += name == "test"
        stage, done, of = str(data.get("stage", "")), data.get("done", 0), data.get("of", 0)
        known = _STAGES.get(stage)
        text = known.of(settings.language) if known else stage
        if name == "test":
            text = Text(f"{count} tests", f"{count} 个测试").of(settings.language)
        share = min(100, int(100 * done / of)) if isinstance(done, int) and isinstance(of, int) and of > 0 else None
        server.work_done_progress.report(token, lsp.WorkDoneProgressReport(message=text, percentage=share))

    return heard


def _name(document: TextDocument) -> str:
    return Path(document.path).name

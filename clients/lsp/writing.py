"""The edits that put generated tests into a project, and take single ones out again."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp
from pygls import uris
from pygls.workspace import TextDocument

from clients.lsp import braces, testfile, work
from clients.lsp.existing import Answer
from clients.lsp.neighbours import moved, path_beside
from clients.lsp.places import path_of_tests
from clients.lsp.problems import Text
from clients.lsp.session import TestServer


def edit(
    server: TestServer, document: TextDocument, answer: Answer, name: str, keep: set[str]
) -> tuple[str, lsp.WorkspaceEdit]:
    """Return the address of a file and the edit that adds those tests of a generated file to it. Raises Problem."""
    source, language = Path(document.path), work.language_of(document)
    beside = answer.apart(name, source, language)
    there = answer.there
    if there is None:
        target = _usual(server, source, language, name)
    else:
        target = there.path.with_name(beside[0]) if beside else there.path
    existing = work.text_of(server, target) or ""
    text = beside[1] if beside else answer.made.files[name]
    if there is not None and answer.grew(name):
        full = _grown(existing, text, keep, language, there.text)
    elif language == "python":
        full = testfile.merged(existing, text, keep)
    else:
        root = work.workspace_of(server, source)
        origin = (root if source.is_relative_to(root) else source.parent) / name
        text = text if language == "java" else moved(text, origin, target)
        full = braces.merged(existing, text, keep, language)
    label = Text(f"{len(keep)} generated tests", f"{len(keep)} 个生成的测试").of(server.settings.language)
    confirm = label if work.can_confirm(server, server.settings) else None
    return uris.from_fs_path(str(target)) or "", work.edit(server, target, full, confirm=confirm)


def held(document: TextDocument, answer: Answer, name: str, tests: set[str]) -> set[str]:
    """Return those of the tests that stand in a generated file; in one that was there, all that stand in no other."""
    language = work.language_of(document)
    if not answer.grew(name):
        return tests & _names(answer.made.files[name], language)
    others = (text for other, text in answer.made.files.items() if other != name)
    return tests.difference(*(_names(text, language) for text in others))


def rejecting(server: TestServer, document: TextDocument, line: int) -> list[lsp.CodeAction]:
    """Offer to take out the generated test under the cursor."""
    lines = document.source.split("\n")
    for name, start, end in _lines_of(document):
        if start <= line < end and name in server.written[document.uri]:
            title = Text(f"Reject the generated test {name}", f"拒绝生成的测试 {name}").of(server.settings.language)
            after = next((n for n in range(end, len(lines)) if lines[n].strip()), len(lines))
            span = lsp.Range(lsp.Position(start, 0), lsp.Position(after, 0))
            change = lsp.WorkspaceEdit(changes={document.uri: [lsp.TextEdit(span, "")]})
            return [lsp.CodeAction(title=title, kind=lsp.CodeActionKind.QuickFix, edit=change)]
    return []


def _lines_of(document: TextDocument) -> list[tuple[str, int, int]]:
    """Return the tests of a file with their lines (from 0), the end excluded; none of one that does not parse."""
    language, text = work.language_of(document), document.source
    if language == "python":
        try:
            return [(one.name, one.start, one.end) for one in testfile.tests(text)]
        except SyntaxError:
            return []
    return [
        (one.name, text.count("\n", 0, one.start), text.count("\n", 0, one.end) + 1)
        for one in braces.pieces(text, language)
    ]


def _usual(server: TestServer, source: Path, language: str, name: str) -> Path:
    """Return where a generated file goes in a project that has no tests of the source."""
    workspace, setting = work.workspace_of(server, source), server.settings.test_folder
    if language == "python":
        return path_of_tests(source, name, workspace, setting)
    return path_beside(source, name, language, workspace, setting)


def _grown(existing: str, text: str, keep: set[str], language: str, base: str) -> str:
    """Return the server's own text as long as the file is what it knows, else the file with what is new in it."""
    ends = "\r\n" if "\r\n" in existing else "\n"
    now = existing.replace("\r\n", "\n")
    if now == base:
        full = text
    elif language == "python":
        full = testfile.merged(now, testfile.additions(base, text), keep)
    else:
        full = braces.merged(now, text, keep, language)
    return full.replace("\n", ends)


def _names(text: str, language: str) -> set[str]:
    if language == "python":
        return {one.name for one in testfile.tests(text)}
    return {one.name for one in braces.pieces(text, language)}

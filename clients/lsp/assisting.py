"""Explain, edit, fix: the code assistant as commands and code actions.

The command for an edit takes an instruction; as a code action, a TODO in the selection is the instruction.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from clients.lsp import api, failing, work
from clients.lsp.problems import Problem, Text
from clients.lsp.session import SOURCE, TestServer

EXPLAIN, EDIT, FIX = "moeAssistant.explain", "moeAssistant.edit", "moeAssistant.fix"
_TODO = re.compile(r"(?:#|//|/?\*)\s*(?:TODO|FIXME)\b\W*(?P<wish>[^\n]+?)\s*(?:\*/)?$", re.MULTILINE)
_MOST_TITLE = 60
_WRONG = {
    "code": Text("The code seems wrong.", "代码似乎有误。"),
    "test": Text("The test seems wrong.", "测试似乎有误。"),
    "fixture": Text("The fixture seems wrong.", "夹具似乎有误。"),
}


def register(server: TestServer) -> None:
    """Add the commands."""
    server.command(EXPLAIN)(_explain)
    server.command(EDIT)(_edit)
    server.command(FIX)(_fix)


def actions(server: TestServer, document: TextDocument, span: lsp.Range) -> list[lsp.CodeAction]:
    """Offer what can be done at a place: fix the test there; explain what is selected, or do what a TODO in it says."""
    found = []
    path = Path(document.path)
    test = failing.test_at(path, document.source, span.start.line) if failing.is_test(path) else None
    if test is not None:
        title = Text(f"Fix the failing test {test}", f"修复失败的测试 {test}")
        found.append(_action(server, title, lsp.CodeActionKind.QuickFix, FIX, document.uri, test))
    if span.start == span.end:
        return found
    first, last = _lines(span)
    title = Text("Explain the selection", "解释所选代码")
    found.append(_action(server, title, lsp.CodeActionKind.Refactor, EXPLAIN, document.uri, first, last))
    todo = _TODO.search("\n".join(document.source.splitlines()[first - 1 : last]))
    if todo is not None:
        wish = todo["wish"]
        shown = wish if len(wish) <= _MOST_TITLE else f"{wish[:_MOST_TITLE]}…"
        title = Text(f"Do: {shown}", f"执行：{shown}")
        found.append(_action(server, title, lsp.CodeActionKind.Refactor, EDIT, document.uri, first, last, wish))
    return found


def _action(server: TestServer, title: Text, kind: lsp.CodeActionKind, command: str, *given: object) -> lsp.CodeAction:
    words = title.of(server.settings.language)
    return lsp.CodeAction(
        title=words, kind=kind, command=lsp.Command(title=words, command=command, arguments=list(given))
    )


async def _explain(server: TestServer, *arguments: object) -> dict[str, Any] | None:
    """Explain lines of a document: its address, first and last line from 1; without lines, all of it."""

    async def act(document: TextDocument) -> dict[str, Any]:
        body = {"task": "explain", **_sources(server, document), **_place(document, arguments)}
        worked = await _asked(server, Text("Explaining", "正在解释"), body)
        text = worked.text
        if worked.unknown_names:
            names = ", ".join(worked.unknown_names)
            unknown = Text(f"Not found in the code that was sent: {names}", f"在所发送的代码中未找到：{names}")
            text = f"{text}\n\n{unknown.of(server.settings.language)}"
        server.window_show_message(lsp.ShowMessageParams(lsp.MessageType.Info, text))
        return {"text": text}

    return await server.alone(arguments, act)


async def _edit(server: TestServer, *arguments: object) -> dict[str, Any] | None:
    """Change lines of a document: its address, first and last line from 1, and what shall change."""

    async def act(document: TextDocument) -> dict[str, Any]:
        instruction = str(arguments[3]).strip() if len(arguments) > 3 else ""
        if not instruction:
            raise Problem(
                "no_instruction",
                Text(
                    f"Say what shall change: {EDIT} takes an address, the first and last line, and an instruction.",
                    f"请说明要改什么：{EDIT} 需要地址、首行、末行和说明。",
                ),
            )
        body = {"task": "edit", **_sources(server, document), **_place(document, arguments), "instruction": instruction}
        before = document.version, document.source
        worked = await _asked(server, Text("Editing", "正在修改"), body)
        if worked.change is None or worked.change.text == before[1]:
            server.say(Text("The model changed nothing. Say it in other words.", "模型未作修改。请换一种说法。"))
            return {"applied": False}
        applied = await _apply(server, Path(document.path), before[1], worked.change.text)
        faults = [f"{one.line}: {one.why}" for one in worked.syntax.faults]
        if faults:
            text = Text(f"The change does not parse in line {faults[0]}.", f"修改后有语法错误，行 {faults[0]}。")
            server.say(text, lsp.MessageType.Warning)
        return {"applied": applied, "faults": faults}

    return await server.alone(arguments, act)


async def _fix(server: TestServer, *arguments: object) -> dict[str, Any] | None:
    """Fix a failing test: the address of its file, and its name as its runner writes it."""

    async def act(document: TextDocument) -> dict[str, Any]:
        path = Path(document.path)
        workspace = work.workspace_of(server, path)
        needed = failing.gathered_for_fix(path, document.source, workspace, lambda one: work.text_of(server, one))
        if needed is None:
            raise Problem("no_source", _untested(path))
        body = {"task": "fix", "files": needed.files, "target": needed.target, "test_file": needed.test_file}
        if len(arguments) > 1 and arguments[1]:
            body["test"] = str(arguments[1])
        worked = await _asked(server, Text("Fixing", "正在修复"), body)
        applied = False
        if worked.change is not None:
            place = needed.places[worked.change.path]
            applied = await _apply(server, place, needed.files[worked.change.path], worked.change.text)
        server.say(_said(worked))
        wrong = None if worked.verdict is None else worked.verdict.wrong
        return {"wrong": wrong, "applied": applied, "path": None if worked.change is None else worked.change.path}

    return await server.alone(arguments, act)


def _untested(path: Path) -> Text:
    if failing.language_of(path) == "java":
        return Text(
            f"{path.name} uses no class of this project that could be found. "
            "Name it after the class that it tests, in the same package.",
            f"{path.name} 未用到能找到的本项目的类。请按被测类命名，并放在同一个包中。",
        )
    return Text(
        f"{path.name} imports no module of this project, so what it tests cannot be found. Import it there.",
        f"{path.name} 未导入本项目的任何模块，因此找不到被测代码。请在其中导入。",
    )


async def _asked(server: TestServer, title: Text, body: dict[str, Any]) -> api.Worked:
    body["language"] = server.settings.language
    return await work.call(server, server.settings, title, body, api.work)


async def _apply(server: TestServer, path: Path, before: str, after: str) -> bool:
    """Send the change as one edit. Raises Problem when the file is not what the assistant saw."""
    if work.text_of(server, path) != before:
        text = Text(f"{path.name} has changed since. Ask again.", f"{path.name} 此后已改动。请重新请求。")
        raise Problem("changed_since", text)
    title = Text("Change by the assistant", "助手的修改").of(server.settings.language)
    change = work.edit(server, path, after, confirm=title if work.can_confirm(server, server.settings) else None)
    answer = await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit=change, label=SOURCE))
    return answer.applied


def _sources(server: TestServer, document: TextDocument) -> dict[str, Any]:
    body = work.request(server, server.settings, document, None)
    return {"files": body["files"], "target": body["target"]}


def _place(document: TextDocument, arguments: tuple[object, ...]) -> dict[str, int]:
    count = max(1, len(document.source.splitlines()))
    if len(arguments) < 3 or not all(isinstance(one, int | float) for one in arguments[1:3]):
        return {"line": 1, "end_line": count}
    first, last = (min(max(1, int(str(one).split(".")[0])), count) for one in arguments[1:3])
    return {"line": first, "end_line": max(first, last)}


def _lines(span: lsp.Range) -> tuple[int, int]:
    """Return the lines that a selection means, from 1: an end at the start of a line does not take that line in."""
    end = span.end.line
    if span.end.character == 0 and end > span.start.line:
        end -= 1
    return span.start.line + 1, end + 1


def _said(worked: api.Worked) -> Text:
    verdict, passed = worked.verdict, worked.passed
    times = (0, 0) if passed is None else (passed.passed, passed.runs)
    if verdict is not None and verdict.wrong == "nothing":
        return Text(
            f"The test passes on the server, {times[0]} of {times[1]} times.",
            f"该测试在服务器上通过（{times[1]} 次中 {times[0]} 次）。",
        )
    wrong = Text("It is not clear what is wrong.", "无法确定哪里有误。")
    found = wrong if verdict is None else _WRONG.get(verdict.wrong, wrong)
    by = (
        Text(" (the model's opinion)", "（模型的看法）")
        if verdict is not None and verdict.by == "model"
        else Text("", "")
    )
    change = Text(
        f"With this change it passes, {times[0]} of {times[1]} times.",
        f"采用此修改后通过（{times[1]} 次中 {times[0]} 次）。",
    )
    if worked.change is None:
        change = Text(
            "No change was found that makes the test pass and keeps the others.",
            "未找到既能通过该测试又不影响其他测试的修改。",
        )
    if verdict is not None and verdict.why:
        found = Text(f"{found.en[:-1]}: {verdict.why.rstrip('.')}.", f"{found.zh[:-1]}：{verdict.why.rstrip('。')}。")
    return Text(f"{found.en}{by.en} {change.en}", f"{found.zh}{by.zh}{change.zh}")

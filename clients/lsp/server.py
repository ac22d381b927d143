"""The server: what editors may ask, and how it is answered."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.workspace import TextDocument

from clients.lsp import api, assisting, completing, failing, marks, work, writing
from clients.lsp.definitions import definitions
from clients.lsp.problems import Problem, Text
from clients.lsp.session import SOURCE, TestServer
from clients.lsp.settings import Settings
from clients.lsp.symbols import Symbol, symbol_at, symbols

GENERATE = "moeAssistant.generate"
CANCEL = "moeAssistant.cancel"
KIND = "refactor.tests"
_LANGUAGES = frozenset({"python", "javascript", "typescript", "java"})


def create(settings: Settings) -> TestServer:
    """Build the server."""
    server = TestServer(settings)
    server.feature(lsp.INITIALIZE)(_initialize)
    server.feature(lsp.WORKSPACE_DID_CHANGE_CONFIGURATION)(_configured)
    server.feature(lsp.TEXT_DOCUMENT_CODE_LENS)(_lenses)
    options = lsp.CodeActionOptions(code_action_kinds=[KIND, lsp.CodeActionKind.QuickFix, lsp.CodeActionKind.Refactor])
    server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, options)(_actions)
    server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)(_closed)
    server.command(GENERATE)(_generate)
    server.command(CANCEL)(_cancel)
    assisting.register(server)
    completing.register(server)
    return server


def _initialize(server: TestServer, params: lsp.InitializeParams) -> None:
    _take(server, params.initialization_options)


def _configured(server: TestServer, params: lsp.DidChangeConfigurationParams) -> None:
    _take(server, params.settings)


def _take(server: TestServer, options: object) -> None:
    try:
        server.settings = server.settings.with_options(options)
    except Problem as problem:
        server.say(problem.text, lsp.MessageType.Error)


def _lenses(server: TestServer, params: lsp.CodeLensParams) -> list[lsp.CodeLens]:
    document = server.workspace.get_text_document(params.text_document.uri)
    title = Text("Generate tests", "生成测试").of(server.settings.language)
    return [
        lsp.CodeLens(
            range=lsp.Range(lsp.Position(symbol.line, 0), lsp.Position(symbol.line, 0)),
            command=lsp.Command(title=title, command=GENERATE, arguments=[document.uri, symbol.name]),
        )
        for symbol in _symbols(document)
    ]


def _actions(server: TestServer, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    document = server.workspace.get_text_document(params.text_document.uri)
    return [*_of_tests(server, document, params), *assisting.actions(server, document, params.range)]


def _of_tests(server: TestServer, document: TextDocument, params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
    if document.uri in server.written:
        return writing.rejecting(server, document, params.range.start.line)
    actions = _bug_fixes(server, document, params.context.diagnostics)
    if document.language_id == "python" and not _is_source(document):
        return actions
    found = symbol_at(_symbols(document), params.range.start.line)
    if found is not None:
        title = Text(f"Generate unit tests for {found.name}", f"为 {found.name} 生成单元测试")
        actions.append(_command(server, title, document.uri, found.name))
    title = Text("Generate unit tests for this file", "为此文件生成单元测试")
    return [*actions, _command(server, title, document.uri)]


def _command(server: TestServer, title: Text, *arguments: str) -> lsp.CodeAction:
    words = title.of(server.settings.language)
    return lsp.CodeAction(
        title=words, kind=KIND, command=lsp.Command(title=words, command=GENERATE, arguments=list(arguments))
    )


def _bug_fixes(server: TestServer, document: TextDocument, marked: Sequence[lsp.Diagnostic]) -> list[lsp.CodeAction]:
    """Offer the failing test of a suspected bug."""
    answer = server.results.get(document.uri)
    if answer is None:
        return []
    wanted = {str(one.data) for one in marked if one.source == SOURCE and one.code == "suspected_bug"}
    actions = []
    for name in answer.made.files:
        there = writing.held(document, answer, name, wanted)
        if not there:
            continue
        title = Text("Add the failing test that shows it", "添加能显示该问题的失败测试").of(server.settings.language)
        change = writing.edit(server, document, answer, name, there)
        shown = [one for one in marked if str(one.data) in there]
        actions.append(lsp.CodeAction(title=title, kind=lsp.CodeActionKind.QuickFix, diagnostics=shown, edit=change[1]))
    return actions


async def _generate(server: TestServer, *arguments: object) -> dict[str, Any] | None:
    """Write tests for a document (its address), or for one of its symbols (its name): arguments of the command."""
    symbol = str(arguments[1]) if len(arguments) > 1 and arguments[1] else None

    async def act(document: TextDocument) -> dict[str, Any] | None:
        try:
            return await _made(server, document, symbol)
        except Problem as problem:
            if problem.code == "syntax_error":
                server.publish(document, [marks.syntax(document, problem, server.settings.language)])
            raise

    return await server.alone(arguments, act)


def _cancel(server: TestServer, *arguments: object) -> int:
    """Stop the run for a document, or every run: for editors whose progress has no button."""
    stopped = [task for uri, task in server.running.items() if not arguments or uri == arguments[0]]
    for task in stopped:
        task.cancel()
    return len(stopped)


async def _made(server: TestServer, document: TextDocument, symbol: str | None) -> dict[str, Any]:
    server.publish(document, [])
    answer = await work.ask(server, server.settings, document, symbol)
    server.results[document.uri], made = answer, answer.made
    server.publish(document, marks.findings(document, made, server.settings.language))
    passed = {test.name for test in made.tests if test.status == "passed"}
    targets: list[str] = []
    for name in made.files:
        there = writing.held(document, answer, name, passed)
        if not there:
            continue  # a failing test is offered on its diagnostic
        target, change = writing.edit(server, document, answer, name, there)
        done = await server.workspace_apply_edit_async(lsp.ApplyWorkspaceEditParams(edit=change, label=SOURCE))
        if done.applied:
            targets.append(target)
            server.written.setdefault(target, set()).update(there)
    summary = {
        "tests": len(passed), "files": targets, "suspected_bugs": len(made.suspected_bugs),
        "left_out": len(made.left_out), "line_coverage": made.line_coverage, "mutation_score": made.mutation_score,
        "before": None if made.before is None else made.before.line,
    }  # fmt: skip
    if answer.unable is not None:
        unable = _unable(None if answer.there is None else answer.there.path.name)
        server.say(unable, lsp.MessageType.Warning, answer.unable.detail)
    server.say(_summary(made, len(passed)))
    return summary


def _unable(name: str | None) -> Text:
    """Say that a file of tests, or without one the fixtures for first tests, could not be taken along."""
    if name is None:
        return Text(
            "The fixtures of the project could not be used on the server.", "项目的 fixture 无法在服务器上使用。"
        )
    return Text(
        f"{name} could not be run on the server, so new tests may repeat it.",
        f"{name} 无法在服务器上运行，新测试可能与其重复。",
    )


def _summary(made: api.Generated, passed: int) -> Text:
    line, score = f"{made.line_coverage:.0%}", "–" if made.mutation_score is None else f"{made.mutation_score:.0%}"
    bugs, laws = len(made.suspected_bugs), sum(bool(one.symbol) for one in made.left_out)
    unused = len(made.left_out) - laws  # a fixture is of no symbol
    more = Text(f" Laws not confirmed: {laws}.", f"未证实的规律 {laws} 条。") if laws else Text("", "")
    if unused:
        more = Text(f"{more.en} Fixtures not used: {unused}.", f"{more.zh}未使用的 fixture {unused} 个。")
    old = "" if made.before is None else f"{made.before.line:.0%}"
    before = Text(f" (before {old})", f"（此前 {old}）") if old else Text("", "")
    return Text(
        f"{passed} tests: line coverage {line}{before.en}, mutation score {score}, suspected bugs {bugs}.{more.en}",
        f"{passed} 个测试：行覆盖率 {line}{before.zh}，变异得分 {score}，疑似缺陷 {bugs} 个。{more.zh}",
    )


def _symbols(document: TextDocument) -> list[Symbol]:
    """Return what tests can be asked for by its name; nothing in a file of tests."""
    language = work.language_of(document)
    if not _is_source(document) or language not in _LANGUAGES:
        return []
    return symbols(document.source) if language == "python" else definitions(document.source, language)


def _is_source(document: TextDocument) -> bool:
    path = Path(document.path)
    return (path.suffix == ".py" or document.language_id != "python") and not failing.is_test(path)


def _closed(server: TestServer, params: lsp.DidCloseTextDocumentParams) -> None:
    uri = params.text_document.uri
    server.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(uri=uri, diagnostics=[]))

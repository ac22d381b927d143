"""The language server as editors use it: a process of its own, spoken to by the protocol, before the real assistant."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from lsprotocol import types as lsp
from pygls import uris
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from assistant.api.buckets import Limit
from tests.codekit import FAR, far_numbers_are_not_searched
from tests.functional.conftest import Serve, Served

CHECKOUT = Path(__file__).resolve().parents[2]
SOURCE = '''def net(price: float, rebate: float) -> float:
    """Return the price less the rebate.

    Raises:
        ValueError: if price is negative.

    >>> net(10.0, 4.0)
    6.0
    """
    if rebate > price:
        return 0.0
    return price - rebate


class Cart:
    def add(self, item: int) -> int:
        """Add one.

        >>> Cart().add(1)
        2
        """
        return item + 1
'''
GENERATE, CANCEL = "moeAssistant.generate", "moeAssistant.cancel"


class Editor:
    """An editor with one file open, that applies the edits it is sent."""

    def __init__(self, client: LanguageClient, folder: Path) -> None:
        self.client, self.folder = client, folder
        self.edits: list[lsp.ApplyWorkspaceEditParams] = []
        self.path = folder / "till.py"
        self.accepts = True

        @client.feature(lsp.WORKSPACE_APPLY_EDIT)
        def apply(params: lsp.ApplyWorkspaceEditParams) -> lsp.ApplyWorkspaceEditResult:
            self.edits.append(params)
            if self.accepts:
                self.apply(params.edit)
            return lsp.ApplyWorkspaceEditResult(applied=self.accepts)

    @property
    def uri(self) -> str:
        return uris.from_fs_path(str(self.path)) or ""

    def apply(self, edit: lsp.WorkspaceEdit) -> None:
        for change in edit.document_changes or []:
            if isinstance(change, lsp.TextDocumentEdit):
                self._write(
                    change.text_document.uri, [one for one in change.edits if not isinstance(one, lsp.SnippetTextEdit)]
                )
        for uri, edits in (edit.changes or {}).items():
            self._write(uri, list(edits))

    def _write(self, uri: str, edits: list[Any]) -> None:
        path = Path(uris.to_fs_path(uri) or "")
        for edit in edits:
            lines = path.read_text().split("\n") if path.exists() else [""]
            start, end = edit.range.start.line, edit.range.end.line
            rest = lines[end:] if end < len(lines) else [""]
            path.write_text("\n".join(lines[:start]) + ("\n" if start else "") + edit.new_text + "\n".join(rest))

    def open(self, text: str = SOURCE, *, name: str = "till.py", language: str = "python", save: bool = True) -> str:
        self.path = self.folder / name
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if save:
            self.path.write_text(text)
        item = lsp.TextDocumentItem(uri=self.uri, language_id=language, version=1, text=text)
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return self.uri

    async def run(self, *arguments: object, command: str = GENERATE) -> Any:
        given = list(arguments) or [self.uri]
        return await self.client.workspace_execute_command_async(lsp.ExecuteCommandParams(command, given))

    async def actions(self, uri: str, line: int, marked: list[lsp.Diagnostic] | None = None) -> list[Any]:
        span = lsp.Range(lsp.Position(line, 0), lsp.Position(line, 0))
        asked = lsp.CodeActionParams(lsp.TextDocumentIdentifier(uri), span, lsp.CodeActionContext(marked or []))
        found = await self.client.text_document_code_action_async(asked)
        return list(found or [])  # lsprotocol reads an action that has a command as the command alone

    async def lenses(self) -> list[lsp.CodeLens]:
        asked = lsp.CodeLensParams(lsp.TextDocumentIdentifier(self.uri))
        return list(await self.client.text_document_code_lens_async(asked) or [])

    @property
    def told(self) -> list[str]:
        return [message.message for message in self.client.messages]

    @property
    def marked(self) -> list[lsp.Diagnostic]:
        return list(self.client.diagnostics.get(self.uri, []))

    async def until(self, true: Callable[[], object], seconds: float = 20.0) -> None:
        deadline = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < deadline, self.told
            await asyncio.sleep(0.02)


Start = Callable[..., Any]


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start the language server for an assistant; `options` are the editor's settings, `key` goes into the key file."""

    @asynccontextmanager
    async def begin(
        url: str, key: str = "ak_12345678_wrong-key", *, editor: str = "visual_studio_code", verbose: bool = False,
        **options: object,
    ) -> AsyncIterator[Editor]:  # fmt: skip
        file = tmp_path / "key"
        file.write_text(key + "\n")
        file.chmod(0o600)
        folder = tmp_path / "project"
        folder.mkdir()
        client = make_test_lsp_client()
        command = [sys.executable, "-m", "clients.lsp", "--token-file", str(file), *(["--verbose"] if verbose else [])]
        await client.start_io(
            "sh", "-c", 'exec "$0" "$@" 2>"$TOLD"', *command, cwd=str(CHECKOUT),
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path[1:]), "TOLD": str(tmp_path / "stderr")},
        )  # fmt: skip
        root = uris.from_fs_path(str(folder)) or ""
        made = Editor(client, folder)
        capabilities = client_capabilities(editor)
        params = lsp.InitializeParams(
            capabilities=capabilities,
            root_uri=root,
            workspace_folders=[lsp.WorkspaceFolder(root, "project")],
            initialization_options={"endpoint": url, "budget": 1, **options},
        )
        await client.initialize_session(params)
        yield made
        await client.shutdown_session()
        await client.stop()

    return begin


AWAY = "http://127.0.0.1:9"
"""Where nobody listens."""


async def test_the_server_says_what_it_can(start: Start) -> None:
    async with start(AWAY) as editor:
        able = (
            editor.client.protocol.server_capabilities
            if hasattr(editor.client.protocol, "server_capabilities")
            else None
        )
        editor.open()
        assert await editor.lenses()
        assert able is None or able.execute_command_provider is not None


async def test_a_lens_stands_above_functions_classes_and_methods(start: Start) -> None:
    async with start(AWAY) as editor:
        editor.open()
        lenses = await editor.lenses()
    assert [(one.range.start.line, one.command.arguments[1]) for one in lenses] == [
        (0, "net"),
        (14, "Cart"),
        (15, "Cart.add"),
    ]
    assert {one.command.title for one in lenses} == {"Generate tests"}


@pytest.mark.parametrize(
    ("name", "language", "source", "lenses"),
    [
        ("till.js", "javascript", "exports.a = 1;\nfunction net(a) {\n  return a;\n}\n", ["net"]),
        ("till.tsx", "typescriptreact", "export const Net = (a: number) => a;\n", ["Net"]),
        ("Till.java", "java", "class Till {\n  public int net() {\n    return 1;\n  }\n}\n", ["Till", "Till.net"]),
        ("till.test.js", "javascript", "function net() {}\n", []),
        ("TillTest.java", "java", "class TillTest {}\n", []),
        ("till.go", "go", "func Net() {}\n", []),
    ],
)
async def test_lenses_stand_in_other_languages_and_not_in_tests(
    start: Start, name: str, language: str, source: str, lenses: list[str]
) -> None:
    async with start(AWAY) as editor:
        uri = editor.open(source, name=name, language=language)
        assert [one.command.arguments[1] for one in await editor.lenses()] == lenses
        titles = [one.title for one in await editor.actions(uri, source.count("\n") // 2)]
    assert titles[:-1] == [f"Generate unit tests for {name}" for name in lenses[-1:]]


async def test_lenses_follow_what_is_typed(start: Start) -> None:
    async with start(AWAY) as editor:
        uri = editor.open()
        change = lsp.TextDocumentContentChangeWholeDocument("def other(a): ...\n")
        editor.client.text_document_did_change(
            lsp.DidChangeTextDocumentParams(lsp.VersionedTextDocumentIdentifier(uri=uri, version=2), [change])
        )
        assert [one.command.arguments[1] for one in await editor.lenses()] == ["other"]


async def test_files_of_tests_have_no_lenses(start: Start) -> None:
    async with start(AWAY) as editor:
        editor.open(name="test_till.py")
        assert await editor.lenses() == []


async def test_the_action_names_the_symbol_under_the_cursor_and_the_file(start: Start) -> None:
    async with start(AWAY) as editor:
        uri = editor.open()
        titles = [one.title for one in await editor.actions(uri, 16)]
        outside = [one.title for one in await editor.actions(uri, 12)]
    assert titles == ["Generate unit tests for Cart.add", "Generate unit tests for this file"]
    assert outside == ["Generate unit tests for this file"]


async def test_everything_is_said_in_chinese_when_asked(start: Start) -> None:
    async with start(AWAY, language="zh-CN") as editor:
        uri = editor.open()
        assert (await editor.lenses())[0].command.title == "生成测试"
        assert (await editor.actions(uri, 0))[0].title == "为 net 生成单元测试"
        answer = await editor.run()
        assert "没有响应" in answer["message"]
        assert "没有响应" in editor.told[-1]


async def test_a_server_that_is_down_is_said_to_be_down(start: Start) -> None:
    async with start(AWAY) as editor:
        editor.open()
        assert (await editor.run())["error"] == "unreachable"
        assert AWAY in editor.told[-1]


async def test_a_key_in_the_settings_is_refused_and_not_repeated(start: Start) -> None:
    async with start(AWAY, token="ak_12345678_in-settings") as editor:
        await editor.until(lambda: editor.told)
        assert "tokenFile" in editor.told[0]
        assert "in-settings" not in "".join(editor.told)


async def test_a_wrong_setting_is_named_and_the_rest_works(start: Start) -> None:
    async with start(AWAY, colour="blue") as editor:
        await editor.until(lambda: editor.told)
        assert "colour" in editor.told[0]
        editor.open()
        assert len(await editor.lenses()) == 3


async def test_settings_can_change_while_it_runs(start: Start) -> None:
    async with start(AWAY) as editor:
        editor.open()
        changed = {"moeAssistant": {"language": "zh"}}
        editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(changed))
        assert (await editor.lenses())[0].command.title == "生成测试"


async def test_a_key_file_that_others_can_read_is_refused(start: Start, tmp_path: Path) -> None:
    loose = tmp_path / "loose"
    loose.write_text("ak_12345678_secret")
    loose.chmod(0o644)
    async with start(AWAY, tokenFile=str(loose)) as editor:
        editor.open()
        answer = await editor.run()
    assert answer["error"] == "no_token"
    assert "chmod 600" in answer["message"]


async def test_plain_http_to_another_machine_is_refused(start: Start) -> None:
    async with start("http://assistant.example.com") as editor:
        editor.open()
        answer = await editor.run()
    assert answer["error"] == "bad_setting"
    assert "unencrypted" in answer["message"]


async def test_stopping_when_nothing_runs_is_no_error(start: Start) -> None:
    async with start(AWAY) as editor:
        assert await editor.run("file:///nothing", command=CANCEL) == 0


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()


async def test_tests_arrive_as_an_edit_with_figures_and_the_suspected_bug(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        uri = editor.open()
        answer = await editor.run()
        written = (editor.folder / "test_till.py").read_text()
        assert answer["tests"] >= 3
        assert answer["line_coverage"] == 1.0
        assert answer["suspected_bugs"] == 1
        compile(written, "test_till.py", "exec")
        assert "from till import" in written
        await editor.until(lambda: editor.marked)
        (bug,) = editor.marked
        assert (bug.range.start.line, bug.severity, bug.code) == (0, lsp.DiagnosticSeverity.Warning, "suspected_bug")
        assert "net(-1" in bug.message
        assert not (editor.folder / "test_till_suspected.py").exists()
        # the failing test is offered on the diagnostic
        fix = next(one for one in await editor.actions(uri, 0, [bug]) if isinstance(one, lsp.CodeAction))
        assert fix.edit is not None
        editor.apply(fix.edit)
        assert "pytest.raises(ValueError)" in (editor.folder / "test_till_suspected.py").read_text()
        # each generated test can be rejected by itself
        target = uris.from_fs_path(str(editor.folder / "test_till.py")) or ""
        first = next(n for n, line in enumerate(written.split("\n")) if line.startswith("def test_"))
        item = lsp.TextDocumentItem(uri=target, language_id="python", version=1, text=written)
        editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        reject, fix = await editor.actions(target, first)
        assert fix.title.startswith("Fix the failing test test_")
        assert reject.edit is not None
        editor.apply(reject.edit)
        left = (editor.folder / "test_till.py").read_text()
        compile(left, "test_till.py", "exec")
        assert left.count("def test_") == written.count("def test_") - 1


@pytest.mark.parametrize(("language", "words"), [("en", "does not hold for number="), ("zh", "不成立")])
async def test_a_law_that_was_refuted_is_a_hint_at_its_function(
    served: Served, start: Start, monkeypatch: pytest.MonkeyPatch, language: str, words: str
) -> None:
    """The project names Hypothesis, so the laws are written with it, and it refutes them."""
    far_numbers_are_not_searched(monkeypatch)
    async with start(served.url, served.key, language=language) as editor:
        (editor.folder / "requirements.txt").write_text("hypothesis\n")
        editor.open(FAR, name="far.py")
        answer = await editor.run()
        assert (answer["left_out"], answer["suspected_bugs"]) == (1, 1)
        await editor.until(lambda: len(editor.marked) == 2)
        bug, left = editor.marked
    assert (bug.code, bug.range.start.line) == ("suspected_bug", 3)
    assert (left.code, left.severity, left.range.start.line) == ("left_out", lsp.DiagnosticSeverity.Hint, 8)
    assert words in left.message
    assert "test_normalize_twice_is_normalize_once" in left.message
    assert {"en": "Laws not confirmed: 1", "zh": "未证实的规律 1 条"}[language] in editor.told[-1]
    assert "test_normalize_twice" not in (editor.folder / "test_far.py").read_text()


async def test_progress_begins_reports_and_ends(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        editor.open()
        await editor.run(editor.uri, "Cart.add")
        await editor.until(lambda: editor.client.progress_reports)
        (reports,) = editor.client.progress_reports.values()
        kinds = [getattr(report, "kind", None) for report in reports]
    assert kinds[0] == "begin"
    assert kinds[-1] == "end"
    assert "report" in kinds


async def test_one_symbol_gets_tests_of_its_own(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        editor.open()
        await editor.run(editor.uri, "Cart.add")
        written = (editor.folder / "test_till.py").read_text()
    assert "Cart" in written
    assert "net(" not in written


async def test_an_editor_without_progress_is_served_too(served: Served, start: Start) -> None:
    async with start(served.url, served.key, editor="emacs") as editor:
        editor.open()
        assert (await editor.run(editor.uri, "Cart.add"))["tests"] >= 1


async def test_what_is_not_saved_is_what_is_tested(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        (editor.folder / "till.py").write_text("raise SystemExit\n")
        editor.open("def twice(n: int) -> int:\n    return n * 2\n", save=False)
        assert (await editor.run())["tests"] >= 1
        assert "twice" in (editor.folder / "test_till.py").read_text()


@pytest.mark.slow
async def test_neighbours_go_along_with_their_unsaved_changes(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        editor.open("RATE = 2\n", name="shop/rates.py")
        (editor.folder / "shop" / "rates.py").write_text("not python (\n")
        (editor.folder / "shop" / "__init__.py").write_text("")
        text = "from shop.rates import RATE\n\n\ndef tax(n: int) -> int:\n    return n * RATE\n"
        editor.open(text, name="shop/tax.py")
        assert (await editor.run())["tests"] >= 1
        assert "from shop.tax import tax" in (editor.folder / "shop" / "test_tax.py").read_text()


async def test_a_file_of_tests_is_added_to_and_never_overwritten(served: Served, start: Start) -> None:
    ours = '"""Ours."""\n\nimport os\n\n\ndef test_ours():\n    assert os\n'
    async with start(served.url, served.key) as editor:
        (editor.folder / "tests").mkdir()
        (editor.folder / "tests" / "test_till.py").write_text(ours)
        editor.open()
        await editor.run(editor.uri, "Cart.add")
        text = (editor.folder / "tests" / "test_till.py").read_text()
    kept = iter(text.splitlines())
    assert all(line in kept for line in ours.splitlines())
    assert "Cart" in text


async def test_a_refused_edit_leaves_nothing_behind(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        editor.accepts = False
        editor.open()
        answer = await editor.run(editor.uri, "Cart.add")
        assert answer["files"] == []
        assert [path.name for path in editor.folder.iterdir()] == ["till.py"]


async def test_the_editor_asks_before_it_writes_when_set_so(served: Served, start: Start) -> None:
    async with start(served.url, served.key, confirm=True) as editor:
        editor.open()
        await editor.run(editor.uri, "Cart.add")
    notes = editor.edits[0].edit.change_annotations or {}
    assert [note.needs_confirmation for note in notes.values()] == [True]


async def test_cancelling_the_progress_stops_the_work_on_the_server(served: Served, start: Start) -> None:
    await _stops(served, start, lambda editor: editor.client.window_work_done_progress_cancel(_token(editor)))


@pytest.mark.slow
async def test_the_command_to_stop_stops_the_work_on_the_server(served: Served, start: Start) -> None:
    async def stop(editor: Editor) -> None:
        assert await editor.run(editor.uri, command=CANCEL) == 1

    await _stops(served, start, stop)


def _token(editor: Editor) -> lsp.WorkDoneProgressCancelParams:
    return lsp.WorkDoneProgressCancelParams(next(iter(editor.client.progress_reports)))


async def _stops(served: Served, start: Start, stop: Callable[[Editor], Awaitable[None] | None]) -> None:
    """Stop a run of a minute; the bench is free for the next one at once."""
    async with start(served.url, served.key, budget=60) as editor:
        editor.open()
        run = asyncio.ensure_future(editor.run())
        await editor.until(lambda: any(len(reports) >= 3 for reports in editor.client.progress_reports.values()))
        began = time.monotonic()
        stopping = stop(editor)
        if stopping is not None:
            await stopping
        assert (await asyncio.wait_for(run, 10))["error"] == "cancelled"
        assert time.monotonic() - began < 2
        with served.client() as client:
            body = {"source": "def f(n: int) -> int:\n    return n\n", "budget": 1}
            answer = await asyncio.to_thread(client.post, "/api/v1/tests", json=body, timeout=60)
        assert answer.status_code == 200
        assert time.monotonic() - began < 30


async def test_a_second_run_for_a_file_is_not_started(served: Served, start: Start) -> None:
    async with start(served.url, served.key, budget=60) as editor:
        editor.open()
        run = asyncio.ensure_future(editor.run())
        await editor.until(lambda: editor.client.progress_reports)
        assert await editor.run() is None
        assert "already" in editor.told[-1]
        await editor.run(editor.uri, command=CANCEL)
        assert (await run)["error"] == "cancelled"


async def test_a_wrong_key_is_said_to_be_wrong(served: Served, start: Start) -> None:
    async with start(served.url) as editor:
        editor.open()
        answer = await editor.run()
    assert answer["error"] == "not_authenticated"


async def test_a_syntax_error_is_marked_where_it_is(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        editor.open("x = '退款'\ndef f(:\n    pass\n")
        assert (await editor.run())["error"] == "syntax_error"
        await editor.until(lambda: editor.marked)
        (mark,) = editor.marked
    assert (mark.severity, mark.range.start.line, mark.range.start.character) == (lsp.DiagnosticSeverity.Error, 1, 6)


async def test_marks_go_when_the_next_run_begins_and_when_the_file_closes(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        uri = editor.open("def f(:\n")
        await editor.run()
        await editor.until(lambda: editor.marked)
        editor.client.text_document_did_close(lsp.DidCloseTextDocumentParams(lsp.TextDocumentIdentifier(uri)))
        await editor.until(lambda: not editor.marked)


@pytest.mark.parametrize(("language", "name"), [("go", "till.go"), ("rust", "till.rs")])
async def test_a_language_that_the_server_cannot_do_is_a_clear_error(
    served: Served, start: Start, language: str, name: str
) -> None:
    async with start(served.url, served.key) as editor:
        uri = editor.open("class Till { int net() { return 1; } }\n", name=name, language=language)
        assert [one.title for one in await editor.actions(uri, 0)] == ["Generate unit tests for this file"]
        answer = await editor.run()
    assert answer["error"] in {"missing_runner", "unknown_language", "bad_path"}
    assert not list(editor.folder.glob("test_*"))


async def test_too_many_requests_say_when_to_come_back(serve: Serve, start: Start) -> None:
    served = serve(limit=Limit(rate=0.05, burst=1))
    async with start(served.url, served.key) as editor:
        editor.open("def f(:\n")
        await editor.run()
        answer = await editor.run()
    assert answer["error"] == "rate_limited"
    assert "Try again in" in answer["message"]


async def test_the_key_is_in_nothing_that_is_said_or_written(served: Served, start: Start, tmp_path: Path) -> None:
    """After a run that worked, one that failed on the way, and a key among the settings; with all that is logged."""
    async with start(served.url, served.key, budget=1, verbose=True) as editor:
        editor.open()
        await editor.run(editor.uri, "Cart.add")
        for settings in ({"endpoint": AWAY}, {"apiKey": served.key}):
            changed = {"moeAssistant": settings}
            editor.client.workspace_did_change_configuration(lsp.DidChangeConfigurationParams(changed))
            await editor.run(editor.uri, "Cart.add")
        spoken = (
            repr(editor.client.messages)
            + repr(editor.client.log_messages)
            + repr(editor.edits)
            + repr(editor.client.diagnostics)
        )
        progress = repr(editor.client.progress_reports)
    logged = (tmp_path / "stderr").read_text()
    files = "".join(path.read_text() for path in editor.folder.rglob("*") if path.is_file())
    assert "/api/v1/tests" in logged, "the request stands in the log, so the key could"
    for place in (spoken, progress, logged, files):
        assert served.key not in place
        assert served.key.rpartition("_")[2] not in place


@pytest.mark.parametrize(
    ("name", "language", "source", "near", "there", "wanted"),
    [
        (
            "till.js", "javascript", 'const { less } = require("./less");\nexports.net = (a, b) => less(a, b);\n',
            ("less.js", "exports.less = (a, b) => (b > a ? 0 : a - b);\n"),
            ("till.test.js", 'it("is ours", () => {\n  expect(1).toBe(1);\n});\n'), 'it("net gives',
        ),
        (
            "Till.java", "java", "class Till {\n  static int net(int a) {\n    return Less.of(a);\n  }\n}\n",
            ("Less.java", "class Less {\n  static int of(int a) {\n    return a > 2 ? a - 1 : 0;\n  }\n}\n"),
            ("TillTest.java", "class TillTest {\n  void ours() {}\n}\n"), "Till.net(",
        ),
    ],
    ids=["javascript", "java"],
)  # fmt: skip
async def test_other_languages_bring_their_neighbours_and_add_to_their_file(
    serve: Serve, start: Start, name: str, language: str, source: str, near: tuple[str, str], there: tuple[str, str],
    wanted: str,
) -> None:  # fmt: skip
    served = serve()
    async with start(served.url, served.key) as editor:
        for file, text in (near, there):
            (editor.folder / file).write_text(text)
        editor.open(source, name=name, language=language)
        done = await editor.run()
    assert done["tests"] >= 1, done
    added = (editor.folder / there[0]).read_text()
    assert wanted in added
    assert set(there[1].splitlines()) <= set(added.splitlines())

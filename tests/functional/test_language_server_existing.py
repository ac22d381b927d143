"""Tests that a project has already, through the language server: the server runs them and adds what they lack."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from lsprotocol import types as lsp
from pygls import uris

from tests.functional import test_language_server as protocol
from tests.functional.conftest import Serve, Served

start = protocol.start
Start = Callable[..., AbstractAsyncContextManager[protocol.Editor]]

CONFTEST = "import pytest\n\n\n@pytest.fixture\ndef price():\n    return 10.0\n"
OURS = '''"""Ours."""

from till import net


def test_ours(price):
    assert net(price, 4.0) == 6.0
'''
CLASS = """import unittest

from till import net


class TestNet(unittest.TestCase):
    def test_ours(self):
        self.assertEqual(net(10.0, 4.0), 6.0)
"""


@pytest.fixture
def served(serve: Serve) -> Served:
    return serve()


def keeps(text: str, ours: str) -> bool:
    """Whether every line that was there is there, in its order."""
    lines = iter(text.splitlines())
    return all(line in lines for line in ours.splitlines())


def written(editor: protocol.Editor, **files: str) -> None:
    for name, text in files.items():
        path = editor.folder / "tests" / f"{name}.py"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)


async def test_what_tests_lack_is_added_to_them_with_their_fixtures(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        written(editor, conftest=CONFTEST, test_till=OURS)
        editor.open()
        answer = await editor.run(editor.uri, "net")
        text = (editor.folder / "tests" / "test_till.py").read_text()
        assert not (editor.folder / "test_till.py").exists()
    assert 0 < answer["before"] < answer["line_coverage"]
    assert f"(before {answer['before']:.0%})" in editor.told[-1]
    assert answer["files"] == [uris.from_fs_path(str(editor.folder / "tests" / "test_till.py"))]
    assert keeps(text, OURS)
    assert text.count("def test_") > 1
    compile(text, "test_till.py", "exec")


async def test_what_tests_do_already_is_not_written_again(served: Served, start: Start) -> None:
    """Without them the example of the documentation would be the first test."""
    async with start(served.url, served.key) as editor:
        written(editor, test_till=OURS.replace("(price)", "()").replace("price,", "10.0,"))
        editor.open()
        await editor.run(editor.uri, "net")
        assert (editor.folder / "tests" / "test_till.py").read_text().count("net(10.0, 4.0)") == 1


async def test_methods_are_added_to_a_project_of_unittest_and_rejected_one_by_one(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        written(editor, test_till=CLASS)
        editor.open()
        assert (await editor.run())["tests"] >= 2
        path = editor.folder / "tests" / "test_till.py"
        text = path.read_text()
        assert keeps(text, CLASS)
        assert "class GeneratedTests(unittest.TestCase):" in text
        uri = uris.from_fs_path(str(path)) or ""
        item = lsp.TextDocumentItem(uri=uri, language_id="python", version=1, text=text)
        editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        lines = text.split("\n")
        line = max(n for n, one in enumerate(lines) if one.startswith("    def test_"))
        reject = (await editor.actions(uri, line))[0]
        name = lines[line].split("(")[0].split()[-1]
        assert reject.title == f"Reject the generated test {name}"
        editor.apply(reject.edit)
        left = path.read_text()
        compile(left, "test_till.py", "exec")
        assert f"def {name}(" not in left
        assert left.count("def test_") == text.count("def test_") - 1


@pytest.mark.parametrize(
    ("language", "words"), [("en", "could not be run on the server"), ("zh", "无法在服务器上运行")]
)
async def test_tests_that_the_server_cannot_run_are_added_to_all_the_same(
    served: Served, start: Start, language: str, words: str
) -> None:
    ours = f"import nowhere_to_be_had\n{OURS}"
    async with start(served.url, served.key, language=language) as editor:
        written(editor, conftest=CONFTEST, test_till=ours)
        editor.open()
        answer = await editor.run(editor.uri, "net")
        text = (editor.folder / "tests" / "test_till.py").read_text()
    assert answer["tests"] >= 1
    assert answer["before"] is None
    assert any(words in said and "nowhere_to_be_had" in said for said in editor.told)
    assert keeps(text, ours)
    assert text.count("def test_") > 1


async def test_what_is_typed_into_the_tests_meanwhile_stays(served: Served, start: Start) -> None:
    async with start(served.url, served.key) as editor:
        written(editor, conftest=CONFTEST, test_till=OURS)
        editor.open()
        source, path = editor.uri, editor.folder / "tests" / "test_till.py"
        uri = uris.from_fs_path(str(path)) or ""
        item = lsp.TextDocumentItem(uri=uri, language_id="python", version=1, text=OURS)
        editor.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        run = asyncio.ensure_future(editor.run(source, "net"))
        await editor.until(lambda: any(len(told) > 1 for told in editor.client.progress_reports.values()))
        typed = f"{OURS}\n\ndef test_typed():\n    assert 1\n"
        path.write_text(typed)
        change = lsp.TextDocumentContentChangeWholeDocument(typed)
        document = lsp.VersionedTextDocumentIdentifier(uri=uri, version=2)
        editor.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        await run
        text = path.read_text()
    assert keeps(text, typed)
    assert text.count("def test_typed") == text.count("def test_ours") == 1
    assert text.count("def test_") > 2


async def test_tests_of_jest_in_a_folder_of_their_own_are_added_to(served: Served, start: Start) -> None:
    """With a server that adds to files of Jest, and with one that does not: then they are merged here."""
    ours = 'const { net } = require("../till");\n\nit("is ours", () => {\n  expect(net(3, 1)).toBe(2);\n});\n'
    async with start(served.url, served.key) as editor:
        path = editor.folder / "src" / "__tests__" / "till.test.js"
        path.parent.mkdir(parents=True)
        path.write_text(ours)
        source = "const net = (price, rebate) => (rebate > price ? 0 : price - rebate);\n\nmodule.exports = { net };\n"
        editor.open(source, name="src/till.js", language="javascript")
        answer = await editor.run()
        text = path.read_text()
        assert not (editor.folder / "src" / "till.test.js").exists()
    assert answer["tests"] >= 1, answer
    assert keeps(text, ours)
    assert text.count("require(") == 1
    assert text.count("expect(") > 1


ACCOUNT = '''class Account:
    """Money under a number with a check digit."""

    def __init__(self, number: str) -> None:
        if number[:2] != "GB" or sum(map(ord, number[4:])) % 97 != int(number[2:4]) or len(number) < 12:
            raise ValueError("no such number")
        self.balance = 0

    def pay_in(self, cents: int) -> int:
        """Add cents."""
        self.balance += cents
        return self.balance
'''
FIXTURE = """import pytest

from account import Account


@pytest.fixture
def account():
    return Account("GB16ABCDEFGHIJ")
"""


async def test_first_tests_take_the_fixtures_of_the_folder_they_go_to(served: Served, start: Start) -> None:
    async with start(served.url, served.key, budget=3) as editor:
        written(editor, conftest=FIXTURE)
        editor.open(ACCOUNT, name="account.py")
        answer = await editor.run(editor.uri, "Account.pay_in")
        text = (editor.folder / "tests" / "test_account.py").read_text()
    assert answer["files"] == [uris.from_fs_path(str(editor.folder / "tests" / "test_account.py"))]
    assert "(account):\n    assert account.pay_in(" in text
    assert answer["left_out"] == 0
    compile(text, "test_account.py", "exec")


@pytest.mark.parametrize(("language", "words"), [("en", "Fixtures not used: 1."), ("zh", "未使用的 fixture 1 个。")])
async def test_a_conftest_that_the_server_cannot_use_is_told_and_tests_come_without_it(
    served: Served, start: Start, language: str, words: str
) -> None:
    async with start(served.url, served.key, language=language) as editor:
        written(editor, conftest=f"import nowhere_to_be_had\n{CONFTEST}")
        editor.open()
        answer = await editor.run(editor.uri, "net")
        text = (editor.folder / "tests" / "test_till.py").read_text()
        marked = [one.message for one in editor.marked if one.code == "left_out"]
    assert answer["tests"] >= 1
    assert "price)" not in "".join(line for line in text.splitlines() if line.startswith("def test_"))
    assert words in editor.told[-1]
    assert len(marked) == 1
    assert "tests/conftest.py" in marked[0]
    assert "No module named 'nowhere_to_be_had'" in marked[0]


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "The fixtures of the project could not be used"), ("zh", "项目的 fixture 无法在服务器上使用")],
)
async def test_fixtures_that_the_server_does_not_take_are_left_out_and_told(
    served: Served, start: Start, language: str, words: str
) -> None:
    """Within the count of characters, and more bytes than a body may have."""
    async with start(served.url, served.key, language=language) as editor:
        written(editor, conftest=f"{CONFTEST}# {'说' * 120_000}\n")
        editor.open()
        answer = await editor.run(editor.uri, "net")
        assert (editor.folder / "tests" / "test_till.py").exists()
    assert answer["tests"] >= 1
    assert any(words in said for said in editor.told)

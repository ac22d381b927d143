"""The code assistant through the language server: explain, edit, fix, as commands and actions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest
from lsprotocol import types as lsp

from tests.chatkit import model
from tests.functional import test_language_server as protocol
from tests.functional.conftest import Serve, Served
from tests.functional.test_code_assistant import JAVA, JAVA_TEST, JS, JS_TEST

EXPLAIN, EDIT, FIX = "moeAssistant.explain", "moeAssistant.edit", "moeAssistant.fix"
start = protocol.start
Start = Callable[..., AbstractAsyncContextManager[protocol.Editor]]
NET = "def net(price, rebate):\n    # TODO: never below zero\n    return price - rebate\n"
BODY = "    return max(price - rebate, 0)"
MONEY = '''def to_cents(amount):
    """Return whole cents.

    >>> to_cents(1.5)
    150
    """
    return amount * 10
'''
TEST = "from money import to_cents\n\n\ndef test_two():\n    assert to_cents(2) == 200\n"
FIXED = "```python\ndef to_cents(amount):\n    return round(amount * 100)\n```"


def span(first: int, last: int) -> lsp.Range:
    return lsp.Range(lsp.Position(first, 0), lsp.Position(last, 0))


async def offered(editor: protocol.Editor, first: int, last: int) -> list[Any]:
    """What is offered for whole lines, counted from 0, the last one left out."""
    asked = lsp.CodeActionParams(
        lsp.TextDocumentIdentifier(editor.uri), span(first, last), lsp.CodeActionContext([])
    )  # fmt: skip
    return list(await editor.client.text_document_code_action_async(asked) or [])


def serving(serve: Serve, *answers: str) -> Served:
    return serve(model(*answers))


async def test_a_selection_can_be_explained_and_a_todo_in_it_done(start: Start) -> None:
    async with start(protocol.AWAY) as editor:
        editor.open(NET)
        titles = [one.title for one in await offered(editor, 1, 3)]
        nothing = [one.title for one in await offered(editor, 1, 1)]
    assert titles[-2:] == ["Explain the selection", "Do: never below zero"]
    assert not {"Explain the selection", "Do: never below zero"} & set(nothing)


async def test_a_selection_is_offered_in_chinese(start: Start) -> None:
    async with start(protocol.AWAY, language="zh") as editor:
        editor.open(NET)
        assert [one.title for one in await offered(editor, 1, 3)][-2:] == ["解释所选代码", "执行：never below zero"]


async def test_an_explanation_is_shown_and_unknown_names_are_told(serve: Serve, start: Start) -> None:
    served = serving(serve, "It takes the `rebate` off; `nett` too.")
    async with start(served.url, served.key) as editor:
        uri = editor.open(NET)
        answer = await editor.run(uri, 2, 3, command=EXPLAIN)
        assert editor.told[-1] == answer["text"]
    assert answer["text"].endswith("Not found in the code that was sent: nett")


async def test_the_model_is_asked_for_an_explanation_in_the_language_of_the_settings(
    serve: Serve, start: Start
) -> None:
    scripted = model("它减去折扣。")
    served = serve(scripted)
    async with start(served.url, served.key, language="zh") as editor:
        uri = editor.open(NET)
        assert (await editor.run(uri, command=EXPLAIN))["text"] == "它减去折扣。"
    assert "中文" in "".join(message.content for message in scripted.requests[0].messages)


async def test_the_action_for_a_todo_edits_the_lines_selected(serve: Serve, start: Start) -> None:
    served = serving(serve, f"```python\n{BODY}\n```")
    async with start(served.url, served.key) as editor:
        editor.open(NET)
        action = ast.literal_eval((await offered(editor, 1, 3))[-1].command)  # see Editor.actions
        answer = await editor.run(*action["arguments"], command=action["command"])
        assert answer == {"applied": True, "faults": []}
        assert editor.path.read_text() == f"def net(price, rebate):\n{BODY}\n"


async def test_an_edit_without_an_instruction_says_what_is_missing(start: Start) -> None:
    async with start(protocol.AWAY) as editor:
        uri = editor.open(NET)
        answer = await editor.run(uri, 1, 3, command=EDIT)
    assert answer["error"] == "no_instruction"
    assert "an instruction" in answer["message"]


async def test_an_edit_that_does_not_parse_is_applied_with_a_warning(serve: Serve, start: Start) -> None:
    served = serving(serve, "```python\n    return (price\n```", "```python\n    return (price\n```")
    async with start(served.url, served.key) as editor:
        uri = editor.open(NET)
        answer = await editor.run(uri, 2, 3, "break it", command=EDIT)
        assert answer["faults"]
        assert "does not parse" in editor.told[-1]


async def test_a_failing_test_is_fixed_and_the_verdict_told(serve: Serve, start: Start) -> None:
    served = serving(serve, FIXED)
    async with start(served.url, served.key) as editor:
        (editor.folder / "money.py").write_text(MONEY)
        uri = editor.open(TEST, name="tests/test_money.py")
        (action,) = await editor.actions(uri, 4)
        assert action.title == "Fix the failing test test_two"
        answer = await editor.run(uri, "test_two", command=FIX)
        assert answer == {"wrong": "code", "applied": True, "path": "money.py"}
        assert editor.told[-1].startswith("The code seems wrong: ")
        assert editor.told[-1].endswith(". With this change it passes, 5 of 5 times.")
        assert "round(amount * 100)" in (editor.folder / "money.py").read_text()
        assert (editor.folder / "tests" / "test_money.py").read_text() == TEST


JEST = f"{JS_TEST.replace('./money', '../src/money').replace('test(', 'describe(`cents`, () => {  it(')}}});"
"""What `JS_TEST` says, within a block and across from its module."""
OPINION = '{"wrong": "code", "why": "Cents are hundredths."}'


@pytest.mark.parametrize(
    ("code", "test", "name", "said"),
    [
        (
            ("src/money.js", JS),
            ("tests/money.test.js", JEST),
            "cents two",
            ["const cents = (a) => Math.round(a * 100);"],
        ),
        (
            ("src/main/java/shop/Money.java", f"package shop;\n{JAVA}"),
            ("src/test/java/shop/MoneyTest.java", f"package shop;\n{JAVA_TEST}"),
            "two",
            [OPINION, "static int cents(int amount) {\n  return amount * 100;\n}"],
        ),
    ],
)
async def test_a_failing_test_of_jest_or_junit_is_fixed_from_its_code_action(
    serve: Serve, start: Start, code: tuple[str, str], test: tuple[str, str], name: str, said: list[str]
) -> None:
    served = serving(serve, *said[:-1], f"```\n{said[-1]}\n```")
    async with start(served.url, served.key) as editor:
        path = editor.folder / code[0]
        path.parent.mkdir(parents=True)
        path.write_text(code[1])
        uri = editor.open(test[1], name=test[0], language=path.suffix.replace(".js", "javascript").lstrip("."))
        line = test[1].split("\n").index(next(one for one in test[1].split("\n") if "200" in one))
        found = [ast.literal_eval(one.command) for one in await editor.actions(uri, line)]
        (action,) = [one for one in found if one["command"] == FIX]
        assert action["title"] == f"Fix the failing test {name}"
        answer = await editor.run(*action["arguments"], command=FIX)
        assert answer == {"wrong": "code", "applied": True, "path": code[0]}
        assert editor.told[-1].endswith("With this change it passes, 5 of 5 times.")
        assert "100" in path.read_text()
        assert (editor.folder / test[0]).read_text() == test[1]


async def test_a_junit_test_without_a_class_of_the_project_says_what_to_do(start: Start) -> None:
    async with start(protocol.AWAY) as editor:
        uri = editor.open(JAVA_TEST, name="MoneyTest.java", language="java")
        answer = await editor.run(uri, "two", command=FIX)
    assert answer["error"] == "no_source"
    assert "Name it after the class that it tests" in answer["message"]


async def test_a_test_that_imports_nothing_of_the_project_says_so(start: Start) -> None:
    async with start(protocol.AWAY, language="zh") as editor:
        uri = editor.open("def test_two():\n    assert 2\n", name="test_money.py")
        answer = await editor.run(uri, "test_two", command=FIX)
    assert answer["error"] == "no_source"
    assert "未导入" in answer["message"]


@pytest.mark.parametrize(
    ("language", "words"), [("en", "The model is starting or away"), ("zh", "模型正在启动或暂不可用")]
)
async def test_without_a_model_the_error_says_what_to_do(serve: Serve, start: Start, language: str, words: str) -> None:
    served = serving(serve)
    async with start(served.url, served.key, language=language) as editor:
        uri = editor.open(NET)
        answer = await editor.run(uri, command=EXPLAIN)
    assert answer["error"] == "model_unavailable"
    assert words in answer["message"]

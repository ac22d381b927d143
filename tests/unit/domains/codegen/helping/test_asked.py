"""What the model is asked: bounded, with a grammar, and never with more than it may see."""

from __future__ import annotations

import ast
import re

import pytest

from domains.codegen.engine.types import Project, Survivor
from domains.codegen.helping import asked, java, javascript, python
from domains.codegen.helping.language import Part, Prose, Style

SOURCE = """LIMIT = 3


def small(n):
    if n > LIMIT:
        return "much"
    return "little"


class Gate:
    def open(self, key):
        if key == 7:
            return True
        return False


def last():
    return 1
"""
STYLE = python.STYLE
PARTS = python.Python(Project({"m.py": SOURCE.encode()}, "m.py"), ast.parse(SOURCE)).parts()


def test_a_name_keeps_to_the_grammar_of_a_tests_name() -> None:
    messages, schema, tokens = asked.of_name(STYLE, "def f(): ...", "f(1)", "2")
    pattern = schema["properties"]["name"]["pattern"]
    assert re.fullmatch(pattern, "test_discount_of_zero_keeps_the_price")
    for bad in ("discount", "test_", "test_A_b", "test_a b_c", "test__a_b", "test_a;import_os"):
        assert not re.fullmatch(pattern, bad)
    assert schema["properties"]["reason"]["maxLength"] == 100
    assert schema["additionalProperties"] is False
    assert tokens <= 100
    assert "f(1)" in messages[-1].content


def test_long_calls_and_outcomes_are_cut() -> None:
    messages, _, _ = asked.of_name(STYLE, "", "f(" + "1" * 9000, "2" * 9000)
    assert len(messages[-1].content) < 1000


def test_prose_is_shown_with_the_signature_alone() -> None:
    said = Prose("small", "def small(n)", ("More than 3 is much.",))
    messages, schema, _ = asked.of_prose(STYLE, said)
    assert "def small(n)" in messages[-1].content
    assert "More than 3 is much." in messages[-1].content
    assert "LIMIT" not in messages[-1].content
    example = schema["properties"]["examples"]["items"]
    assert set(example["required"]) == {"quote", "call", "expected"}
    assert schema["properties"]["examples"]["maxItems"] == 3


def test_lines_that_were_not_reached_are_marked_where_they_stand() -> None:
    ((messages, schema, _),) = asked.of_places(STYLE, PARTS, SOURCE, [Survivor(6, "")])
    shown = messages[-1].content
    assert '        return "much"   # <- never reached' in shown
    assert shown.count("# <- never reached") == 1
    assert "class Gate" not in shown
    assert schema["properties"]["calls"]["maxItems"] == 6


def test_changes_that_no_test_noticed_are_told_with_their_line() -> None:
    ((messages, _, _),) = asked.of_places(STYLE, PARTS, SOURCE, [Survivor(12, "== becomes !=")])
    assert "Change in 'if key == 7:': == becomes !=" in messages[-1].content
    assert "never reached" not in messages[-1].content


def test_the_function_with_most_places_is_asked_about_first_and_lines_outside_never() -> None:
    places = [Survivor(16, ""), Survivor(5, ""), Survivor(6, ""), Survivor(1, "")]
    questions = asked.of_places(STYLE, PARTS, SOURCE, places)
    firsts = [messages[-1].content.split("\n")[0] for messages, _, _ in questions]
    assert firsts == ["def small(n):", "def last():"] or firsts[0] == "def small(n):"
    assert asked.of_places(STYLE, PARTS, SOURCE, [Survivor(1, "")]) == []


@pytest.mark.parametrize(("line", "name"), [(4, "small"), (7, "small"), (12, "Gate"), (1, None), (99, None)])
def test_a_line_lies_in_a_definition_at_the_top(line: int, name: str | None) -> None:
    assert getattr(asked.part_of(PARTS, line), "name", None) == name


def test_an_excerpt_is_bounded() -> None:
    source = "def f():\n" + "    x = 1\n" * 500
    assert len(asked.excerpt([Part("f", 1, 501)], source, "f").splitlines()) <= 70
    assert asked.excerpt([Part("F", 1, 2)], source, "F.method", 1) == "def f():"
    assert asked.excerpt([], source, "f") == ""


@pytest.mark.parametrize(
    ("style", "good", "bad"),
    [
        (
            javascript.STYLE,
            "keeps the price for a rebate of 0",
            ("Keeps all", "a();b c", "keeps it", "keeps  it x"),
        ),
        (java.STYLE, "rebateOfZeroKeepsThePrice", ("RebateOfZeroKeeps", "rebate_of_zero", "rebate", "a();bbbbbbbbb")),
    ],
)
def test_a_name_keeps_to_the_grammar_of_its_language(style: Style, good: str, bad: tuple[str, ...]) -> None:
    messages, schema, _ = asked.of_name(style, "code", "call", "outcome")
    pattern = schema["properties"]["name"]["pattern"]
    assert re.fullmatch(pattern, good)
    assert not any(re.fullmatch(pattern, one) for one in bad)
    assert style.named in messages[0].content


def test_questions_speak_of_the_language_they_are_about() -> None:
    said = Prose("small", "small(n)", ("More than 3 is much.",))
    messages, _, _ = asked.of_prose(java.STYLE, said)
    assert "the Java literal" in messages[0].content
    assert '"throws ErrorName"' in messages[0].content
    ((places, _, _),) = asked.of_places(javascript.STYLE, [Part("f", 1, 2)], "f(\n1)", [Survivor(2, "")])
    assert "1)   // <- never reached" in places[-1].content
    assert "new Cart(2).add(3)" in places[-1].content

"""What the model is asked: bounded, with a grammar, and never with more than it may see."""

from __future__ import annotations

import ast
import re

import pytest

from domains.codegen.engine.types import Survivor
from domains.codegen.helping import asked
from domains.codegen.helping.prose import Prose

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
TREE = ast.parse(SOURCE)


def test_a_name_keeps_to_the_grammar_of_a_tests_name() -> None:
    messages, schema, tokens = asked.of_name("def f(): ...", "f(1)", "2")
    pattern = schema["properties"]["name"]["pattern"]
    assert re.fullmatch(pattern, "test_discount_of_zero_keeps_the_price")
    for bad in ("discount", "test_", "test_A_b", "test_a b_c", "test__a_b", "test_a;import_os"):
        assert not re.fullmatch(pattern, bad)
    assert schema["properties"]["reason"]["maxLength"] == 100
    assert schema["additionalProperties"] is False
    assert tokens <= 100
    assert "f(1)" in messages[-1].content


def test_long_calls_and_outcomes_are_cut() -> None:
    messages, _, _ = asked.of_name("", "f(" + "1" * 9000, "2" * 9000)
    assert len(messages[-1].content) < 1000


def test_prose_is_shown_with_the_signature_alone() -> None:
    said = Prose("small", "def small(n)", ("More than 3 is much.",))
    messages, schema, _ = asked.of_prose(said)
    assert "def small(n)" in messages[-1].content
    assert "More than 3 is much." in messages[-1].content
    assert "LIMIT" not in messages[-1].content
    example = schema["properties"]["examples"]["items"]
    assert set(example["required"]) == {"quote", "call", "expected"}
    assert schema["properties"]["examples"]["maxItems"] == 3


def test_lines_that_were_not_reached_are_marked_where_they_stand() -> None:
    ((messages, schema, _),) = asked.of_places(TREE, SOURCE, [Survivor(6, "")])
    shown = messages[-1].content
    assert '        return "much"   # <- never reached' in shown
    assert shown.count("# <- never reached") == 1
    assert "class Gate" not in shown
    assert schema["properties"]["calls"]["maxItems"] == 6


def test_changes_that_no_test_noticed_are_told_with_their_line() -> None:
    ((messages, _, _),) = asked.of_places(TREE, SOURCE, [Survivor(12, "== becomes !=")])
    assert "Change in 'if key == 7:': == becomes !=" in messages[-1].content
    assert "never reached" not in messages[-1].content


def test_the_function_with_most_places_is_asked_about_first_and_lines_outside_never() -> None:
    places = [Survivor(16, ""), Survivor(5, ""), Survivor(6, ""), Survivor(1, "")]
    questions = asked.of_places(TREE, SOURCE, places)
    firsts = [messages[-1].content.split("\n")[0] for messages, _, _ in questions]
    assert firsts == ["def small(n):", "def last():"] or firsts[0] == "def small(n):"
    assert asked.of_places(TREE, SOURCE, [Survivor(1, "")]) == []


@pytest.mark.parametrize(("line", "name"), [(4, "small"), (7, "small"), (12, "Gate"), (1, None), (99, None)])
def test_a_line_lies_in_a_definition_at_the_top(line: int, name: str | None) -> None:
    assert getattr(asked.owner_of(TREE, line), "name", None) == name


def test_an_excerpt_is_bounded() -> None:
    source = "def f():\n" + "    x = 1\n" * 500
    owner = ast.parse(source).body[0]
    assert len(asked.excerpt(owner, source).splitlines()) <= 70

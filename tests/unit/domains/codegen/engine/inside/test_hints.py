"""What the source tells of parameters without a type."""

from __future__ import annotations

import ast
import re

import pytest

from domains.codegen.engine.inside.hints import Hint, examples, hints


def hint(source: str, name: str = "x", symbol: str = "f", **names: object) -> Hint:
    return hints(ast.parse(source), names)[symbol, name]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("isinstance(x, str)", "str"),
        ("isinstance(x, (list, dict))", "dict"),
        ("isinstance(x, numbers.Integral)", "int"),
        ("x.startswith('a')", "str"),
    ],
)
def test_types_that_the_code_asks_for(body: str, kind: str) -> None:
    assert kind in hint(f"def f(x):\n    return {body}").kinds


@pytest.mark.parametrize(
    ("body", "values"),
    [
        ("x == 'fast'", {"'fast'"}),
        ("x in ('a', 2)", {"'a'", "2"}),
        ("x.lower() == 'slow'", {"'slow'"}),
        ("TABLE[x]", {"'one'", "'two'"}),
        ("TABLE.get(x)", {"'one'", "'two'"}),
        ("x in TABLE", {"'one'", "'two'"}),
        ("y in TABLE", set()),
        ("x in unknown", set()),
    ],
)
def test_values_that_the_code_names(body: str, values: set[str]) -> None:
    assert set(hint(f"def f(x, y):\n    return {body}", TABLE={"one": 1, "two": 2}).values) == values


@pytest.mark.parametrize(
    ("name", "kind"), [("func", "callable"), ("max_width", "int"), ("items2", "list_int"), ("file_name", "str")]
)
def test_names_that_say_it(name: str, kind: str) -> None:
    assert kind in hint(f"def f({name}):\n    pass", name).kinds


def test_constructors_stand_under_their_class_and_types_need_no_hint() -> None:
    source = "class C:\n    def __init__(self, text):\n        pass\n    def m(self, n: int, key):\n        pass"
    assert set(hints(ast.parse(source), {})) == {("C", "text"), ("C.m", "key")}


def test_a_table_that_is_long_gives_its_first_items() -> None:
    table = {str(n): n for n in range(500)}
    values = hint("def f(x):\n    return TABLE[x]", TABLE=table).values
    assert 5 <= len(values) <= 40
    assert "'0'" in values


@pytest.mark.parametrize("body", ["re.search(x, 'a')", "re.compile(x).match('a')", "re.sub(x, '', 'a')"])
def test_what_is_used_as_a_regular_expression_is_tried_with_groups(body: str) -> None:
    values = [ast.literal_eval(text) for text in hint(f"def f(x):\n    return {body}").values]
    assert {re.compile(value).groups for value in values} == {0, 1, 2}


def test_what_is_searched_is_a_text_and_what_is_called_regex_an_expression() -> None:
    assert "str" in hint("def f(p, x):\n    return re.search(p, x)").kinds
    assert not hint("def f(p, x):\n    return re.search(p, x)").values
    assert "'([a-z])'" in hint("def f(word_regex):\n    return word_regex", "word_regex").values


@pytest.mark.parametrize(
    ("name", "text"),
    [("url", "'http://example.com/a?b=1#c'"), ("user_email", "'ada@example.com'"), ("json_", "'[]'"), ("x", None)],
)
def test_texts_for_what_nobody_comes_upon_by_chance(name: str, text: str | None) -> None:
    found = examples(name)
    assert (text in found) if text else found == ()
    assert all(isinstance(ast.literal_eval(one), str) for one in found)

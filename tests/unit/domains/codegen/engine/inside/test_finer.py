"""Finer slips: each makes its change within a function and takes it back; what no input can show is left alone."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.finer import finer

HEADS = {"returns", "pass", "nothing"}


def changed(body: str, arguments: str = "a, b") -> set[str]:
    """What stands in the function's body under each mutant, on one line."""
    source = f"def f({arguments}):\n" + "\n".join(f"    {line}" for line in body.split("\n"))
    tree = ast.parse(source)
    plain, found = ast.unparse(tree), set()
    for mutant in finer(tree):
        mutant.apply()
        text = ast.unparse(ast.fix_missing_locations(tree))
        compile(text, "mutant", "exec")
        mutant.revert()
        assert ast.unparse(tree) == plain, mutant.change
        found.add("; ".join(line.strip() for line in text.split("\n")[1:]))
    return found


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("return a - b", {"return a", "return b", "return b - b", "return a - a", "return a - b + 1"}),
        ("return a - b", {"return True", "return False", "return []", "return ''", "return 0", "pass"}),
        ("return a and b", {"return a", "return b", "return b and b"}),
        ("return a or b or 1", {"return b or 1", "return a or 1", "return a or b"}),
        ("return f(a, b)", {"return a", "return b", "return f(b, a)", "return f(b, b)", "return f(a + 1, b)"}),
        ("return a.strip(b)", {"return a", "return b", "return b.strip(b)"}),
        ("return a[b]", {"return a", "return a[b + 1]", "return a[b - 1]", "return b[b]", "return a[a]"}),
        ("return a[b:]", {"return a", "return a[b - 1:]"}),
        ("a.append(b)", {"pass", "a.append(a)", "a.append(b + 1)"}),
        ("if a > b:\n    raise ValueError", {"if True:; raise ValueError", "if False:; raise ValueError"}),
        ("if a > b:\n    raise ValueError", {"if a > b:; pass", "if a > b - 1:; raise ValueError"}),
        ("while a:\n    a = g(a)", {"while False:; a = g(a)", "while b:; a = g(a)", "while a:; a = a"}),
        ("c = a\nreturn c", {"pass; return c", "c = b; return c", "c = a; return a"}),
        ("return 7", {"return a", "return True", "return False", "return None"}),
    ],
)
def test_each_slip_is_made(body: str, expected: set[str]) -> None:
    assert expected <= changed(body)


def test_a_function_may_give_up_at_once_with_what_it_was_given() -> None:
    assert {"return a", "return None", "return True", "return False"} <= changed("b = g(a)\nreturn b")
    assert not {"return self", "return cls"} & changed("return 7", "self")


def test_a_generator_does_not_return_a_value_at_once() -> None:
    assert not any(text.startswith("return") for text in changed("yield a"))


@pytest.mark.parametrize("body", ['"""Say."""', "pass", "yield 1", "global c"])
def test_what_no_input_shows_is_left_alone(body: str) -> None:
    assert {text for text in changed(body, "") if not text.startswith("return")} == set()


def test_other_names_are_those_of_the_function_itself() -> None:
    texts = changed("def g(c):\n    return c\nd = a\nreturn d")
    assert "; def g(c):; return c; d = b; return d" in texts
    assert not any(text.endswith(("d = c; return d", "return c")) for text in texts)


def test_annotations_and_defaults_are_left_alone() -> None:
    tree = ast.parse("def f(a: list[int] = [1 + 2]) -> dict[str, int]:\n    return a")
    assert all("list[int]" in line and "1 + 2" in line for line in _first_lines(tree))


def _first_lines(tree: ast.Module) -> list[str]:
    lines = []
    for mutant in finer(tree):
        mutant.apply()
        lines.append(ast.unparse(ast.fix_missing_locations(tree)).split("\n")[0])
        mutant.revert()
    return lines


def test_nothing_outside_functions_is_changed() -> None:
    assert list(finer(ast.parse("x = a + b\nif x:\n    y = f(x, 1)\nclass A:\n    z = x[1:]"))) == []


def test_a_mutant_says_its_line_and_its_change() -> None:
    found = {(m.line, m.change) for m in finer(ast.parse("def f(a, b):\n    c = a\n    return g(c, b)"))}
    assert (3, "return g(c, b) -> return c") in found
    assert (3, "g(c, b) -> g(c, b + 1)") in found
    assert (2, "c = a -> nothing") in found
    assert (2, "returns a at once") in found


PIECES = [
    "c = a[b:]",
    "if a < b:\n        c = f(a, b)",
    "c = a.strip()",
    "for d in range(a):\n        g(d)",
    "return a + b",
]


@given(st.lists(st.sampled_from(PIECES), min_size=1, max_size=5))
def test_applied_and_reverted_in_any_order_the_tree_is_as_it_was(pieces: list[str]) -> None:
    assert changed("\n".join(pieces))

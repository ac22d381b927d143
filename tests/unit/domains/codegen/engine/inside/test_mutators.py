"""Every operator makes its change and takes it back; what no test should notice is left alone."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains.codegen.engine.inside.mutators import mutants


def changed(source: str) -> list[str]:
    """The module's text under each mutant."""
    tree = ast.parse(source)
    texts = []
    for mutant in mutants(tree):
        mutant.apply()
        texts.append(ast.unparse(ast.fix_missing_locations(tree)))
        mutant.revert()
        assert ast.unparse(tree) == ast.unparse(ast.parse(source)), mutant.change
    return texts


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("x = a < b", {"x = a <= b", "x = a >= b"}),
        ("x = a == b", {"x = a != b"}),
        ("x = a in b", {"x = a not in b"}),
        ("x = a is None", {"x = a is not None"}),
        ("x = a + b", {"x = a - b"}),
        ("x = a % b", {"x = a / b"}),
        ("x = a // b", {"x = a / b"}),
        ("x = a and b", {"x = a or b"}),
        ("x = not a", {"x = not not a"}),
        ("x = -a", {"x = +a"}),
        ("x = 3", {"x = 4"}),
        ("x = True", {"x = False"}),
        ("x = 'Ab'", {"x = 'XXAbXX'", "x = 'aB'"}),
        ("x = b'a'", {"x = b'XXaXX'"}),
        ("x += y", {"x -= y", "pass"}),
        ("x = f(a, k=b)", {"x = f(None, k=b)", "x = f(a)"}),
        ("if a:\n    pass", {"if not a:\n    pass"}),
        ("while a:\n    break", {"while not a:\n    break", "while a:\n    continue"}),
        ("for i in a:\n    continue", {"for i in a:\n    break"}),
        ("def f(a):\n    return a", {"def f(a):\n    return None"}),
    ],
)
def test_each_operator_makes_its_change(source: str, expected: set[str]) -> None:
    assert expected <= set(changed(source))


@pytest.mark.parametrize(
    "source",
    [
        '"""Says 3 things."""',
        "def f(a: 'int') -> 'str':\n    '''Give 3.'''",
        "__version__ = '1'",
        "@cache(3)\nclass A:\n    '''One.'''",
        "x: int",
        "if TYPE_CHECKING:\n    import a",
        "if __name__ == '__main__':\n    main(3)",
    ],
)
def test_what_no_test_should_notice_is_left_alone(source: str) -> None:
    assert changed(source) == []


def test_a_format_of_text_is_no_remainder() -> None:
    assert "x = '%s' / a" not in changed("x = '%s' % a")


def test_a_mutant_says_its_line_and_its_change() -> None:
    found = list(mutants(ast.parse("x = 1\ny = a < 2")))
    assert {(m.line, m.change) for m in found} >= {(2, "a < 2 -> a <= 2"), (2, "2 -> 3"), (1, "1 -> 2")}


def test_a_long_change_is_cut() -> None:
    found = list(mutants(ast.parse(f"x = f({', '.join('abcdefgh' * 3 for _ in range(9))})")))
    assert all(len(m.change) <= 130 for m in found)


@given(st.lists(st.sampled_from(["x = a < 1", "y = [b + 2]", "z = 'q' if c else -d", "w = f(a, b)"]), max_size=6))
def test_applied_and_reverted_in_any_order_the_tree_is_as_it_was(lines: list[str]) -> None:
    source = "\n".join(lines)
    assert all(text != ast.unparse(ast.parse(source)) for text in changed(source))

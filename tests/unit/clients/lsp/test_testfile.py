"""Adding generated tests to a file: nothing that is there changes, and what comes out parses."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clients.lsp.problems import Problem
from clients.lsp.testfile import additions, merged, statements
from clients.lsp.testfile import tests as parts_that_test

GENERATED = '''"""Tests of till."""

import pytest
from till import Cart, net


def test_net():
    assert net(10.0, 4.0) == 6.0


# why it matters
@pytest.mark.parametrize("n", [1, 2])
def test_cart(n):
    with pytest.raises(ValueError):
        Cart(0).add(n)
'''
BOTH = {"test_net", "test_cart"}


def names(text: str) -> list[str]:
    return [one.name for one in statements(text) if one.name]


def test_into_no_file_goes_the_generated_one() -> None:
    assert merged("", GENERATED, BOTH) == GENERATED


def test_imports_go_with_the_tests_that_need_them() -> None:
    only = merged("", GENERATED, {"test_net"})
    assert (
        only == '"""Tests of till."""\n\nfrom till import net\n\n\ndef test_net():\n    assert net(10.0, 4.0) == 6.0\n'
    )


def test_comments_and_decorators_stay_with_their_test() -> None:
    only = merged("", GENERATED, {"test_cart"})
    assert '# why it matters\n@pytest.mark.parametrize("n", [1, 2])\ndef test_cart' in only
    assert "from till import Cart\n" in only


def test_a_file_keeps_every_line_in_its_order() -> None:
    existing = (
        '"""Ours."""\n\nimport os\nfrom till import net\n\nX = 1\n\n\ndef test_ours():\n    assert os and net and X\n'
    )
    text = merged(existing, GENERATED, BOTH)
    kept = iter(text.splitlines())
    assert all(line in kept for line in existing.splitlines())
    assert names(text) == ["test_ours", "test_net", "test_cart"]
    assert text.count("from till import net\n") == 1
    assert "from till import Cart\n" in text


def test_adding_twice_changes_nothing() -> None:
    once = merged("", GENERATED, BOTH)
    assert merged(once, GENERATED, BOTH) == once


def test_another_test_of_the_same_name_is_kept() -> None:
    text = merged('def test_net():\n    assert "ours"\n', GENERATED, {"test_net"})
    assert names(text) == ["test_net", "test_net_2"]
    assert merged(text, GENERATED, {"test_net"}) == text


def test_line_ends_of_windows_stay() -> None:
    text = merged("import os\r\n\r\n\r\ndef test_ours():\r\n    assert os\r\n", GENERATED, BOTH)
    assert text.count("\n") == text.count("\r\n")


@pytest.mark.parametrize(
    "existing",
    [
        "def test_ours():\n    assert 1\n",
        '"""Ours."""\n\n\ndef test_ours():\n    assert 1\n',
        "from __future__ import annotations\n",
    ],
)
def test_imports_stand_where_python_takes_them(existing: str) -> None:
    text = merged(existing, GENERATED, BOTH)
    compile(text, "test_till.py", "exec")
    assert ast.get_docstring(ast.parse(text)) == ast.get_docstring(ast.parse(existing))


def test_a_file_that_does_not_parse_is_left_alone() -> None:
    with pytest.raises(Problem, match="test_file_broken"):
        merged("def test_ours(:\n", GENERATED, BOTH)


@given(st.lists(st.sampled_from(sorted(BOTH)), unique=True), st.lists(st.sampled_from(sorted(BOTH)), unique=True))
def test_the_order_of_decisions_does_not_decide_what_is_there(first: list[str], second: list[str]) -> None:
    after = merged(merged("", GENERATED, first), GENERATED, second)
    assert set(names(after)) == {*first, *second}


CLASSES = """import unittest


class TestTill(unittest.TestCase):
    def setUp(self):
        self.n = 1

    # why
    def test_one(self):
        assert self.n


class TestMore(unittest.TestCase):
    def test_two(self):
        assert 1


def test_three():
    assert 1
"""


def test_methods_are_tests_and_the_only_one_of_a_class_takes_the_class() -> None:
    found = {one.name: (one.start, one.end) for one in parts_that_test(CLASSES)}
    assert found == {"test_one": (7, 10), "test_two": (12, 15), "test_three": (17, 19)}
    lines = CLASSES.split("\n")
    for start, end in found.values():
        compile("\n".join(lines[:start] + lines[end:]), "test_till.py", "exec")


def test_what_was_added_is_put_into_a_file_that_changed_meanwhile() -> None:
    base = "import os\n\n\ndef test_ours():\n    assert os\n"
    whole = f"{base}\n\nfrom till import net\n\n\ndef test_net():\n    assert net(1) == 1\n"
    now = base.replace("assert os", "assert os.name")
    text = merged(now, additions(base, whole), {"test_net"})
    assert names(text) == ["test_ours", "test_net"]
    assert "assert os.name" in text
    assert "from till import net" in text
    assert additions(base, base).strip() == ""

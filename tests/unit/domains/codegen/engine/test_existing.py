"""A test file that is there keeps every word; what is new follows its framework and repeats nothing."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.existing import Existing, existing
from domains.codegen.engine.inside.scenarios import Scenario, Seen, Step
from domains.codegen.engine.rendering import Case
from domains.codegen.engine.types import Options, Project

MINE = '''"""Mine."""

import pytest
from shop import price


@pytest.fixture
def ten():
    return 10


def test_price_of_ten(ten):
    assert price(ten) == 9  # odd, and mine


def test_price_of_one():
    assert price(1) == 1
'''
OURS = '''"""Tests of shop."""

import pytest
from shop import double, price


def test_double_of_one_is_two():
    assert double(1) == 2


def test_price_of_minus_one_raises():
    with pytest.raises(ValueError, match="^no$"):
        price(-1)
'''
UNITTEST = """import unittest

import shop


class ShopTests(unittest.TestCase):
    def test_price(self):
        self.assertEqual(shop.price(3), 2)


if __name__ == "__main__":
    unittest.main()
"""
STAGED = '''"""Tests of shop."""

import random

import pytest
from shop import draw


@pytest.fixture(autouse=True)
def same_each_time():
    random.seed(0)


def test_draw_of_zero_is_zero():
    assert draw(0) == 0
'''


def merged(there: str, generated: str = OURS) -> str:
    text = Existing("tests/test_shop.py", there).merged(generated)
    assert text is not None
    ast.parse(text)
    return text


def test_every_line_is_kept_and_new_tests_follow() -> None:
    text = merged(MINE)
    lines = text.split("\n")
    assert [line for line in MINE.split("\n") if line not in lines] == []
    assert text.index("test_price_of_one") < text.index("test_double_of_one_is_two")
    assert "# odd, and mine" in text


def test_only_imports_that_are_lacking_are_added_below_the_others() -> None:
    text = merged(MINE)
    assert text.count("import pytest") == 1
    assert text.count("from shop import price") == 1
    assert text.index("from shop import price") < text.index("from shop import double") < text.index("@pytest.fixture")


def test_a_file_without_imports_gets_them_below_its_docstring() -> None:
    text = merged('"""Mine."""\n\n\ndef test_nothing():\n    assert True\n')
    assert text.startswith('"""Mine."""\nimport pytest\n')


def test_an_empty_file_is_filled() -> None:
    assert "def test_double_of_one_is_two" in merged("")


def test_unittest_gets_a_class_above_its_main() -> None:
    text = merged(UNITTEST)
    assert text.index("class ShopTests") < text.index("class GeneratedTests(unittest.TestCase)")
    assert text.index("class GeneratedTests") < text.index("unittest.main()")
    assert "self.assertEqual(double(1), 2)" in text
    assert "import pytest" not in text


def test_what_is_held_still_is_held_still_for_new_tests_alone() -> None:
    text = merged(MINE, STAGED)
    assert "autouse" not in text
    assert '@pytest.mark.usefixtures("same_each_time")\ndef test_draw_of_zero_is_zero' in text
    assert "import random" in text


def test_a_second_round_defines_nothing_twice() -> None:
    once = merged(MINE, STAGED)
    twice = merged(once, STAGED.replace("draw_of_zero", "draw_of_none"))
    assert twice.count("def same_each_time") == 1
    assert "def test_draw_of_none_is_zero" in twice


@pytest.mark.parametrize(
    "there",
    [
        "from other import double\n",
        "def double(n):\n    return n\n",
        "import other as double\n",
    ],
)
def test_names_that_mean_something_else_leave_the_file_alone(there: str) -> None:
    found = Existing("tests/test_shop.py", there)
    assert found.merged(OURS) is None
    assert found.beside() == "tests/test_shop_more.py"


@pytest.mark.parametrize(
    ("text", "is_unittest"),
    [(UNITTEST, True), (MINE, False), ("", False), (UNITTEST + "\n\ndef test_too():\n    assert 1\n", False)],
)
def test_the_framework_is_read_off_the_file(text: str, is_unittest: bool) -> None:
    assert Existing("t.py", text).unittest is is_unittest


def test_names_of_functions_and_methods_are_taken() -> None:
    assert {"test_price"} <= Existing("t.py", UNITTEST).names
    assert {"ten", "test_price_of_one"} <= Existing("t.py", MINE).names


def case(*steps: Step) -> Case:
    return Case(Scenario("price", steps), (Seen("value", "1", "int"),), "regression")


@pytest.mark.parametrize(
    ("one", "repeated"),
    [
        (case(Step("price", (("", "3"),))), True),
        (case(Step("price", (("", "4"),))), False),
        (case(Step("price", (("n", "3"),))), False),
        (case(Step("Cart", (), binds=True), Step("subject.add", (("", "3"),))), False),
        (case(Step("price(3)", reads=True)), False),
    ],
)
def test_a_call_that_is_made_already_is_a_repetition(one: Case, repeated: bool) -> None:
    assert Existing("t.py", UNITTEST).repeats(one) is repeated


def project(**files: str) -> Project:
    return Project({"m.py": b"", **{name.replace("__", "."): text.encode() for name, text in files.items()}}, "m.py")


def test_the_first_file_asked_for_is_the_one() -> None:
    found = existing(project(test_m__py=MINE), Options(existing=("test_m.py",)))
    assert found is not None
    assert found.path == "test_m.py"
    assert existing(project(), Options()) is None


@pytest.mark.parametrize(("text", "line"), [("def f(:\n", 1), ("x = '\0'", 0)])
def test_a_broken_test_file_is_said_by_name_and_place(text: str, line: int) -> None:
    with pytest.raises(SourceBroken, match="test_m") as error:
        existing(project(test_m__py=text), Options(existing=("test_m.py",)))
    assert error.value.line == line


def test_a_file_that_is_not_there_is_said() -> None:
    with pytest.raises(SourceBroken, match="not among the files"):
        existing(project(), Options(existing=("test_m.py",)))

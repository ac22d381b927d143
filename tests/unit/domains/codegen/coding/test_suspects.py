"""What may be at fault, in the order in which it is written anew."""

from __future__ import annotations

import pytest

from domains.codegen.coding.evidence import Failure
from domains.codegen.coding.suspects import Where, dotted, method, order, owned, plain, suspects
from domains.codegen.coding.work import Verdict, Wish, Wrong

CODE = """def outer(n):
    return inner(n) + 1


def inner(n):
    return n / 0


class Till:
    def take(self, coin):
        return coin

    def shared(self):
        return 1


class Box:
    def shared(self):
        return 2
"""
TESTS = """import pytest


@pytest.fixture
def coin():
    return 1


def test_outer():
    assert outer(1) == 2


class TestTill:
    def test_take(self, coin):
        assert Till().take(coin) == 1
"""
CONFTEST = "import pytest\n\n\n@pytest.fixture\ndef purse():\n    return []\n"
WISH = Wish(
    "fix", {"bank.py": CODE, "test_bank.py": TESTS, "conftest.py": CONFTEST}, "bank.py", test_file="test_bank.py"
)
TRACE = "test_bank.py:10: in test_outer\nbank.py:2: in outer\n    return inner(n) + 1\nbank.py:6: ZeroDivisionError"


def verdict(wrong: Wrong, why: str = "x") -> Verdict:
    return Verdict(wrong, why, "evidence")


def test_the_trace_names_the_innermost_function_first() -> None:
    assert suspects(WISH, Failure("test_outer", TRACE)) == ["inner", "outer"]


def test_without_a_trace_it_is_what_the_test_calls() -> None:
    assert suspects(WISH, Failure("test_outer", "AssertionError")) == ["outer"]
    assert suspects(WISH, Failure("TestTill::test_take", "AssertionError")) == ["Till.take"]


def test_a_method_of_several_classes_is_nobodys() -> None:
    assert owned(CODE, "shared") == ""
    assert method(CODE, "shared") is None
    assert owned(CODE, "take") == "Till.take"
    found = method(CODE, "take")
    assert found is not None
    assert found.name == "take"
    assert owned("class (", "take") == ""


def test_where_the_code_is_wrong_the_test_is_never_written_anew() -> None:
    places = order(WISH, verdict("code"), Failure("test_outer", TRACE))
    assert places == [
        Where("bank.py", "inner", "function"),
        Where("bank.py", "outer", "function"),
        Where("bank.py", "inner", "function"),
    ]


def test_where_the_test_is_wrong_the_code_is_left_alone() -> None:
    places = order(WISH, verdict("test"), Failure("TestTill::test_take", "x"))
    assert places == [Where("test_bank.py", "TestTill.test_take", "test")] * 2


def test_where_nothing_decides_both_are_tried_code_first() -> None:
    places = order(WISH, verdict("unclear"), Failure("test_outer", TRACE))
    assert [(place.path, place.what) for place in places] == [("bank.py", "function"), ("test_bank.py", "test")]


@pytest.mark.parametrize("wrong", ["test", "unclear"])
def test_a_file_that_cannot_be_loaded_has_no_test_to_write_anew(wrong: Wrong) -> None:
    assert order(WISH, verdict(wrong), Failure("", "ImportError")) == []


@pytest.mark.parametrize(
    ("why", "path"),
    [
        ("the fixture “coin” fails before the test begins", "test_bank.py"),
        ("fixture“purse”在测试开始前就失败了", "conftest.py"),
    ],
)
def test_a_fixture_is_looked_for_in_the_test_file_and_beside_it(why: str, path: str) -> None:
    places = order(WISH, verdict("fixture", why), Failure("test_outer", TRACE))
    assert {(place.path, place.what) for place in places} == {(path, "fixture")}


def test_a_fixture_that_is_nowhere_is_not_invented() -> None:
    assert order(WISH, verdict("fixture", "the fixture “gold” fails"), Failure("test_outer", TRACE)) == []


@pytest.mark.parametrize(
    ("test", "bare", "name"),
    [
        ("test_a", "test_a", "test_a"),
        ("test_a[1-x]", "test_a", "test_a"),
        ("TestA::test_b[0]", "TestA::test_b", "TestA.test_b"),
    ],
)
def test_names_of_pytest_are_read(test: str, bare: str, name: str) -> None:
    assert (plain(test), dotted(test)) == (bare, name)

"""What sentences say, and that a model cannot read more in them than they hold."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.inside.scenarios import Scenario
from domains.codegen.engine.types import Project
from domains.codegen.helping.calls import Callables
from domains.codegen.helping.language import About, Claim, Prose
from domains.codegen.helping.prose import claim, met
from domains.codegen.helping.python import Python

SOURCE = '''class Till:
    """Money."""

    def __init__(self, cents=0):
        self.cents = cents

    def change(self, paid: int) -> int:
        """Give back money; -1 when nothing was paid."""
        return paid - self.cents


# An empty list gives 0.
def mean(numbers):
    """Return the mean.

    Raises:
        TypeError: for text.

    A list of 2 and 4 gives 3. Quick and simple.

    >>> mean([100])
    100
    """
    # 空列表返回 0
    return sum(numbers) / len(numbers)


def plain(a):
    """Do things well."""
'''


def python(source: str) -> Python:
    return Python(Project({"m.py": source.encode()}, "m.py"), ast.parse(source), Callables({"f": "f", "g": "g"}))


KNOWN = python("")


def told_of(source: str) -> dict[str, Prose]:
    return {one.symbol: one for one in python(source).prose()}


def test_sentences_that_can_be_held_are_found_in_docstrings_and_comments() -> None:
    mean = told_of(SOURCE)["mean"]
    assert "A list of 2 and 4 gives 3." in mean.sentences
    assert "An empty list gives 0." in mean.sentences
    assert "空列表返回 0" in mean.text
    assert not any(">>>" in one or "100" in one or "Quick" in one for one in mean.sentences)


def test_the_model_is_shown_how_to_call_and_never_the_code() -> None:
    found = told_of(SOURCE)
    assert found["mean"].signature == "def mean(numbers)"
    assert found["Till.change"].signature.startswith("class Till(self, cents=0)\ndef change(self, paid: int) -> int")
    assert "sum(" not in found["mean"].text + found["mean"].signature


def test_what_says_nothing_that_could_be_held_is_left_alone() -> None:
    assert "plain" not in told_of(SOURCE)


def reading(sentence: str, call: str, expected: str) -> Claim[Scenario] | None:
    return claim(Prose("f", "def f(a)", (sentence,)), sentence, call, expected, KNOWN)


@pytest.mark.parametrize(
    ("sentence", "call", "expected"),
    [
        ("A list of 2 and 4 gives 3.", "f([2, 4])", "3"),
        ("An empty list gives zero.", "f([])", "0"),
        ("Negative numbers give None.", "f(-5)", "None"),
        ("Returns True for an empty text.", "f('')", "True"),
        ("The word 'abc' becomes 'cba'.", "f('abc')", "'cba'"),
        ('A text like "7" comes back unchanged.', "f('7')", "'7'"),
        ("An empty list raises ValueError.", "f([])", "raises ValueError"),
        ("An empty list raises ValueError.", "f([])", "ValueError"),
        ("空列表返回 0，不抛出异常", "f([])", "0"),
        ("One hundred becomes 1.5 times as much: 150.", "f(100)", "150.0"),
    ],
)
def test_a_reading_that_the_sentence_bears_is_taken(sentence: str, call: str, expected: str) -> None:
    assert reading(sentence, call, expected) is not None


@pytest.mark.parametrize(
    ("sentence", "call", "expected"),
    [
        ("A list of 2 and 4 gives 3.", "f([2, 4])", "6"),
        ("A list of 2 and 4 gives 3.", "f([5])", "3"),
        ("An empty list gives zero.", "f([])", "None"),
        ("An empty list raises ValueError.", "f([])", "raises TypeError"),
        ("An empty list gives 0.", "g([])", "0"),
        ("An empty list gives 0.", "f(open('x'))", "0"),
        ("An empty list gives 0.", "f([])", "len([])"),
        ("The first of 12 comes.", "f(1)", "2"),
        ("A value of 80 is halved.", "f(80)", "80"),
    ],
)
def test_a_reading_that_it_does_not_bear_is_not(sentence: str, call: str, expected: str) -> None:
    assert reading(sentence, call, expected) is None


def test_the_quote_must_stand_in_the_documentation() -> None:
    prose = Prose("f", "def f(a)", ("An empty list gives 0.",))
    assert claim(prose, "an  empty list gives 0", "f([])", "0", KNOWN) is not None
    assert claim(prose, "An empty list gives 1", "f([])", "1", KNOWN) is None
    assert claim(prose, "list", "f([])", "0", KNOWN) is None


def saw(result: str = "", raises: str = "") -> About:
    return About("f", "f([])", ("[]",), result or raises, result, raises, changed=False, said=())


def test_a_claim_is_met_by_the_same_value_or_exception() -> None:
    value, raising = reading("Empty gives 0.", "f([])", "0"), reading("Empty raises KeyError", "f([])", "KeyError")
    assert value is not None
    assert raising is not None
    assert met(value, saw("0"), KNOWN)
    assert met(value, saw("0.0"), KNOWN)
    assert not met(value, saw("1"), KNOWN)
    assert not met(value, saw(raises="KeyError"), KNOWN)
    assert not met(value, saw("object at 0x1"), KNOWN)
    assert met(raising, saw(raises="KeyError"), KNOWN)
    assert not met(raising, saw("0"), KNOWN)

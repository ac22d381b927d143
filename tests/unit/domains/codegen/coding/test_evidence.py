"""What is said to be wrong rests on documentation, traces and fixtures; where they are silent, nothing is claimed."""

from __future__ import annotations

import ast
from dataclasses import replace

import pytest

from domains.codegen.coding import functions
from domains.codegen.coding.evidence import Failure, as_tests, checks_for, judge, passing
from domains.codegen.coding.work import Wish
from domains.codegen.engine.contracts import Check
from domains.codegen.engine.types import Project

CODE = '''def area(width, height):
    """Return the area.

    >>> area(2, 3)
    6
    >>> area(-1, 3)
    Traceback (most recent call last):
    ValueError: negative
    """
    return width * height


def label(name):
    """Return the name in capitals."""
    return name.upper()
'''
TESTS = """import pytest

from shape import area, label


def test_area():
    assert area(2, 3) == 5


def test_same():
    assert area(2, 3) == 6


def test_refusal():
    with pytest.raises(TypeError):
        area(2, 3)


def test_label():
    assert label("a") == "B"


def test_variable():
    expected = 5
    assert area(2, 3) == expected
"""
WISH = Wish("fix", {"shape.py": CODE, "test_shape.py": TESTS}, "shape.py", test_file="test_shape.py")
EXAMPLE = Check(0, "area", "area(2, 3)", "6", None, "the example in its docstring")
ASSERTION = "test_shape.py:6: AssertionError\nE       assert 6 == 5"


def test_of(name: str) -> functions.Function:
    found = functions.find(TESTS, name)
    assert found is not None
    return found


test_of.__test__ = False  # type: ignore[attr-defined]


def test_only_examples_of_what_the_test_calls_are_asked() -> None:
    assert [check.source for check in checks_for(CODE, test_of("test_area"))] == ["area(2, 3)", "area(-1, 3)"]
    assert checks_for(CODE, test_of("test_label")) == []


def test_a_code_that_does_not_parse_has_no_examples() -> None:
    assert checks_for("def area(:", test_of("test_area")) == []


def test_documented_examples_become_tests_of_their_own() -> None:
    checks = checks_for(CODE, test_of("test_area"))
    text = as_tests(Project({"shape.py": CODE.encode()}, "shape.py"), checks)
    tree = ast.parse(text)
    assert [node.name for node in tree.body if isinstance(node, ast.FunctionDef)] == ["test_said_0", "test_said_1"]
    assert "assert area(2, 3) == 6" in text
    assert "with pytest.raises(ValueError):" in text


def test_a_broken_example_accuses_the_code() -> None:
    verdict = judge(WISH, test_of("test_area"), Failure("test_area", ASSERTION, broken=(EXAMPLE,)))
    assert (verdict.wrong, verdict.by) == ("code", "evidence")
    assert verdict.why == "the code breaks its own documentation: area(2, 3) -> 6"


def test_an_example_that_holds_and_that_the_test_denies_accuses_the_test() -> None:
    verdict = judge(WISH, test_of("test_area"), Failure("test_area", ASSERTION, kept=(EXAMPLE,)))
    assert (verdict.wrong, verdict.why) == (
        "test",
        "the test contradicts the documentation, which the code keeps: area(2, 3) -> 6",
    )


def test_expecting_an_error_where_the_example_shows_a_value_accuses_the_test() -> None:
    verdict = judge(WISH, test_of("test_refusal"), Failure("test_refusal", ASSERTION, kept=(EXAMPLE,)))
    assert verdict.wrong == "test"


@pytest.mark.parametrize("name", ["test_same", "test_label", "test_variable"])
def test_a_test_that_does_not_contradict_an_example_is_not_accused(name: str) -> None:
    verdict = judge(WISH, test_of(name), Failure(name, ASSERTION, kept=(EXAMPLE,)))
    assert verdict.wrong == "unclear"
    assert verdict.why == "the code keeps its documentation, which does not decide here"


def test_without_examples_nothing_is_claimed() -> None:
    verdict = judge(WISH, test_of("test_label"), Failure("test_label", ASSERTION))
    assert (verdict.wrong, verdict.why) == ("unclear", "the documentation does not decide")


@pytest.mark.parametrize("kind", ["NameError", "UnboundLocalError"])
def test_an_internal_error_accuses_the_code(kind: str) -> None:
    why = f"shape.py:9: in area\nE   {kind}: name 'heigth' is not defined\nshape.py:9: {kind}"
    assert judge(WISH, test_of("test_area"), Failure("test_area", why)).wrong == "code"


def test_an_internal_error_of_the_test_file_does_not() -> None:
    why = "E   NameError: name 'aera' is not defined\ntest_shape.py:6: NameError"
    assert judge(WISH, test_of("test_area"), Failure("test_area", why)).wrong == "unclear"


def test_a_fixture_in_the_trace_is_named() -> None:
    why = "@pytest.fixture\ndef basket():\n>       return open('x')\nE       FileNotFoundError: x"
    verdict = judge(WISH, test_of("test_area"), Failure("test_area", why))
    assert (verdict.wrong, verdict.why) == ("fixture", "the fixture “basket” fails before the test begins")


def test_a_file_that_cannot_be_loaded_accuses_the_test_with_the_reason() -> None:
    verdict = judge(WISH, None, Failure("", "E   ImportError: cannot import name 'volume' from 'shape'"))
    assert verdict.wrong == "test"
    assert "volume" in verdict.why


def test_every_reason_exists_in_both_languages() -> None:
    chinese = replace(WISH, language="zh")
    failures = [
        Failure("test_area", ASSERTION),
        Failure("test_area", ASSERTION, kept=(EXAMPLE,)),
        Failure("test_area", ASSERTION, broken=(EXAMPLE,)),
        Failure("test_area", "E   NameError: x"),
        Failure("test_area", "@pytest.fixture\ndef basket():\n    x"),
    ]
    for failure in failures:
        english, other = (judge(wish, test_of("test_area"), failure) for wish in (WISH, chinese))
        assert english.wrong == other.wrong
        assert english.why.replace("“", "").replace("”", "").isascii()
        assert any("\u4e00" <= c <= "\u9fff" for c in other.why)
    assert passing(WISH).wrong == passing(chinese).wrong == "nothing"
    assert passing(chinese).why == "该测试在这里每次都通过"

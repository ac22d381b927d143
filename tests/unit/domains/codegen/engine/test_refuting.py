"""A law that only Hypothesis refutes: a suspected bug where it is documented, else left out with a reason."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.ended import Ended
from domains.codegen.engine.exploring import Told
from domains.codegen.engine.gating import gate
from domains.codegen.engine.generate import generate
from domains.codegen.engine.naming import Names
from domains.codegen.engine.properties import properties
from domains.codegen.engine.refuting import Refuted, refuted
from domains.codegen.engine.types import Options, Project
from domains.codegen.wire import to_fields
from sandbox import Sandbox
from tests.codekit import FAR, far_numbers_are_not_searched, law

PROJECT = Project({"far.py": FAR.encode(), "requirements.txt": b"hypothesis\n"}, "far.py")


def ended(name: str, why: str) -> Ended:
    return Ended(ended={name: ["failed"] * 5}, why={name: why})


def asked(one: Told, why: str) -> Refuted:
    return refuted(Sandbox(), PROJECT, {"test_law": one}, ended("test_law", why), Names(), threading.Event())


@pytest.fixture(scope="module")
def falsified() -> str:
    """What pytest says of a law that Hypothesis has just refuted."""
    code = (
        "from hypothesis import given, settings\nfrom hypothesis import strategies as st\nfrom far import clamp\n\n\n"
        "@settings(deadline=None)\n@given(number=st.integers(min_value=2**41))\ndef test_law(number):\n"
        "    assert clamp(clamp(number)) == clamp(number)\n"
    )
    return gate(Sandbox(), PROJECT, {"test_far.py": code}, threading.Event(), runs=1).why["test_law"]


def test_a_stated_law_that_is_refuted_is_a_suspected_bug_with_what_hypothesis_found(falsified: str) -> None:
    found = asked(law("clamp", "It is idempotent."), falsified)
    ((suspicion, written),) = found.bugs.values()
    assert (suspicion.expected, suspicion.observed) == (str(2**41 - 1), str(2**41 - 2))
    assert suspicion.contract == "It is idempotent."
    assert f"number = {2**41}" in written.code
    assert "assert clamp(clamp(number)) == clamp(number)" in written.code
    assert found.left_out == []
    assert found.settled([written]) == {"test_law"}
    assert found.settled([]) == set()


def test_a_law_that_only_a_name_suggests_is_left_out_with_the_values_that_refute_it(falsified: str) -> None:
    found = asked(law("normalize", "names"), falsified)
    assert found.bugs == {}
    (left,) = found.left_out
    assert left.name == "test_law"
    assert left.reason == f"only its name suggested the law, and Hypothesis refuted it with number={2**41}"
    assert (left.symbol, left.counter_example) == ("normalize", f"number={2**41}")
    assert found.settled([]) == {"test_law"}


@pytest.mark.parametrize(
    "why",
    [
        "",
        "AssertionError: assert 1 == 2",
        "E   Falsifying example: test_law(\nE       number=object(),\nE   )",
        "E   Falsifying example: test_law(\nE       other=1,\nE   )",
        "E   Falsifying example: test_law(\nE       number=1,",
        "E   Falsifying example: test_law(number=)\nE   )",
    ],
)
def test_what_says_nothing_of_a_counter_example_settles_nothing(why: str) -> None:
    found = asked(law("clamp", "It is idempotent."), why)
    assert (found.bugs, found.left_out) == ({}, [])


def test_of_several_reports_the_last_and_of_a_text_every_sign_is_read() -> None:
    one = law("clamp", "names", names=["number", "text"], kinds=["int", "str"], bounds=[None, None])
    why = (
        "E   Failing test case: test_law(\nE       number=1,\nE       text='a',\nE   )\n"
        "E   Falsifying example: test_law(\nE       number=0,\nE       text='(\\n)',\nE   )\nE   more"
    )
    (left,) = asked(one, why).left_out
    assert left.reason.endswith(r"with number=0, text='(\n)'")
    assert left.counter_example == r"number=0, text='(\n)'"


def test_a_law_that_passed_is_not_asked_again() -> None:
    passed = Ended(ended={"test_law": ["passed"] * 5}, why={"test_law": "E Falsifying example: test_law(number=1\nE )"})
    found = refuted(Sandbox(), PROJECT, {"test_law": law("clamp", "names")}, passed, Names(), threading.Event())
    assert found == Refuted()


def test_what_raises_on_the_counter_example_says_so() -> None:
    source = b'def clean(number: int) -> int:\n    """It is idempotent."""\n    return number // (number - 3)\n'
    project = Project({"far.py": source}, "far.py")
    why = "E   Falsifying example: test_law(\nE       number=3,\nE   )"
    one = law("clean", "It is idempotent.")
    found = refuted(Sandbox(), project, {"test_law": one}, ended("test_law", why), Names(), threading.Event())
    ((suspicion, _),) = found.bugs.values()
    assert suspicion.observed.startswith("raises ZeroDivisionError")


def test_a_module_whose_laws_reach_further_than_the_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """The whole way: the search found nothing against the laws, Hypothesis did."""
    far_numbers_are_not_searched(monkeypatch)
    made = generate(Sandbox(), PROJECT, Options(budget_s=1.0))
    (bug,) = made.suspected_bugs
    assert (bug.symbol, bug.contract) == ("clamp", "It is idempotent.")
    assert bug.counter_example == f"clamp(clamp({2**41}))"
    assert {test.label for test in made.tests if test.name == bug.test} == {"suspected_bug"}
    assert made.flaky == ()
    fields = to_fields(made)
    (left,) = fields["left_out"]
    assert (left["name"], left["symbol"]) == ("test_normalize_twice_is_normalize_once", "normalize")
    assert left["counter_example"].startswith("number=")
    assert bug.test in fields["files"]["test_far_suspected.py"]
    assert bug.test not in fields["files"]["test_far.py"]


def test_laws_are_handed_out_with_their_tests() -> None:
    from domains.codegen.engine.exploring import Explored

    one = law("clamp", "names")
    good, bad = properties(Explored(laws=[one]), Names(), given=True)
    assert [(told, test.name) for told, test in good] == [(one, "test_clamp_twice_is_clamp_once")]
    assert bad == []

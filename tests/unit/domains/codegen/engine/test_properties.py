"""Laws become tests that read well: drawn values where the project has Hypothesis, tables elsewhere."""

from __future__ import annotations

import ast
from typing import Any

import pytest

from domains.codegen.engine.exploring import Explored, Told
from domains.codegen.engine.generate import generate
from domains.codegen.engine.naming import Names
from domains.codegen.engine.properties import has_hypothesis, properties
from domains.codegen.engine.types import Generated, Options, Project
from sandbox import Sandbox

SOURCE = b'''
def encode(number: int) -> str:
    """Write with a mark."""
    return f"<{number + 7}>"


def decode(text: str) -> int:
    """The inverse of encode."""
    return int(text[1:-1]) - 7


def clean(text: str) -> str:
    """It is idempotent."""
    return text.replace("  ", " ")
'''


def law(**changed: Any) -> Told:
    told = {
        "kind": "inverse", "symbols": ["decode", "encode"], "names": ["text"], "left": "decode(encode(text))",
        "right": "text", "because": "names", "approx": False, "kinds": ["str"], "alphabet": "any",
        "examples": [["'ab'"], ["''"]], "bounds": [None], "kills": 1, "counter": None,
    }  # fmt: skip
    return Told.model_validate({**told, **changed})


def written(one: Told, *, given: bool = True) -> str:
    good, bad = properties(Explored(laws=[one]), Names(), given=given)
    (code,) = [test.code for _, test in good] + [test.code for _, test in bad]
    ast.parse(code)
    return code


def test_drawn_values() -> None:
    code = written(law())
    assert "@given(text=st.text())" in code
    assert "def test_decode_undoes_encode(text):" in code
    assert code.endswith("assert decode(encode(text)) == text")


@pytest.mark.parametrize(
    ("changed", "strategy"),
    [
        ({"alphabet": "lower"}, "st.text(string.ascii_lowercase)"),
        ({"kinds": ["int"], "bounds": [["1", "3999"]]}, "st.integers(min_value=1, max_value=3999)"),
        ({"kinds": ["int"], "bounds": [["0", None]]}, "st.integers(min_value=0)"),
        ({"kinds": ["int"], "bounds": [[None, None]]}, "st.integers()"),
        ({"kinds": ["float"], "bounds": [[None, "1.5"]]}, "st.floats(-1e6, 1.5)"),
        ({"kinds": ["bytes"]}, "st.binary()"),
        ({"kinds": ["list_int"]}, "st.lists(st.integers())"),
        ({"kinds": ["list_str"]}, "st.lists(st.text())"),
        ({"kinds": ["bool"]}, "st.booleans()"),
    ],
)
def test_strategies_keep_to_the_domain(changed: dict[str, Any], strategy: str) -> None:
    assert f"text={strategy})" in written(law(**changed))


@pytest.mark.parametrize(
    "changed", [{"alphabet": ""}, {"kinds": ["int"]}, {"kinds": ["own"]}, {"kinds": ["bytes"], "alphabet": ""}]
)
def test_a_domain_without_a_strategy_gives_a_table(changed: dict[str, Any]) -> None:
    assert "parametrize" in written(law(**changed))


def test_a_project_without_hypothesis_gets_a_table_of_examples() -> None:
    code = written(law(), given=False)
    assert "@given" not in code
    assert code.index("''") < code.index("'ab'")


def test_a_table_of_several_values_and_floats_that_are_nearly_equal() -> None:
    values = {"names": ["a", "b"], "kinds": ["float", "float"], "examples": [["1.5", "2.5"]], "bounds": [None, None]}
    added = law(**values, approx=True, left="add(a, b)", right="add(b, a)", kind="commutative", symbols=["add"])
    code = written(added, given=False)
    assert "(1.5, 2.5)," in code
    assert "def test_add_takes_its_arguments_in_any_order(a, b):" in code
    assert "add(a, b) == pytest.approx(add(b, a))" in code


def test_tables_show_few_rows_and_none_too_long() -> None:
    rows = [[repr("x" * n)] for n in range(1, 40)] + [[repr("y" * 500)]]
    tree = ast.parse(written(law(examples=rows), given=False))
    listed = next(node for node in ast.walk(tree) if isinstance(node, ast.List))
    assert len(listed.elts) == 8


@pytest.mark.parametrize(
    ("because", "label"), [("names", "regression"), ("signature", "regression"), ("It is so.", "contract")]
)
def test_what_is_written_down_is_a_contract(because: str, label: str) -> None:
    good, _ = properties(Explored(laws=[law(because=because)]), Names(), given=True)
    assert [case.label for case in good[0][1].cases] == [label]


def test_a_stated_law_that_fails_is_shown_with_its_values_and_another_is_not() -> None:
    counter = {"example": ["'a b'"], "left": "'ab'", "right": "'a b'"}
    _, bad = properties(Explored(laws=[law(counter=counter, because="The inverse of encode.")]), Names(), given=True)
    ((suspicion, test),) = bad
    assert (suspicion.expected, suspicion.observed) == ("'a b'", "'ab'")
    assert suspicion.case.scenario.steps[0].source() == "decode(encode('a b'))"
    assert "text = 'a b'" in test.code
    assert properties(Explored(laws=[law(counter=counter)]), Names(), given=True) == ([], [])


@pytest.mark.parametrize(
    ("files", "has"),
    [
        ({"requirements-test.txt": b"pytest\nhypothesis==6.1\n"}, True),
        ({"requirements/dev.txt": b"hypothesis\n"}, True),
        ({"pyproject.toml": b"dev = ['pytest', \"hypothesis>=6\"]"}, True),
        ({"tests/test_a.py": b"from hypothesis import given\n"}, True),
        ({"requirements.txt": b"pytest\n# no hypothesis\n"}, False),
        ({"m.py": b"'''A hypothesis about prices.'''\n"}, False),
        ({"notes.md": b"hypothesis\n"}, False),
        ({}, False),
    ],
)
def test_a_project_has_hypothesis_when_it_says_so(files: dict[str, bytes], has: bool) -> None:
    assert has_hypothesis(files) is has


@pytest.fixture(scope="module")
def both() -> list[Generated]:
    own = {"codes.py": SOURCE}
    more = {**own, "requirements.txt": b"hypothesis\n"}
    return [generate(Sandbox(), Project(files, "codes.py"), Options(budget_s=2.0)) for files in (own, more)]


def test_properties_are_run_and_labelled_and_drawn_when_the_project_draws(both: list[Generated]) -> None:
    for made, sign in zip(both, ("@pytest.mark.parametrize", "@given(number=st.integers())"), strict=True):
        (test,) = [test for test in made.tests if test.name == "test_decode_undoes_encode"]
        assert (test.label, test.status) == ("contract", "passed")
        assert sign in test.code
        assert test.code.split("\n")[-1].strip() in made.files["test_codes.py"]


def test_a_stated_law_that_does_not_hold_is_a_suspected_bug(both: list[Generated]) -> None:
    for made in both:
        (bug,) = [bug for bug in made.suspected_bugs if bug.contract == "It is idempotent."]
        assert bug.counter_example.startswith(("clean(clean('", 'clean(clean("'))
        (test,) = [test for test in made.tests if test.name == bug.test]
        assert (test.label, test.status) == ("suspected_bug", "failed")


def test_a_law_without_documentation_that_does_not_hold_is_nowhere(both: list[Generated]) -> None:
    assert all("encode_undoes_decode" not in text for made in both for text in made.files.values())

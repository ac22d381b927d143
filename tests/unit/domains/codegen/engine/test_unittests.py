"""Our functions as methods of a TestCase: they say the same, and they run."""

from __future__ import annotations

import unittest

import pytest

from domains.codegen.engine.unittests import as_unittest


def method(*body: str, head: str = "def test_it():") -> str:
    return as_unittest(["\n".join([head, *(f"    {line}" for line in body)])], "T")


@pytest.mark.parametrize(
    ("assertion", "call"),
    [
        ("assert f(1) == 2", "self.assertEqual(f(1), 2)"),
        ("assert f(1) is None", "self.assertIs(f(1), None)"),
        ("assert f(1) is True", "self.assertIs(f(1), True)"),
        ("assert type(f(1)).__name__ in {'int'}", "self.assertIn(type(f(1)).__name__, {'int'})"),
        ("assert 0 <= f(1) <= 5", "self.assertTrue(0 <= f(1) <= 5)"),
        ("assert f(1) < 5", "self.assertTrue(f(1) < 5)"),
        ("assert f(1)", "self.assertTrue(f(1))"),
        (
            "assert f(1) == pytest.approx(0.123456789)",
            "self.assertAlmostEqual(f(1), 0.123456789, delta=abs(0.123456789) * 1e-06 + 1e-12)",
        ),
    ],
)
def test_assertions(assertion: str, call: str) -> None:
    assert call in method(assertion)


@pytest.mark.parametrize(
    ("raises", "call"),
    [
        ("with pytest.raises(ValueError):", "with self.assertRaises(ValueError):"),
        ("with pytest.raises(ValueError, match='^no$'):", "with self.assertRaisesRegex(ValueError, '^no$'):"),
    ],
)
def test_what_must_raise(raises: str, call: str) -> None:
    assert call in method(raises, "    f(1)")


def test_a_note_becomes_the_docstring() -> None:
    assert '"""the example in its docstring"""' in method("# the example in its docstring", "assert f(1) == 2")


def test_a_table_becomes_a_loop_of_subtests() -> None:
    text = method(
        "assert double(n) == expected",
        head='@pytest.mark.parametrize(("n", "expected"), [(1, 2), (2, 4)])\ndef test_it(n, expected):',
    )
    assert "for n, expected in [(1, 2), (2, 4)]:" in text
    assert "with self.subTest(n=n, expected=expected):" in text
    assert "parametrize" not in text
    assert "def test_it(self):" in text


def test_drawn_values_stay_arguments() -> None:
    text = method("assert f(n) == n", head="@settings(deadline=None)\n@given(n=st.integers())\ndef test_it(n):")
    assert "@given(n=st.integers())" in text
    assert "def test_it(self, n):" in text


def run(text: str, **names: object) -> unittest.TestResult:
    namespace: dict[str, object] = {"unittest": unittest, **names}
    exec(text, namespace)  # noqa: S102 - what was written above
    result = unittest.TestResult()
    kind = namespace["T"]
    assert isinstance(kind, type)
    unittest.TestLoader().loadTestsFromTestCase(kind).run(result)
    return result


@pytest.mark.parametrize(("factor", "failures"), [(2, 0), (3, 3)])
def test_what_is_written_runs_and_can_fail(factor: int, failures: int) -> None:
    table = '@pytest.mark.parametrize(("n", "expected"), [(1, 2), (2, 4)])\ndef test_table(n, expected):\n'
    text = as_unittest(
        [f"{table}    assert double(n) == expected", "def test_four():\n    # noted\n    assert double(2) == 4"], "T"
    )
    result = run(text, double=lambda n: n * factor)
    assert (result.testsRun, len(result.failures) + len(result.errors)) == (2, failures)


def test_several_methods_stand_in_one_class() -> None:
    text = as_unittest(["def test_a():\n    assert f() == 1", "def test_b():\n    assert f() == 2"], "T")
    assert text.count("class T(unittest.TestCase):") == 1
    assert text.count("(self)") == 2

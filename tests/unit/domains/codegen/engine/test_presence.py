"""The journey of somebody who has tests: they are kept, measured, and what they do is not done again."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.existing import Existing
from domains.codegen.engine.generate import generate
from domains.codegen.engine.presence import covered, reached
from domains.codegen.engine.types import Generated, Options, Project
from sandbox import Sandbox

SHOP = b"""
def price(n: int) -> int:
    if n > 100:
        return n - 10
    return n


def double(n: int) -> int:
    return n * 2
"""
CONFTEST = b"import pytest\n\n\n@pytest.fixture\ndef ten():\n    return 10\n"
MINE = """from shop import double, price


def test_double(ten):
    assert double(ten) == 20


def test_price_of_much():
    assert price(101) == 91


def test_that_is_broken():
    assert double(1) == 7
"""
CLASS = """import unittest

from shop import double


class ShopTests(unittest.TestCase):
    def test_double(self):
        self.assertEqual(double(10), 20)
"""
PATH = "tests/test_shop.py"


def project(mine: str) -> Project:
    settings = b"[tool.pytest.ini_options]\naddopts = '--no-such-option'\n"  # the project's own settings are not ours
    files = {"shop.py": SHOP, "tests/conftest.py": CONFTEST, PATH: mine.encode(), "pyproject.toml": settings}
    return Project(files, "shop.py")


def made(mine: str) -> Generated:
    return generate(Sandbox(), project(mine), Options(budget_s=2.0, existing=(PATH,)))


@pytest.fixture(scope="module")
def result() -> Generated:
    return made(MINE)


def test_the_file_comes_back_with_every_line_and_more(result: Generated) -> None:
    assert list(result.files) == [PATH]
    text = result.files[PATH]
    assert [line for line in MINE.split("\n") if line not in text.split("\n")] == []
    assert len(result.tests) >= 1
    assert all(f"def {test.name}(" in text for test in result.tests)


def test_what_it_covers_is_told_before_and_after(result: Generated) -> None:
    assert result.before is not None
    assert result.before.branch == 0.5
    assert (result.coverage.line, result.coverage.branch) == (1.0, 1.0)


def test_what_its_tests_notice_counts_and_is_not_written_again(result: Generated) -> None:
    assert "double" not in {test.symbol for test in result.tests}
    assert result.mutation_score is not None
    assert result.mutation_score >= 0.8
    assert not any("price(101)" in test.code for test in result.tests)


def test_a_test_of_theirs_that_fails_is_neither_ours_nor_in_the_way(result: Generated) -> None:
    assert "test_that_is_broken" not in {test.name for test in result.tests}
    assert all(test.status == "passed" for test in result.tests)


def test_classes_get_a_class() -> None:
    text = made(CLASS).files[PATH]
    assert "class GeneratedTests(unittest.TestCase):" in text
    assert "self.assert" in text.split("class GeneratedTests")[1]
    assert text.startswith("import unittest\n")


def test_mutants_and_ways_of_tests_with_the_projects_fixtures() -> None:
    there = Existing(PATH, MINE)
    found = reached(Sandbox(), project(MINE), there, 5.0, threading.Event())
    assert len(found.killed) >= 4
    assert {line for edge in found.edges for line in edge if line > 0} >= {3, 4, 9}
    assert 5 not in {line for edge in found.edges for line in edge}


@pytest.mark.parametrize("mine", ["import os\nos._exit(3)\n", "def test_forever():\n    while True:\n        pass\n"])
def test_tests_that_end_everything_or_never_end_say_nothing(mine: str) -> None:
    box, there = Sandbox(), Existing(PATH, mine)
    found = reached(box, project(mine), there, 0.5, threading.Event())
    assert (found.killed, found.edges) == ([], [])


def test_tests_that_cannot_be_imported_are_said() -> None:
    mine = "import no_such_thing\n\n\ndef test_it():\n    assert True\n"
    with pytest.raises(SourceBroken, match=r"test_shop\.py cannot be run: .*no_such_thing"):
        covered(Sandbox(), project(mine), Existing(PATH, mine), threading.Event())


def test_where_nothing_is_left_to_add_the_coverage_is_theirs() -> None:
    source = b"def same(flag: bool) -> bool:\n    return not flag\n"
    mine = (
        "from shop import same\n\n\ndef test_both():\n    assert same(True) is False\n    assert same(False) is True\n"
    )
    files = {"shop.py": source, PATH: mine.encode()}
    made = generate(Sandbox(), Project(files, "shop.py"), Options(budget_s=2.0, existing=(PATH,)))
    assert made.before is not None
    assert made.coverage == made.before
    assert (made.coverage.line, made.tests) == (1.0, ())

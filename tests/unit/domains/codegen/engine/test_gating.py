"""Written tests run five times in random order; a package that registers itself is loaded anew for each."""

from __future__ import annotations

import threading

import pytest

from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.gating import RUNS, Gated, gate
from domains.codegen.engine.types import Project
from sandbox import Sandbox

SELFISH = Project(
    {
        "selfish/__init__.py": b"KNOWN = set()\n",
        "selfish/part.py": (
            b"from selfish import KNOWN\nassert 'part' not in KNOWN\nKNOWN.add('part')\n"
            b"def f(n):\n    if n > 3:\n        return 'many'\n    return 'few'\n"
        ),
    },
    "selfish/part.py",
)
PASSES = "from selfish.part import f\ndef test_few():\n    assert f(1) == 'few'\n"
FAILS = "from selfish.part import f\ndef test_many():\n    assert f(1) == 'many'\n"
COUNTS = (
    "import pathlib\ndef test_once():\n    place = pathlib.Path('/tmp/seen')\n"
    "    assert not place.exists()\n    place.touch()\n"
)


def gated(tests: dict[str, str], runs: int = RUNS) -> Gated:
    return gate(Sandbox(), SELFISH, tests, threading.Event(), runs=runs)


def test_a_module_that_loads_once_only_is_tested_in_every_run() -> None:
    told = gated({"test_part.py": PASSES})
    assert told.ended == {"test_few": ["passed"] * RUNS}
    assert told.passed("test_few")


def test_what_fails_is_told_apart() -> None:
    told = gated({"test_part.py": PASSES, "test_wrong.py": FAILS})
    assert (told.passed("test_few"), told.failed("test_many")) == (True, True)


def test_a_test_that_passes_only_once_is_not_passed() -> None:
    told = gated({"test_counts.py": COUNTS})
    assert told.ended["test_once"][0] == "passed"
    assert not told.passed("test_once")


def test_coverage_is_that_of_the_module_alone() -> None:
    covered = gated({"test_part.py": PASSES}, runs=1).covered()
    assert covered.missing_lines == (6,)
    assert covered.branch == 0.5


def test_a_caller_who_leaves_ends_it() -> None:
    gone = threading.Event()
    gone.set()
    with pytest.raises(Cancelled):
        gate(Sandbox(), SELFISH, {"test_part.py": PASSES}, gone)


def test_files_at_the_top_of_the_project_run_below_its_conftest() -> None:
    files = {"price.py": b"", "conftest.py": b"import pytest\n\n\n@pytest.fixture\ndef rate():\n    return 2\n"}
    tests = {"test_price.py": "def test_rate(rate):\n    assert rate == 2\n"}
    project = Project(files, "price.py")
    assert gate(Sandbox(), project, tests, threading.Event(), runs=2, at_top=True).passed("test_rate")
    assert gate(Sandbox(), project, tests, threading.Event(), runs=2).failed("test_rate")


def test_a_hook_that_fails_when_all_has_been_run_takes_no_result_away() -> None:
    hook = b"def pytest_sessionfinish():\n    raise OSError('no place for a report')\n"
    project = Project({"price.py": b"RATE = 2\n", "tests/conftest.py": hook}, "price.py")
    tests = {"tests/test_price.py": "from price import RATE\ndef test_rate():\n    assert RATE == 2\n"}
    told = gate(Sandbox(), project, tests, threading.Event(), runs=2)
    assert told.passed("test_rate")
    assert "no place for a report" in told.why["<session>"]
    assert told.covered().line == 1.0

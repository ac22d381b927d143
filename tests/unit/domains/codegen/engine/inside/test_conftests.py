"""What is noted of a run beside the project's conftest.py files, and whose an error is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from domains.codegen.engine.inside.conftests import Watch


def report(outcome: str, longrepr: Any = None) -> SimpleNamespace:
    return SimpleNamespace(outcome=outcome, longrepr=longrepr)


class Failure:
    """A failure as pytest shows it, by the files that it came through."""

    def __init__(self, text: str, *paths: str) -> None:
        self.text = text
        entries = [SimpleNamespace(reprfileloc=SimpleNamespace(path=path)) for path in paths]
        self.reprtraceback = SimpleNamespace(reprentries=[*entries, SimpleNamespace(reprfileloc=None)])

    def __str__(self) -> str:
        return self.text


def loaded(watch: Watch, error: BaseException) -> None:
    """Let loading end with an error, as pytest's hook does."""
    running = watch.loading()
    next(running)
    with pytest.raises(type(error)):
        running.throw(error)


@pytest.mark.parametrize(
    ("outcomes", "passed", "why"),
    [
        (["passed", "passed", "passed"], True, ""),
        (["passed", "skipped"], False, "tests beside it are passed and skipped"),
        ([], False, "tests beside it are not run"),
    ],
)
def test_only_a_test_that_passed_in_all_its_parts_is_a_proof(outcomes: list[str], passed: bool, why: str) -> None:
    watch = Watch()
    for outcome in outcomes:
        watch.pytest_runtest_logreport(report(outcome))
    told = watch.told()
    assert told["passed"] == passed
    assert passed or told["why"] == why


def test_the_error_of_a_file_that_cannot_be_loaded_is_told_with_its_cause() -> None:
    class Broken(Exception):
        path = "/box/src/tests/conftest.py"
        cause = ImportError("no such thing")

    watch = Watch()
    loaded(watch, Broken())
    assert watch.told() == {
        "passed": False, "file": "/box/src/tests/conftest.py", "why": "ImportError: no such thing"
    }  # fmt: skip


def test_an_error_that_names_no_file_is_that_of_the_conftest_it_came_through() -> None:
    space: dict[str, Any] = {}
    for name in ("top/conftest.py", "tests/conftest.py", "base.py"):
        here: dict[str, Any] = {}
        exec(compile("def run(then):\n    then()", f"/box/src/{name}", "exec"), here)  # noqa: S102 - our own lines
        space[name] = here["run"]

    def fail() -> None:
        raise OSError("no server")

    watch = Watch()
    with pytest.raises(OSError, match="no server") as raised:
        space["top/conftest.py"](lambda: space["tests/conftest.py"](lambda: space["base.py"](fail)))
    loaded(watch, raised.value)
    assert watch.told()["file"] == "/box/src/tests/conftest.py"


def test_a_fixture_that_fails_is_told_by_its_error_and_its_file() -> None:
    watch = Watch()
    failure = Failure(
        "  def base():\nE   OSError: no server\nbase.py:1: OSError", "/a/conftest.py", "/a/b/conftest.py", "base.py"
    )
    watch.pytest_runtest_logreport(report("failed", failure))
    assert watch.told() == {"passed": False, "file": "/a/b/conftest.py", "why": "OSError: no server"}


def test_the_first_error_counts_and_a_long_one_is_cut() -> None:
    watch = Watch()
    watch.pytest_internalerror(SimpleNamespace(value=ValueError("x" * 5000)))
    watch.note(OSError("later"))
    assert watch.told()["why"].startswith("ValueError: xxx")
    assert len(watch.told()["why"]) == 600


def test_a_failure_that_is_told_as_mere_text_is_nobodys() -> None:
    watch = Watch()
    watch.pytest_runtest_logreport(report("failed", "gone"))
    assert watch.told() == {"passed": False, "file": "", "why": "a fixture of its own fails"}

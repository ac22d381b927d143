"""A module that registers itself cannot be loaded twice: mutants of it are judged in place."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from domains.codegen.engine.inside import running
from domains.codegen.engine.inside.running import Runner, Subject
from domains.codegen.engine.inside.scenarios import Scenario, Step
from domains.codegen.engine.inside.swapping import Swap, functions, swaps
from tests.unit.domains.codegen.engine.inside.conftest import Load

PACKAGE = "KNOWN = {}\ndef once(f):\n    assert f.__name__ not in KNOWN\n    KNOWN[f.__name__] = f\n    return f\n"
MODULE = "from selfish import once\n@once\ndef f(n):\n  def inner():\n    return n + 1\n  return inner()\nLIMIT = 3\n"


@pytest.fixture
def once(load: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subject]:
    assert load("x = 1")
    folder = tmp_path / "selfish"
    folder.mkdir()
    (folder / "__init__.py").write_text(PACKAGE + "from selfish import part\n")
    (folder / "part.py").write_text(MODULE)
    monkeypatch.syspath_prepend(tmp_path)
    yield Subject("selfish.part", str(folder / "part.py"))
    for name in [name for name in sys.modules if name.split(".")[0] == "selfish"]:
        del sys.modules[name]


def mutated(subject: Subject, before: str, after: str) -> list[Swap]:
    code = compile(ast.parse(MODULE.replace(before, after)), subject.path, "exec", dont_inherit=True)
    return swaps(functions(subject.path), code)


CALL = Scenario("f", (Step("f", (("", "1"),)),))


def test_it_is_taken_as_its_package_loaded_it(once: Subject) -> None:
    assert once.once
    assert once.load(None) is once.module is sys.modules["selfish.part"]


def test_a_mutant_has_its_code_for_as_long_as_it_runs(once: Subject) -> None:
    names = Subject.names(once.module)
    plain, changed = Runner(once, names), Runner(once, names, mutated(once, "n + 1", "n - 1"))
    assert [runner.run(CALL)[0].text for runner in (plain, changed, plain)] == ["2", "0", "2"]


def test_the_code_is_given_back_when_the_mutant_raises(once: Subject) -> None:
    names = Subject.names(once.module)
    changed = Runner(once, names, mutated(once, "n + 1", "n / 0"))
    assert changed.run(CALL)[0].text == "ZeroDivisionError"
    assert Runner(once, names).run(CALL)[0].text == "2"


def test_a_change_of_the_import_cannot_be_judged(once: Subject) -> None:
    assert mutated(once, "LIMIT = 3", "LIMIT = 4") == []


def test_a_module_that_fails_in_any_case_is_still_refused(load: Load) -> None:
    with pytest.raises(running.Unloadable, match="ZeroDivisionError"):
        load("1 / 0")


def test_lazy_objects_of_others_are_not_woken(once: Subject) -> None:
    class Lazy:
        @property
        def __class__(self) -> type:
            raise AssertionError("was asked what it is")

    lazy = Lazy()
    assert {name for name, _ in functions(once.path)} == {"f"}
    assert type(lazy) is Lazy

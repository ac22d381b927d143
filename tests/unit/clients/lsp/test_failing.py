"""Which test a line is in, and what is sent so that it can be fixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.failing import Failing, gathered_for_fix, is_test
from clients.lsp.failing import test_at as at

TEST = """from till import net
import pytest


@pytest.mark.parametrize("n", [2])
def test_two(n):
    assert net(n) == 2


class TestNet:
    async def test_three(self):
        assert net(3)

    def helper(self):
        return 1
"""


def read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def fix(folder: Path, test: str, text: str = TEST) -> Failing:
    (folder / test).parent.mkdir(parents=True, exist_ok=True)
    (folder / test).write_text(text)
    found = gathered_for_fix(folder / test, text, folder, read)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("line", "name"), [(4, "test_two"), (6, "test_two"), (10, "TestNet::test_three"), (0, None), (8, None), (13, None)]
)
def test_the_test_around_a_line_has_pytests_name(line: int, name: str | None) -> None:
    assert at(TEST, line) == name


def test_a_text_that_does_not_parse_has_no_tests() -> None:
    assert at("def test_a(:\n", 0) is None


@pytest.mark.parametrize(
    ("source", "test"),
    [("till.py", "test_till.py"), ("till.py", "tests/test_till.py"), ("src/till.py", "tests/unit/test_till.py")],
)
def test_the_tested_module_is_found_beside_above_and_below_src(tmp_path: Path, source: str, test: str) -> None:
    (tmp_path / source).parent.mkdir(exist_ok=True)
    (tmp_path / source).write_text("def net(n): return n\n")
    found = fix(tmp_path, test)
    assert (found.target, found.places[found.target]) == ("till.py", tmp_path / source)
    assert found.places[found.test_file] == tmp_path / test
    assert found.files[found.test_file] == TEST


def test_of_several_modules_the_one_that_the_file_is_named_after_is_meant(tmp_path: Path) -> None:
    (tmp_path / "money.py").write_text("")
    (tmp_path / "till.py").write_text("X = 1\n")
    found = fix(tmp_path, "tests/test_till.py", f"import money\n{TEST}")
    assert found.target == "till.py"
    assert set(found.files) == {"money.py", "till.py", "tests/test_till.py"}


def test_what_the_module_imports_and_the_fixtures_go_along(tmp_path: Path) -> None:
    for name, text in {
        "shop/__init__.py": "", "shop/till.py": "from shop import tax\n", "shop/tax.py": "R = 1\n",
        "tests/conftest.py": "import pytest\n", "tests/notes.txt": "no",
    }.items():  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    found = fix(tmp_path, "tests/test_till.py", TEST.replace("from till", "from shop.till"))
    assert found.target == "shop/till.py"
    assert set(found.files) == {
        "shop/__init__.py", "shop/till.py", "shop/tax.py", "tests/conftest.py", "tests/test_till.py"
    }  # fmt: skip


def test_a_test_that_imports_helpers_and_libraries_alone_has_no_module(tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text("A = 1\n")
    (tmp_path / "test_other.py").write_text("B = 1\n")
    text = "import os\nfrom conftest import A\nfrom test_other import B\n"
    assert gathered_for_fix(tmp_path / "test_till.py", text, tmp_path, read) is None


def test_files_outside_of_the_workspace_are_not_looked_for(tmp_path: Path) -> None:
    (tmp_path / "till.py").write_text("X = 1\n")
    inside = tmp_path / "project"
    inside.mkdir()
    assert gathered_for_fix(inside / "test_till.py", TEST, inside, read) is None


@pytest.mark.parametrize(
    ("name", "expected"),
    [("test_a.py", True), ("a_test.py", True), ("conftest.py", True), ("a.py", False), ("test_a.js", False)],
)
def test_files_of_tests_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_test(Path(name)) is expected

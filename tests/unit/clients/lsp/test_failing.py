"""Which test a line is in, and what is sent so that it can be fixed."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.failing import Failing, gathered_for_fix, is_test, language_of
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


JAVA = "package shop;\nimport shop.money.Price;\nclass TillTest { Till t; Fixture f; @Test void a() {} }"


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
    assert at(Path("test_till.py"), TEST, line) == name


def test_a_text_that_does_not_parse_has_no_tests() -> None:
    assert at(Path("test_a.py"), "def test_a(:\n", 0) is None


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
    [
        ("test_a.py", True), ("a_test.py", True), ("conftest.py", True), ("a.py", False), ("test_a.js", False),
        ("a.test.js", True), ("a.spec.tsx", True), ("a.test.mjs", True), ("src/__tests__/a.js", True),
        ("src/test/java/ATest.java", True), ("ATests.java", True), ("Contest.java", False), ("latest.ts", False),
    ],
)  # fmt: skip
def test_files_of_tests_are_known_by_their_names(name: str, expected: bool) -> None:
    assert is_test(Path(name)) is expected


@pytest.mark.parametrize(
    ("name", "language"),
    [("a.py", "python"), ("a", "python"), ("A.java", "java"), ("a.tsx", "javascript"), ("a.mjs", "javascript")],
)
def test_a_language_is_known_by_the_ending(name: str, language: str) -> None:
    assert language_of(Path(name)) == language


def test_a_test_is_named_as_its_own_runner_does() -> None:
    assert at(Path("a.test.ts"), 'describe("net", () => {\n  it("is 0", () => {});\n});', 1) == "net is 0"
    assert at(Path("TillTest.java"), JAVA, 2) == "a"


def laid(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def test_of_what_a_jest_test_imports_the_module_it_is_named_after_is_meant(tmp_path: Path) -> None:
    laid(
        tmp_path,
        {
            "src/types.ts": "1", "src/till.ts": 'export * from "./tax";', "src/tax.ts": "2", "src/other.ts": "3",
            "tests/help.test.ts": "4", "src/till.d.ts": "5",
        },
    )  # fmt: skip
    text = (
        'import { A } from "../src/types";\nimport { h } from "./help.test";\nimport { net } from "../src/till.js";\n'
    )
    found = fix(tmp_path, "tests/till.spec.ts", text)
    assert (found.target, found.test_file) == ("src/till.ts", "tests/till.spec.ts")
    assert found.places[found.target] == tmp_path / "src/till.ts"
    assert set(found.files) == {
        "src/types.ts", "src/till.ts", "src/tax.ts", "tests/help.test.ts", "tests/till.spec.ts"
    }  # fmt: skip


def test_a_jest_test_with_a_name_of_its_own_means_the_first_module_that_it_imports(tmp_path: Path) -> None:
    laid(tmp_path, {"data.json": "{}", "a.js": "1", "till.js": "2"})
    text = 'const d = require("./data.json");\nconst { net } = require("./till");\nconst { a } = require("./a");\n'
    assert fix(tmp_path, "shop.test.js", text).target == "till.js"


def test_a_jest_test_that_imports_nothing_of_the_project_has_no_module(tmp_path: Path) -> None:
    laid(tmp_path, {"till.js": "1"})
    inside = tmp_path / "project"
    text = 'import { a } from "left-pad";\nimport "./gone";\nimport "../till";\n'
    assert gathered_for_fix(inside / "a.test.js", text, inside, read) is None


def test_a_module_that_is_too_large_is_sent_and_the_server_refuses_it(tmp_path: Path) -> None:
    laid(tmp_path, {"a.js": "x" * 190 * 1024})
    assert len(fix(tmp_path, "a.test.js", 'import "./a";').files["a.js"]) == 190 * 1024


def test_the_class_of_a_junit_test_lies_across_from_it(tmp_path: Path) -> None:
    files = {
        "app/src/main/java/shop/Till.java": "package shop; class Till { Tax t; }",
        "app/src/main/java/shop/Tax.java": "package shop;\nclass Tax {}",
        "app/src/main/java/shop/money/Price.java": "package shop.money;\n",
        "app/src/test/java/shop/Fixture.java": "package shop;\n",
    }
    laid(tmp_path, {**files, "app/src/main/java/shop/Other.java": "package shop;\n"})
    path = "app/src/test/java/shop/TillTest.java"
    found = fix(tmp_path, path, JAVA)
    assert (found.target, found.test_file) == ("app/src/main/java/shop/Till.java", path)
    assert set(found.files) == {*files, path}


def test_without_folders_of_maven_the_class_lies_beside_its_test(tmp_path: Path) -> None:
    laid(tmp_path, {"shop/Till.java": "class Till {}"})
    assert fix(tmp_path, "shop/TillTest.java", "package shop;\nclass TillTest { Till t; }").target == "shop/Till.java"
    assert gathered_for_fix(tmp_path / "ATest.java", "class ATest { Gone g; }", tmp_path, read) is None

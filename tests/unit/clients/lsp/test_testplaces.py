"""Which file of tests a source has already."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.testplaces import TestFile, file_of_tests, root_for

PY = "from till import net\n"
SHOP = "from shop.till import net\n"
FOUND = {
    "beside the module": ("till.py", {"test_till.py": PY}, "test_till.py"),
    "by pytest's other name": ("till.py", {"till_test.py": PY}, "till_test.py"),
    "in tests": ("till.py", {"tests/test_till.py": PY}, "tests/test_till.py"),
    "across from src": (
        "src/shop/till.py", {"src/shop/__init__.py": "", "tests/shop/test_till.py": SHOP}, "tests/shop/test_till.py",
    ),
    "among unit tests": (
        "src/shop/till.py",
        {"src/shop/__init__.py": "", "tests/unit/shop/test_till.py": SHOP},
        "tests/unit/shop/test_till.py",
    ),
    "flat, by what it imports": (
        "a/src/shop/till.py", {"a/src/shop/__init__.py": "", "tests/x.py": "", "a/tests/test_till.py": SHOP},
        "a/tests/test_till.py",
    ),
    "not of a module of the same name": (
        "a/src/shop/till.py", {"a/src/shop/__init__.py": "", "tests/x.py": "", "a/tests/test_till.py": "import bank\n"},
        None,
    ),
    "beside, although there are tests": ("till.py", {"tests/x.py": "", "test_till.py": PY}, "test_till.py"),
    "in the usual place first": ("till.py", {"tests/test_till.py": "", "test_till.py": PY}, "tests/test_till.py"),
    "beside a script": ("src/till.js", {"src/till.test.js": 'require("./till");\n'}, "src/till.test.js"),
    "as a specification": ("till.ts", {"till.spec.ts": 'import { net } from "./till";\n'}, "till.spec.ts"),
    "in Jest's folder": (
        "src/till.js", {"src/__tests__/till.js": 'import { net } from "../till";\n'}, "src/__tests__/till.js",
    ),
    "at the top": (
        "src/till.ts", {"test/src/till.test.ts": 'import { net } from "../../src/till";\n'}, "test/src/till.test.ts",
    ),
    "not of another script": ("src/till.js", {"test/till.test.js": 'require("../lib/till");\n'}, None),
    "across from src/main/java": (
        "src/main/java/shop/Till.java", {"src/test/java/shop/TillTest.java": "package shop;\nclass TillTest {}\n"},
        "src/test/java/shop/TillTest.java",
    ),
    "by Maven's other name": (
        "src/main/java/shop/Till.java", {"src/test/java/shop/TillTests.java": "package shop;\n"},
        "src/test/java/shop/TillTests.java",
    ),
    "nowhere": ("till.py", {"test_other.py": PY, "till.test.js": "1"}, None),
}  # fmt: skip
LANGUAGES = {".py": "python", ".js": "javascript", ".ts": "typescript", ".java": "java"}


def read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def written(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


@pytest.mark.parametrize(("source", "files", "wanted"), FOUND.values(), ids=FOUND)
def test_the_tests_of_a_source_are_found(
    tmp_path: Path, source: str, files: dict[str, str], wanted: str | None
) -> None:
    written(tmp_path, {source: "", **files})
    found = file_of_tests(tmp_path / source, LANGUAGES[Path(source).suffix], tmp_path, "", read)
    assert (found and found.path) == (wanted and tmp_path / wanted)
    assert found is None or found.text == files[str(wanted)]


def test_with_a_folder_set_there_is_no_elsewhere(tmp_path: Path) -> None:
    written(tmp_path, {"till.py": "", "test_till.py": PY, "checks/test_till.py": "# ours\n"})
    found = file_of_tests(tmp_path / "till.py", "python", tmp_path, "checks", read)
    assert found is not None
    assert found.path == tmp_path / "checks/test_till.py"
    assert file_of_tests(tmp_path / "till.py", "python", tmp_path, "other", read) is None


@pytest.mark.parametrize(
    ("source", "text", "root"),
    [
        ("src/till.py", "from till import net\n", "src"),
        ("src/shop/till.py", "import shop.till\n", "src"),
        ("src/till.py", "from src.till import net\n", ""),
        ("src/shop/till.py", "from shop import till\n", "src"),
        ("src/till.py", "from money import net\n", None),
    ],
)
def test_tests_tell_the_folder_that_they_import_from(tmp_path: Path, source: str, text: str, root: str | None) -> None:
    written(tmp_path, {source: "", "tests/test_till.py": text})
    found = root_for(TestFile(tmp_path / "tests/test_till.py", text), tmp_path / source, tmp_path)
    assert found == (None if root is None else tmp_path / root)


def test_tests_within_a_package_import_from_it_by_dots(tmp_path: Path) -> None:
    written(tmp_path, {"shop/__init__.py": "", "shop/till.py": "", "shop/tests/__init__.py": ""})
    tests = TestFile(tmp_path / "shop/tests/test_till.py", "from ..till import net\n")
    assert root_for(tests, tmp_path / "shop/till.py", tmp_path) == tmp_path

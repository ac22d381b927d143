"""What a JavaScript, TypeScript or Java file needs of its project, and where its tests go."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.neighbours import gathered_around, moved, path_beside


def gather(root: Path, target: str, language: str, files: dict[str, str]) -> list[str]:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)

    def read(path: Path) -> str | None:
        return path.read_text() if path.is_file() else None

    found = gathered_around(root / target, files[target], root, language, read)
    assert found.target == target
    return sorted(found.files)


def test_relative_imports_are_followed_within_the_workspace(tmp_path: Path) -> None:
    files = {
        "src/till.ts": 'import { a } from "./a.js";\nconst b = require("../lib/b");\nimport "left-pad";\n',
        "src/a.ts": 'export * from "./deep";\n', "src/deep/index.ts": "1", "lib/b.js": 'require("../../outside");',
        "src/other.ts": "2",
    }  # fmt: skip
    (tmp_path / "outside.js").write_text("3")
    assert gather(tmp_path / "project", "src/till.ts", "typescript", files) == [
        "lib/b.js", "src/a.ts", "src/deep/index.ts", "src/till.ts",
    ]  # fmt: skip


def test_settings_of_the_formatter_go_along(tmp_path: Path) -> None:
    files = {"src/till.js": "", ".editorconfig": "root = true", "src/.prettierrc": "{}", "lib/.prettierrc": "{}"}
    assert gather(tmp_path, "src/till.js", "javascript", files) == [".editorconfig", "src/.prettierrc", "src/till.js"]


def test_classes_of_the_package_and_imported_ones_are_sent(tmp_path: Path) -> None:
    files = {
        "src/shop/Till.java": "package shop;\nimport shop.money.Price;\nimport java.util.List;\nclass T { Rebate r; }",
        "src/shop/Rebate.java": "package shop; class Rebate {}", "src/shop/money/Price.java": "package shop.money;",
        "src/shop/Other.java": "package shop;",
    }  # fmt: skip
    assert gather(tmp_path, "src/shop/Till.java", "java", files) == [
        "src/shop/Rebate.java", "src/shop/Till.java", "src/shop/money/Price.java",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "generated", "language", "wanted"),
    [
        ("/p/src/till.js", "src/till.test.js", "javascript", "/p/src/till.test.js"),
        ("/p/src/main/java/shop/Till.java", "TillTest.java", "java", "/p/src/test/java/shop/TillTest.java"),
        ("/p/shop/Till.java", "shop/TillTest.java", "java", "/p/shop/TillTest.java"),
    ],
)
def test_where_tests_go(source: str, generated: str, language: str, wanted: str) -> None:
    assert path_beside(Path(source), generated, language, Path("/work")) == Path(wanted)


@pytest.mark.parametrize(
    ("there", "setting", "wanted"),
    [
        ("src", "", "src/till.test.js"),
        ("src/__tests__", "", "src/__tests__/till.test.js"),
        ("src", "${folder}/checks", "src/checks/till.test.js"),
    ],
)
def test_tests_of_scripts_go_where_the_project_keeps_them(
    tmp_path: Path, there: str, setting: str, wanted: str
) -> None:
    (tmp_path / there).mkdir(parents=True)
    found = path_beside(tmp_path / "src/till.js", "src/till.test.js", "javascript", tmp_path, setting)
    assert found == tmp_path / wanted


@pytest.mark.parametrize(
    ("target", "wanted"),
    [
        ("src/till.test.js", './till");'),
        ("src/__tests__/till.test.js", '../till");'),
        ("test/src/till.test.js", '../../src/till");'),
        ("src.test.js", './src/till");'),
    ],
)
def test_what_tests_import_is_found_from_another_folder(target: str, wanted: str) -> None:
    text = 'const { net } = require("./till");\nconst jest = require("jest");\n'
    found = moved(text, Path("/p/src/till.test.js"), Path("/p") / target)
    assert f'require("{wanted}' in found
    assert 'require("jest")' in found

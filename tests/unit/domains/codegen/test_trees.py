"""What a command hands to the generator: a module alone, or the project around it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from domains.codegen import trees
from domains.codegen.__main__ import main
from domains.codegen.engine.errors import SourceBroken
from domains.codegen.trees import project

MINE = "from shop import double\n\n\ndef test_mine(ten):\n    assert double(ten) == 20\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "shop.py": "def double(n: int) -> int:\n    return n * 2\n\n\ndef half(n: int) -> int:\n    return n // 2\n",
        "tests/conftest.py": "import pytest\n\n\n@pytest.fixture\ndef ten():\n    return 10\n",
        "tests/test_shop.py": MINE,
        "pyproject.toml": "[project]\n",
        ".venv/lib/large.py": "x = 1\n",
        "node_modules/a.py": "x = 1\n",
        "picture.png": "no text",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def test_a_module_alone(root: Path) -> None:
    made, existing = project(root / "shop.py", None, None)
    assert (list(made.files), made.target, existing) == (["shop.py"], "shop.py", ())


def test_a_module_and_its_tests_without_the_rest(root: Path) -> None:
    made, existing = project(root / "shop.py", root / "tests" / "test_shop.py", None)
    assert (set(made.files), existing) == ({"shop.py", "test_shop.py"}, ("test_shop.py",))


def test_a_tree_comes_with_its_fixtures_and_settings_and_without_what_others_wrote(root: Path) -> None:
    made, existing = project(root / "shop.py", root / "tests" / "test_shop.py", root)
    assert set(made.files) == {"shop.py", "tests/conftest.py", "tests/test_shop.py", "pyproject.toml"}
    assert (made.target, existing) == ("shop.py", ("tests/test_shop.py",))


def test_a_file_outside_the_tree_is_said(root: Path, tmp_path: Path) -> None:
    with pytest.raises(SourceBroken, match="does not lie in"):
        project(root / "shop.py", None, tmp_path / "tests")


def test_a_tree_that_is_too_large_is_said(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trees, "_MOST", 2)
    with pytest.raises(SourceBroken, match="more than 2 files"):
        project(root / "shop.py", None, root)


@pytest.mark.parametrize(
    ("target", "kept"),
    [
        ("src/shop.ts", {"src/shop.ts", "tests/shop.test.js", "package.json", ".prettierrc", "src/.editorconfig"}),
        ("src/Shop.java", {"src/Shop.java", "test/ShopTest.java", ".prettierrc", "src/.editorconfig"}),
    ],
)
def test_of_a_project_its_own_language_and_its_layout_are_taken(tmp_path: Path, target: str, kept: set[str]) -> None:
    others = {"README.md", "tool.py", ".env.json", "node_modules/x/index.js", ".git/config.json", "dist/a.js"}
    for name in {"src/shop.ts", "src/Shop.java", "tests/shop.test.js", "test/ShopTest.java", *kept, *others}:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    (tests,) = [name for name in kept if "est" in name and "src" not in name]
    made, existing = project(tmp_path / target, tmp_path / tests, tmp_path)
    assert set(made.files) - {"package.json"} == kept - {"package.json"}
    assert (made.target, existing) == (target, (tests,))


def test_the_command_adds_to_a_jest_file_in_its_place(tmp_path: Path) -> None:
    mine = "const { half } = require('../src/shop')\n\ntest('two', () => { expect(half(2)).toBe(1) })\n"
    (tmp_path / "src").mkdir()
    (tmp_path / "tests").mkdir()
    (tmp_path / "src" / "shop.js").write_text(
        "function half(n) {\n  if (n < 0) throw new Error('no');\n  return n / 2;\n}\nmodule.exports = { half };\n"
    )
    tests = tmp_path / "tests" / "shop.test.js"
    tests.write_text(mine)
    command = ["generate", str(tmp_path / "src" / "shop.js"), "--tests", str(tests), "--root", str(tmp_path)]
    assert main([*command, "--budget", "2", "--out", str(tmp_path)]) == 0
    text = tests.read_text()
    assert text.startswith(mine)
    assert "toThrow(" in text
    assert sorted(path.name for path in tmp_path.rglob("*.js")) == ["shop.js", "shop.test.js"]


def test_the_command_adds_to_a_test_file_with_the_projects_fixtures(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["generate", str(root / "shop.py"), "--tests", str(root / "tests" / "test_shop.py")]
    assert main([*command, "--root", str(root), "--budget", "4", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    (text,) = told["files"].values()
    assert text.startswith("from shop import double\n")
    assert MINE.split("\n\n\n")[1].strip() in text
    assert {test["symbol"] for test in told["tests"]} == {"half"}
    assert told["before"]["line"] == 0.75
    assert told["line_coverage"] == 1.0
    assert (root / "tests" / "test_shop.py").read_text() == MINE


def test_the_file_itself_is_written_only_where_it_was_read(root: Path) -> None:
    tests = root / "tests" / "test_shop.py"
    command = ["generate", str(root / "shop.py"), "--root", str(root), "--tests", str(tests), "--budget", "1"]
    assert main([*command, "--out", str(root)]) == 0
    text = tests.read_text()
    assert text.startswith("from shop import double\n")
    assert "def test_mine(ten):" in text
    assert "half" in text

"""Places: import roots, neighbours and where tests go."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp import places

FILES = {
    "src/shop/__init__.py": "",
    "src/shop/till.py": "from .money import Amount\nfrom shop import tax\nimport json\n",
    "src/shop/money.py": "from decimal import Decimal\n",
    "src/shop/tax.py": "import shop.tables.rates\n",
    "src/shop/tables/__init__.py": "",
    "src/shop/tables/rates.py": "",
    "src/shop/unrelated.py": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def read(path: Path) -> str | None:
    return path.read_text() if path.is_file() else None


def test_imports_start_from_the_first_folder_that_is_no_package(project: Path) -> None:
    assert places.import_root(project / "src/shop/tables/rates.py") == project / "src"


def test_a_module_goes_with_what_it_imports_of_the_project(project: Path) -> None:
    found = places.gathered(project / "src/shop/till.py", "# unsaved\n" + FILES["src/shop/till.py"], read)
    assert found.target == "shop/till.py"
    assert found.files["shop/till.py"].startswith("# unsaved")
    assert set(found.files) == {name.removeprefix("src/") for name in FILES} - {"shop/unrelated.py"}


def test_a_module_that_does_not_parse_goes_with_its_package_alone(project: Path) -> None:
    assert set(places.gathered(project / "src/shop/till.py", "def f(:", read).files) == {
        "shop/till.py",
        "shop/__init__.py",
    }


def test_not_more_goes_than_the_server_takes(tmp_path: Path) -> None:
    (tmp_path / "big.py").write_text("x" * (places.MOST_CHARACTERS + 1))
    for number in range(300):
        (tmp_path / f"m{number}.py").write_text("")
    text = "import big\n" + "".join(f"import m{number}\n" for number in range(300))
    found = places.gathered(tmp_path / "a.py", text, read)
    assert len(found.files) == places.MOST_FILES
    assert "big.py" not in found.files


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("import a.b, c as d", {"a.b", "c"}),
        ("from e.f import (g, h as i)", {"e.f", "e.f.g", "e.f.h"}),
        ("from . import j", {"p.q", "p.q.j"}),
        ("from ..k import l", {"p.k", "p.k.l"}),
        ("from ..... import x", set()),
        ("from m import *", {"m"}),
    ],
)
def test_imports_are_read(text: str, modules: set[str]) -> None:
    assert set(places.imported(text, "p/q/mod.py")) == modules


@pytest.mark.parametrize(
    ("there", "setting", "expected"),
    [
        (None, "", "src/shop/test_till.py"),
        ("tests", "", "tests/test_till.py"),
        ("tests/shop", "", "tests/shop/test_till.py"),
        ("tests/unit/shop", "", "tests/unit/shop/test_till.py"),
        (None, "checks/", "checks/test_till.py"),
        (None, "${folder}/tests", "src/shop/tests/test_till.py"),
    ],
)
def test_tests_go_where_the_project_keeps_them(project: Path, there: str | None, setting: str, expected: str) -> None:
    if there:
        (project / there).mkdir(parents=True)
    found = places.path_of_tests(project / "src/shop/till.py", "test_till.py", project, setting)
    assert found == project / expected


def test_tests_of_a_file_outside_of_the_workspace_go_beside_it(project: Path, tmp_path: Path) -> None:
    assert places.path_of_tests(Path("/elsewhere/a.py"), "test_a.py", project, "checks") == Path("/elsewhere/test_a.py")

"""Dependencies: whether a project has Hypothesis, and that nothing else of its lists goes along."""

from __future__ import annotations

from pathlib import Path

import pytest

from clients.lsp.dependencies import listed

SAID = {"requirements.txt": "hypothesis\n"}


def asked(project: Path, module: str = "src/shop/till.py", **files: str) -> dict[str, str]:
    return listed(project / module, project, {project / name: text for name, text in files.items()}.get)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("requirements.txt", "pytest\nhypothesis==6.100\n"),
        ("requirements/dev.txt", "hypothesis[numpy]\n"),
        ("pyproject.toml", '[dependency-groups]\ntest = ["pytest", "hypothesis>=6"]\n'),
        ("src/setup.py", 'setup(extras_require={"test": ["hypothesis"]})\n'),
        ("Pipfile", '[dev-packages]\nhypothesis = "*"\n'),
    ],
)
def test_a_list_of_the_project_may_name_it(tmp_path: Path, name: str, text: str) -> None:
    assert asked(tmp_path, **{name: text}) == SAID


def test_other_packages_and_prose_are_not_it(tmp_path: Path) -> None:
    lists = {"requirements.txt": "hypothesis_jsonschema\n", "pyproject.toml": "# our hypothesis is that it pays\n"}
    assert asked(tmp_path, **lists) == {}


def test_of_a_list_nothing_else_goes_along(tmp_path: Path) -> None:
    text = "--index-url https://me:hunter2@packages.example.com\nhypothesis\n"
    assert asked(tmp_path, **{"requirements.txt": text}) == SAID


def test_what_lies_above_the_workspace_or_beside_it_is_not_read(tmp_path: Path) -> None:
    assert asked(tmp_path, **{"../requirements.txt": "hypothesis\n", "other/requirements.txt": "hypothesis\n"}) == {}


def test_of_a_file_outside_the_workspace_its_own_folder_counts(tmp_path: Path) -> None:
    alone = tmp_path.parent / "alone"
    lists = {alone / "requirements.txt": "hypothesis\n", tmp_path.parent / "requirements.txt": "hypothesis\n"}
    assert listed(alone / "till.py", tmp_path, lists.get) == SAID
    assert listed(tmp_path.parent / "other" / "till.py", tmp_path, lists.get) == {}

"""What the documents say exists: links, files, commands, settings, error codes; and both languages say the same."""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from pathlib import Path

import pytest
from django.core.management import get_commands

from benchmarks.__main__ import NAMES as BENCHMARKS
from tests.architecture.house import CHECKOUT

_NOT_OURS = "assistant/knowledge/demo/documents/"  # texts of an invented company
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_FENCE = re.compile(r"^( *)```.*?^\1```", re.MULTILINE | re.DOTALL)
_EXAMPLES = ("legal", "subtitles", "<", "*", "gen-", "NNNN")
"""Files that a recipe makes."""
_READ_AND_UNUSED = {"MODELS_DIR"}


def _documents() -> list[Path]:
    asked = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", "*.md"]
    names = subprocess.run(asked, cwd=CHECKOUT, capture_output=True, text=True, check=True).stdout.splitlines()
    paths = [CHECKOUT / name for name in names if not name.startswith(_NOT_OURS) and "/prompts/" not in name]
    return [path for path in paths if path.is_file()]


DOCUMENTS = _documents()
PAIRS = [(path.with_name(path.name.replace(".zh-CN", "")), path) for path in DOCUMENTS if ".zh-CN." in path.name]


def _name(path: Path) -> str:
    return str(path.relative_to(CHECKOUT))


def _text(*names: str) -> str:
    return "\n".join((CHECKOUT / name).read_text(encoding="utf-8") for name in names)


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    links = [link.partition("#")[0] for link in _LINK.findall(path.read_text(encoding="utf-8"))]
    local = [link for link in links if link and not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_every_row_of_a_table_has_the_cells_of_its_head(path: Path) -> None:
    text = _FENCE.sub("", path.read_text(encoding="utf-8"))
    tables = re.findall(r"(?:^\|.*\|\n)+", text + "\n", re.MULTILINE)
    cells = [[len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()] for table in tables]
    assert [
        (table.splitlines()[0], counts) for table, counts in zip(tables, cells, strict=True) if len(set(counts)) > 1
    ] == []
    assert [table.splitlines()[0] for table in tables if "\n|---" not in table] == []  # rows cut off from their head


@pytest.mark.parametrize("path", DOCUMENTS, ids=_name)
def test_no_document_names_a_place_on_somebodys_machine(path: Path) -> None:
    assert re.findall(r"(?<![\w.~])/(?:work|tmp|root|home|Users|mnt)/[\w./-]*", path.read_text(encoding="utf-8")) == []


def test_what_users_read_exists_in_both_languages() -> None:
    assert {_name(english) for english, _ in PAIRS} >= {"README.md", "docs/users-guide.md", "docs/operators-guide.md"}


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=_name)
class TestBothLanguages:
    """A document and its translation."""

    def test_have_the_same_headings(self, english: Path, chinese: Path) -> None:
        assert self._levels(english) == self._levels(chinese)

    def test_have_the_same_tables(self, english: Path, chinese: Path) -> None:
        assert self._rows(english) == self._rows(chinese)

    def test_name_the_same_codes_and_fields_in_their_tables(self, english: Path, chinese: Path) -> None:
        assert self._named(english) == self._named(chinese)

    def test_have_the_same_commands(self, english: Path, chinese: Path) -> None:
        assert self._commands(english) == self._commands(chinese)

    def test_link_to_the_same_documents(self, english: Path, chinese: Path) -> None:
        assert self._links(english, drop=chinese.name) == self._links(chinese, drop=english.name)

    def _levels(self, path: Path) -> list[int]:
        text = _FENCE.sub("", path.read_text(encoding="utf-8"))
        return [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]

    def _rows(self, path: Path) -> list[str]:
        """The code in the first cell of each row."""
        rows = [line.split("|")[1] for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
        return [" ".join(re.findall(r"`([^`]+)`", row)) for row in rows]

    def _named(self, path: Path) -> list[set[str]]:
        """The names with an underscore in each row of a table, wherever they stand: in code, so never translated."""
        rows = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
        return [set(re.findall(r"`([a-z]+_[a-z_]+)`", row)) for row in rows]

    def _commands(self, path: Path) -> Counter[str]:
        """The lines of code, whatever stands in quotation marks."""
        blocks = [found[0] for found in _FENCE.finditer(path.read_text(encoding="utf-8"))]
        lines = [line.strip() for block in blocks for line in block.splitlines()[1:-1]]
        return Counter(re.sub(r'"[^"]*"', '"…"', line) for line in lines)

    def _links(self, path: Path, drop: str) -> Counter[str]:
        links = Counter(link.replace(".zh-CN.md", ".md") for link in _LINK.findall(path.read_text(encoding="utf-8")))
        del links[drop.replace(".zh-CN.md", ".md")]
        return links


def test_every_command_named_in_a_document_exists() -> None:
    known = set(get_commands())
    named = {
        (_name(path), command)
        for path in DOCUMENTS
        for command in re.findall(r"manage\.py ([a-z_]+)", path.read_text(encoding="utf-8"))
    }
    assert {found for found in named if found[1] not in known} == set()


def test_every_make_target_named_in_a_document_exists() -> None:
    targets = set(re.findall(r"^([a-z-]+):", _text("Makefile"), re.MULTILINE))
    named = {
        (_name(path), target)
        for path in DOCUMENTS
        for target in re.findall(r"\bmake ([a-z-]+)`", path.read_text("utf-8"))
    }
    assert {found for found in named if found[1] not in targets} == set()


def test_every_benchmark_named_in_a_document_exists() -> None:
    named = {name for path in DOCUMENTS for name in re.findall(r"python -m benchmarks\.(\w+)", path.read_text("utf-8"))}
    assert {name for name in named if not (CHECKOUT / "benchmarks" / f"{name}.py").exists()} == set()
    assert set(BENCHMARKS) <= named


def test_every_file_named_for_contributors_exists() -> None:
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]*)`", _text("CONTRIBUTING.md"))
    real = [name for name in named if not any(example in name for example in _EXAMPLES)]
    assert len(real) > 20
    assert [name for name in real if not any((CHECKOUT / place / name).exists() for place in (".", "tests"))] == []


@pytest.mark.parametrize("guide", ["docs/operators-guide.md", "docs/operators-guide.zh-CN.md"])
def test_every_setting_is_in_the_operators_guide(guide: str) -> None:
    read = set(re.findall(r"reader\.\w+\(\s*\"([A-Z_]+)\"", _text("assistant/config/env.py")))
    assert len(read) > 10
    assert {name for name in read - _READ_AND_UNUSED if f"`{name}`" not in _text(guide)} == set()


@pytest.mark.parametrize("reference", ["docs/rest.md", "docs/rest.zh-CN.md"])
def test_every_error_code_of_the_doors_is_in_the_rest_reference(reference: str) -> None:
    places = [path for room in ("api", "chat", "widget") for path in (CHECKOUT / "assistant" / room).rglob("*.py")]
    source = "\n".join(path.read_text(encoding="utf-8") for path in [*places, CHECKOUT / "assistant" / "errors.py"])
    codes = set(re.findall(r"\bcode ?= ?\"([a-z_]+)\"", source))
    assert len(codes) > 25
    general = {"unprocessable", "conflict", "too_many_requests"}  # bases: every use has a code of its own
    assert {code for code in codes - general if f"`{code}`" not in _text(reference)} == set()

"""Prompt files: strict variables, versions, and no way in for a document."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from domains import prompts
from domains.errors import PromptError
from inference.client.types import Message

GOOD = "version: 2\nvariables: name, deed\n=== system\nBe {{name}}.\n=== user\n{{deed}}, {{name}}!\n"
PROMPTS = sorted(Path(prompts.__file__).parent.glob("*/prompts/*.md"))


def written(folder: Path, text: str) -> Path:
    path = folder / "p.md"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_prompt_is_filled(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert prompts.render(path, name="kind", deed="Go") == (Message("system", "Be kind."), Message("user", "Go, kind!"))
    assert prompts.read(path).version == 2


def test_a_value_is_not_read_for_variables(tmp_path: Path) -> None:
    path = written(tmp_path, GOOD)
    assert prompts.render(path, name="{{deed}}", deed="x")[0].content == "Be {{deed}}."


def test_a_value_may_hold_backslashes(tmp_path: Path) -> None:
    assert prompts.render(written(tmp_path, GOOD), name=r"\1\g<0>", deed="x")[0].content == r"Be \1\g<0>."


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "x"}, "missing ['deed']"),
        ({"name": "x", "deed": "y", "more": "z"}, "not asked for ['more']"),
        ({}, "missing ['deed', 'name']"),
    ],
)
def test_values_must_be_exactly_the_variables(tmp_path: Path, values: dict[str, str], message: str) -> None:
    with pytest.raises(PromptError, match=re.escape(message)):
        prompts.render(written(tmp_path, GOOD), **values)


@pytest.mark.parametrize(
    "text",
    ["", "hello", "version: 1\n=== user\nhi", "version: x\nvariables:\n=== user\nhi",
        "version: 1\nvariables: a\n=== user\nhi",
     "version: 1\nvariables:\n=== user\n{{a}}", "version: 1\nvariables:\n=== robot\nhi", "version: 1\nvariables:\n"],
)  # fmt: skip
def test_a_damaged_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(PromptError, match=r"p\.md"):
        prompts.read(written(tmp_path, text))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(PromptError, match=r"absent\.md"):
        prompts.read(tmp_path / "absent.md")


@pytest.mark.parametrize("path", PROMPTS, ids=lambda path: f"{path.parts[-3]}/{path.name}")
def test_every_prompt_of_the_house_reads_and_begins_with_what_never_changes(path: Path) -> None:
    prompt = prompts.read(path)
    role, first = prompt.parts[0]
    assert role == "system"
    assert "{{" not in first


@pytest.mark.parametrize(
    "path", [p for p in PROMPTS if ".en." in p.name], ids=lambda path: f"{path.parts[-3]}/{path.name}"
)
def test_every_prompt_exists_in_both_languages_with_the_same_variables(path: Path) -> None:
    other = path.with_name(path.name.replace(".en.", ".zh."))
    assert prompts.read(other).variables == prompts.read(path).variables


def test_the_fingerprint_is_a_checksum_and_stays_the_same() -> None:
    assert len(prompts.fingerprint()) == 64
    assert prompts.fingerprint() == prompts.fingerprint.__wrapped__()


@pytest.mark.parametrize(
    ("changed", "counts"),
    [
        ("grounding.py", True),
        ("finance/guard.py", True),
        ("finance/prompts/grounded.zh.md", True),
        ("evidence/weights.json", True),
        ("codegen/engine/generate.py", False),
    ],
)
def test_it_is_another_when_a_prompt_or_a_rule_is_another(tmp_path: Path, changed: str, counts: bool) -> None:
    copied = shutil.copytree(Path(prompts.__file__).parent, tmp_path / "domains")
    before = prompts._digest(copied)
    assert before == prompts.fingerprint()
    with (copied / changed).open("a") as file:
        file.write("\n")
    assert (prompts._digest(copied) != before) is counts

from __future__ import annotations

import json
from pathlib import Path

import pytest

from retrieval.encoders.prompts import E5, Prompts, read_prompts


def folder(root: Path, name: str, prompts: dict[str, str] | None) -> Path:
    path = root / name
    path.mkdir()
    if prompts is not None:
        (path / "config_sentence_transformers.json").write_text(json.dumps({"prompts": prompts}))
    return path


@pytest.mark.parametrize(
    ("name", "prompts", "expected"),
    [
        ("gte", {"query": "q: ", "passage": "p: "}, Prompts("q: ", "p: ")),
        ("gte", {"query": "ask ", "document": ""}, Prompts("ask ", "")),
        ("gte", {}, Prompts()),
        ("gte", None, Prompts()),
        ("multilingual-e5-small", {}, E5),
        ("multilingual-E5-small", None, E5),
        ("multilingual-e5-small", {"query": "", "document": ""}, E5),
        ("multilingual-e5-small", {"query": "own: ", "passage": "mine: "}, Prompts("own: ", "mine: ")),
    ],
)
def test_prompts_come_from_the_folder_or_the_family(
    tmp_path: Path, name: str, prompts: dict[str, str] | None, expected: Prompts
) -> None:
    assert read_prompts(folder(tmp_path, name, prompts)) == expected


def test_a_folder_without_a_prompts_entry_has_none(tmp_path: Path) -> None:
    (tmp_path / "config_sentence_transformers.json").write_text("{}")
    assert read_prompts(tmp_path) == Prompts()

"""What an encoder wants written before a question or a passage."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

_QUESTION_NAMES = ("query", "question", "search_query")
_PASSAGE_NAMES = ("passage", "document", "search_document")


@dataclass(frozen=True, slots=True)
class Prompts:
    """Prefixes of questions and passages; empty where the encoder was trained without."""

    question: str = ""
    passage: str = ""


E5 = Prompts("query: ", "passage: ")
"""Of the E5 family (Wang et al. 2022, "Text Embeddings by Weakly-Supervised Contrastive Pre-training")."""


def read_prompts(folder: Path) -> Prompts:
    """Read the prompts of a sentence-transformers folder; E5 models without any get the family's own."""
    path = folder / "config_sentence_transformers.json"
    named: dict[str, str] = json.loads(path.read_text("utf-8")).get("prompts") or {} if path.is_file() else {}
    found = Prompts(_first(named, _QUESTION_NAMES), _first(named, _PASSAGE_NAMES))
    if found == Prompts() and "e5" in folder.name.lower():
        return E5
    return found


def _first(named: dict[str, str], names: tuple[str, ...]) -> str:
    return next((named[name] for name in names if named.get(name)), "")

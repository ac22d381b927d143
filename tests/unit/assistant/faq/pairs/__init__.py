"""Pairs of questions written for the guards: swaps that must never be served, paraphrases that should be.

`swaps.jsonl`: a frame with `{}` and fillings "one|other"; each filling makes two questions that differ in meaning.
`paraphrases.jsonl`: ways to ask one question; every two of them make a pair.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Written:
    """Two questions in one language. `kind` says what was exchanged; `same` that nothing was."""

    a: str
    b: str
    language: str
    kind: str
    same: bool


def swaps() -> list[Written]:
    """Pairs with different meanings."""
    return [
        Written(
            *(row["frame"].replace("{}", side) for side in fill.split("|")), row["language"], row["kind"], same=False
        )
        for row in _rows("swaps")
        for fill in row["fill"]
    ]


def paraphrases() -> list[Written]:
    """Pairs with one meaning."""
    return [
        Written(a, b, row["language"], "paraphrase", same=True)
        for row in _rows("paraphrases")
        for a, b in combinations(row["ways"], 2)
    ]


def _rows(name: str) -> list[dict[str, Any]]:
    lines = Path(__file__).with_name(f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]

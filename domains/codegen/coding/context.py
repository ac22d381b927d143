"""Which passages of the repository the model sees: found by BM25 over words and identifiers, and by what is used.

A passage that defines a name used at the place of work goes first, for it is what a reader would look up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from domains.codegen.coding.passages import Passage, cut
from retrieval.lexical.bm25 import Bm25Index

MOST_TOKENS = 8_000
_CANDIDATES = 200
_DEFINES = 1.0
_LEAST = 0.1
"""Of the best score: what shares a word or two by chance is left out."""
_NAME = re.compile(r"[^\W\d]\w{2,}")
_EVERYWHERE = re.compile(
    r"\b(?:def|class|return|import|from|self|this|const|let|var|function|public|private|static|final|void|int|new|if|else|"
    r"for|while|in|is|not|and|or|True|False|None|null|true|false|export|default|async|await|func|package|str|float)\b"
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the work is: a file and its lines (from 1, inclusive), which the prompt shows itself."""

    path: str
    start: int
    end: int


def choose(files: Mapping[str, str], place: Place, focus: str, question: str, most_tokens: int) -> list[Passage]:
    """Return passages that fit `most_tokens`, in the order of the files; `focus` is the code at the place of work."""
    passages = [one for one in cut(files) if not _within(one, place)]
    used = frozenset(_NAME.findall(focus))
    ranked = sorted(_scored(passages, f"{question}\n{focus}", used), key=lambda found: -found[1])
    chosen: set[int] = set()
    left = most_tokens
    for n, score in ranked:
        if score > _LEAST and passages[n].tokens <= left:
            chosen.add(n)
            left -= passages[n].tokens
    return [passages[n] for n in sorted(chosen)]


def shown(passages: list[Passage]) -> str:
    """Write passages for a prompt, each under its place."""
    return "\n\n".join(f"### {one.path}:{one.start}-{one.end}\n{one.text}" for one in passages) or "(none)"


def _scored(passages: list[Passage], question: str, used: frozenset[str]) -> list[tuple[int, float]]:
    index = Bm25Index()
    index.add(range(len(passages)), [f"{one.path}\n{one.text}" for one in passages])
    found = dict(index.search(_EVERYWHERE.sub(" ", question), _CANDIDATES)) if passages else {}
    best = max(found.values(), default=1.0) or 1.0
    return [(n, found.get(n, 0.0) / best + (_DEFINES if one.names & used else 0.0)) for n, one in enumerate(passages)]


def _within(passage: Passage, place: Place) -> bool:
    return passage.path == place.path and passage.start >= place.start and passage.end <= place.end

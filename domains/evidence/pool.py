"""A small search over labelled passages, so that the check is trained and measured on what retrieval would bring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from domains import words
from domains.evidence.found import as_found, as_given, index, is_listed
from domains.evidence.rows import Label, Row, is_demo, read_demo, read_mtrag
from retrieval.language import detect
from retrieval.protocols import Encoder
from retrieval.types import Hit, Vectors

_DEPTH = 8  # hits that retrieval brings
_SHOWN = 3  # hits that a prompt shows: an answer further down is none
_ELSEWHERE = frozenset({"other_section", "other_row"})  # says that this passage is wrong, not that none is right
_RANK = 60.0  # reciprocal rank fusion's constant (Cormack et al. 2009)


class Pool:
    """Passages of one data set, searched by meaning and by words, in the question's language only.

    A collection kept in two languages holds every answer twice: the translation of a removed answer still answers.
    """

    def __init__(self, hits: Sequence[Hit], encoder: Encoder) -> None:
        self._hits = list({hit.chunk.id: hit for hit in hits}.values())
        self._vectors: Vectors = encoder.encode_passages([hit.chunk.text for hit in self._hits])
        self._words = [words.content(f"{hit.chunk.title} {hit.chunk.text}") for hit in self._hits]
        spread = Counter(word for known in self._words for word in known)
        self._weight = {word: float(np.log(1 + len(self._hits) / count)) for word, count in spread.items()}

    def search(self, question: str, vector: Vectors, without: frozenset[str] = frozenset()) -> tuple[Hit, ...]:
        """Best eight hits; `vector` has shape [dimension]; passages of documents in `without` do not exist."""
        cosines = self._vectors @ vector
        asked = words.content(question)
        lexical = np.array([sum(self._weight[word] for word in asked & known) for known in self._words])
        fused = np.zeros(len(self._hits))
        for scores in (cosines, lexical):
            fused[np.argsort(-scores, kind="stable")] += 1.0 / (_RANK + np.arange(1, len(self._hits) + 1))
        language = detect(question)
        best = [index for index in np.argsort(-fused, kind="stable") if self._may(index, language, without)]
        return tuple(
            replace(self._hits[index], score=float(fused[index]), similarity=float(cosines[index]))
            for index in best[:_DEPTH]
        )

    def _may(self, index: int, language: str, without: frozenset[str]) -> bool:
        chunk = self._hits[index].chunk
        return chunk.language == language and chunk.document not in without


def prepare(path: Path, encoder: Encoder, split: str) -> list[Row]:
    """Read a file as retrieval would present it.

    The demo's questions of `split` are asked of its documents where they lie beside the file, else of a pool of all
    passages named in it; MTRAG-UN, which has no splits, brings its own contexts.
    """
    if not is_demo(path):
        return as_given(list(read_mtrag(path)), encoder)
    rows = [row for row in read_demo(path) if row.split == split]
    if is_listed(path.parent):
        return list(as_found(rows, index(path.parent, encoder), encoder))
    return list(as_retrieved(rows, encoder))


def as_retrieved(rows: Sequence[Row], encoder: Encoder) -> Iterator[Row]:
    """Ask every question of the pool of all rows' passages.

    A question with an answering passage gives two rows: with it (answerable if it, or a passage that holds it, is
    among the first three), and with the pool bereft of its documents (unanswerable). Others give one, unanswerable.
    """
    pool = Pool([hit for row in rows for hit in row.hits], encoder)
    right: dict[str, list[Hit]] = {}
    first: dict[str, Row] = {}
    for row in rows:
        first.setdefault(row.question, row)
        right.setdefault(row.question, []).extend(row.hits if row.label == "answerable" else ())
    vectors = encoder.encode_questions(list(first))
    for (question, row), vector in zip(first.items(), vectors, strict=True):
        answers = right[question]
        if row.label == "partial" or (not answers and row.kind in _ELSEWHERE):
            continue
        if answers:
            hits = pool.search(question, vector)
            shown = any(_holds(hit, answer) for hit in hits[:_SHOWN] for answer in answers)
            yield replace(row, hits=hits, label="answerable" if shown else "unanswerable", kind="retrieved")
        label: Label = "underspecified" if row.label == "underspecified" else "unanswerable"
        bereft = pool.search(question, vector, frozenset(hit.chunk.document for hit in answers))
        yield replace(row, hits=bereft, label=label, kind="removed" if answers else row.kind)


def _holds(hit: Hit, answer: Hit) -> bool:
    """The same text may have been cut with its heading or without."""
    if hit.chunk.document != answer.chunk.document:
        return False
    one, other = "".join(hit.chunk.text.split()), "".join(answer.chunk.text.split())
    return one in other or other in one

"""Hybrid search: meaning (FAISS) and words (BM25), filtered before ranking, fused, looked at once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from retrieval.config import RetrievalConfig
from retrieval.encoders.languages import centres
from retrieval.fusion import reciprocal_rank_fusion
from retrieval.indexes.generation import Generation
from retrieval.nearness import Asked, meanings
from retrieval.protocols import Encoder, Reranker
from retrieval.rerankers.light import LightReranker
from retrieval.rows import Admitted, Rows
from retrieval.snapshot import Snapshot
from retrieval.types import Change, Chunk, Filter, Hit, Vectors

_SPARE = 8  # passages read beyond those wanted: some say the same
_Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Rows found, best first by `fused`, with what explains each ([n] float64); `highest` as Bm25Index has it."""

    rows: list[int]
    languages: list[str]
    similarity: _Numbers
    balanced: _Numbers
    meaning: _Numbers
    lexical: _Numbers
    highest: float
    fused: _Numbers

    def hit(self, place: int, chunk: Chunk, score: float) -> Hit:
        """The candidate at a place as a hit."""
        lexical = float(self.lexical[place])
        return Hit(
            chunk, score, float(self.similarity[place]), lexical or None, float(self.balanced[place]),
            lexical / self.highest, float(self.meaning[place]),
        )  # fmt: skip


class HybridRetriever:
    """A Retriever over a generation and the changes since. Thread-safe: searches run side by side."""

    def __init__(
        self,
        encoder: Encoder,
        *,
        generation: Generation | None = None,
        config: RetrievalConfig | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        """Load a generation, or begin empty. Raises EncoderUnavailable when it was built by another encoder.

        A `reranker` other than the light one looks at what that one finds best.
        """
        self._encoder = encoder
        self._config = config or RetrievalConfig()
        self._light = reranker if isinstance(reranker, LightReranker) else LightReranker()
        self._reranker = None if isinstance(reranker, LightReranker) else reranker
        self._snapshot = Snapshot(encoder.name, encoder.dimension, generation)
        self._centres = centres(encoder)
        self._changing = threading.Lock()

    @property
    def sequence(self) -> int:
        """Number of the last change that a search sees."""
        return self._snapshot.sequence

    @property
    def size(self) -> int:
        """Number of chunks that can be found."""
        return len(self._snapshot.rows)

    def search(
        self,
        question: str,
        within: Filter,
        k: int = 8,
        vector: Vectors | None = None,
        *,
        config: RetrievalConfig | None = None,
    ) -> list[Hit]:
        """Find the best k chunks that `within` admits; `vector` [dimension] spares embedding the question again.

        Each hit carries its score and, to explain it, the parts that `Hit` documents. Of texts that say the same, one.
        `config` replaces the retriever's own for this search.
        """
        config = config or self._config
        if vector is None:
            vector = self._encoder.encode_questions([question])[0]
        snapshot = self._snapshot
        model = self._reranker if config.rerank else None
        wanted = k if model is None else max(k, config.rerank_depth)
        with snapshot.lock.reading():
            hits = self._found(snapshot, Asked.by(self._centres, question, vector, config), within, wanted, config)
        if model is not None:
            best = model.rerank(question, hits[: config.rerank_depth])
            hits = [*best, *hits[config.rerank_depth :]]
        hits = hits[:k]
        if config.context == "none":
            return hits
        with snapshot.lock.reading():
            return [replace(hit, context=tuple(context(snapshot.rows, hit.chunk, config))) for hit in hits]

    def _found(
        self, snapshot: Snapshot, asked: Asked, within: Filter, wanted: int, config: RetrievalConfig
    ) -> list[Hit]:
        """The best `wanted` hits with different texts; only as many chunks are read as that takes."""
        found = self._candidates(snapshot, asked, within, config)
        scores = found.fused
        if config.rerank and len(found.rows):
            covered = float(found.lexical.max()) / found.highest
            scores = self._light.scores(asked.text, found.languages, found.meaning, found.lexical, covered, found.fused)
        order = np.argsort(-scores, kind="stable")
        hits: list[Hit] = []
        for start in range(0, len(order), wanted + _SPARE):
            places = [int(place) for place in order[start : start + wanted + _SPARE]]
            chunks = snapshot.rows.read_many(found.rows[place] for place in places)
            more = [found.hit(place, chunk, float(scores[place])) for place, chunk in zip(places, chunks, strict=True)]
            hits = distinct([*hits, *more])
            if len(hits) >= wanted:
                break
        return hits[:wanted]

    def _candidates(self, snapshot: Snapshot, asked: Asked, within: Filter, config: RetrievalConfig) -> Candidates:
        """Rows that either method finds, fused, best first, before reranking."""
        admitted = snapshot.rows.admitted(within)
        near = _nearest(snapshot, asked, admitted, config.depth) if config.dense_weight else []
        shared = snapshot.words.search(asked.text, config.depth, admitted.mask) if config.lexical_weight else []
        rows = list(dict.fromkeys([*near, *(row for row, _ in shared)]))
        languages = snapshot.rows.languages(rows)
        vectors = snapshot.vectors.rows(rows)
        cosines = (vectors @ asked.vector).astype(np.float64)
        meaning = meanings(asked, self._centres, config, vectors, languages, [snapshot.sentences(row) for row in rows])
        place = {row: number for number, row in enumerate(rows)}
        near.sort(key=lambda row: -meaning[place[row]])
        fused = reciprocal_rank_fusion(
            [(near, config.dense_weight), ([row for row, _ in shared], config.lexical_weight)], config.rank_constant
        )
        order = [place[row] for row, _ in fused]
        bias = np.asarray([asked.bias.get(language, 0.0) for language in languages])
        return Candidates(
            [row for row, _ in fused],
            [languages[number] for number in order],
            cosines[order],
            (cosines - bias)[order],
            np.asarray(meaning)[order],
            snapshot.words.scores(asked.text, rows).astype(np.float64)[order],
            snapshot.words.highest(asked.text) or 1.0,
            np.asarray([score for _, score in fused]),
        )

    def apply(self, changes: Iterable[Change]) -> None:
        """Take changes in order; those at or below `sequence` are skipped, so that a replay is harmless."""
        with self._changing:
            self._snapshot.apply(list(changes))

    def adopt(self, generation: Generation) -> None:
        """Move to another generation without a gap: what was applied beyond its sequence is applied to it again."""
        with self._changing:
            fresh = Snapshot(self._encoder.name, self._encoder.dimension, generation)
            fresh.apply(self._snapshot.since)
            self._snapshot = fresh

    def nearest(self, vector: Vectors, k: int) -> list[tuple[int, float]]:
        """Rows of the k nearest chunks of all tenants, and their cosines: how exact the index is can be measured."""
        snapshot = self._snapshot
        with snapshot.lock.reading():
            return snapshot.vectors.search(vector[np.newaxis], k)[0]

    def chunk(self, chunk_id: str) -> Chunk | None:
        """Look a chunk up."""
        snapshot = self._snapshot
        with snapshot.lock.reading():
            return snapshot.rows.find(chunk_id)

    def neighbours(self, chunk: Chunk, reach: int = 1) -> list[Chunk]:
        """Chunks that stand up to `reach` places before and after in the same document, in order."""
        snapshot = self._snapshot
        with snapshot.lock.reading():
            return snapshot.rows.neighbours(chunk, reach)

    def section(self, chunk: Chunk, above: int = 0) -> list[Chunk]:
        """The chunks under the same headings, `chunk` among them, in order; `above` goes that many headings up."""
        snapshot = self._snapshot
        with snapshot.lock.reading():
            return snapshot.rows.section(chunk, above)


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits with the same text, blanks and letter case aside, the first: one passage filed twice is shown once."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(" ".join(hit.chunk.text.casefold().split()), hit)
    return list(found.values())


def context(rows: Rows, chunk: Chunk, config: RetrievalConfig) -> list[Chunk]:
    """What stands around a chunk as `config` wants it, itself included, in order; never cut within a chunk."""
    if config.context == "neighbours":
        around = sorted([*rows.neighbours(chunk, 1), chunk], key=lambda one: one.ordinal)
        return _within(around, chunk, config.context_characters)
    around = rows.section(chunk)
    if len(around) == 1 and chunk.headings:
        around = rows.section(chunk, above=1)
    return _within(around, chunk, config.context_characters)


def _within(around: list[Chunk], chunk: Chunk, characters: int) -> list[Chunk]:
    """The chunk and as many of its neighbours as have room, the nearest first, without a gap."""
    at = next(number for number, one in enumerate(around) if one.ordinal == chunk.ordinal)
    first, last, room = at, at, characters - len(chunk.text)
    while True:
        before = len(around[first - 1].text) if first > 0 else None
        after = len(around[last + 1].text) if last + 1 < len(around) else None
        if after is not None and after <= room and (before is None or before > room or last - at <= at - first):
            last, room = last + 1, room - after
        elif before is not None and before <= room:
            first, room = first - 1, room - before
        else:
            return around[first : last + 1]


def _nearest(snapshot: Snapshot, asked: Asked, admitted: Admitted, depth: int) -> list[int]:
    """Rows nearest in meaning, best first. Each language is searched by itself: one must not crowd the other out."""
    found = [
        (row, cosine - asked.bias.get(language, 0.0))
        for language, pairs in zip(
            admitted.languages,
            snapshot.vectors.search_each(asked.vector, depth, list(admitted.languages.values())),
            strict=True,
        )
        for row, cosine in pairs
    ]
    return [row for row, _ in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:depth]]

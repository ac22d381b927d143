"""Hybrid search: meaning (FAISS) and words (BM25), filtered before ranking, fused, looked at once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from retrieval.config import RetrievalConfig
from retrieval.encoders.languages import centres
from retrieval.fusion import reciprocal_rank_fusion
from retrieval.indexes.generation import Generation
from retrieval.nearness import Asked, meanings
from retrieval.protocols import Encoder, Reranker
from retrieval.rerankers.light import LightReranker
from retrieval.snapshot import Snapshot
from retrieval.types import Allowed, Change, Chunk, Filter, Hit, Vectors


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
        """Load a generation, or begin empty. Raises EncoderUnavailable when it was built by another encoder."""
        self._encoder = encoder
        self._config = config or RetrievalConfig()
        self._reranker = reranker or LightReranker()
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
        hits = self._candidates(question, vector, within, config)
        return distinct(self._reranker.rerank(question, hits) if config.rerank else hits)[:k]

    def _candidates(self, question: str, vector: Vectors, within: Filter, config: RetrievalConfig) -> list[Hit]:
        """All hits of both methods, fused, best first, before reranking."""
        snapshot = self._snapshot
        asked = Asked.by(self._centres, question, vector, config)
        with snapshot.lock.reading():
            allowed = snapshot.rows.allowed(within)
            scores = snapshot.words.scores(question)
            near = _nearest(snapshot, asked, allowed, config.depth) if config.dense_weight else []
            shared = snapshot.words.best(scores, config.depth, allowed) if config.lexical_weight else []
            rows = list(dict.fromkeys([*near, *(row for row, _ in shared)]))
            found = dict(zip(rows, self._hits(snapshot, asked, rows, config), strict=True))
            highest = snapshot.words.highest(question) or 1.0
        near.sort(key=lambda row: -(found[row].meaning or 0.0))
        fused = reciprocal_rank_fusion(
            [(near, config.dense_weight), ([row for row, _ in shared], config.lexical_weight)], config.rank_constant
        )
        return [
            replace(found[row], score=score, lexical=float(scores[row]) or None, coverage=float(scores[row]) / highest)
            for row, score in fused
        ]

    def _hits(self, snapshot: Snapshot, asked: Asked, rows: list[int], config: RetrievalConfig) -> list[Hit]:
        """Hits of rows with what their vectors say, not yet scored."""
        chunks = snapshot.rows.read_many(rows)
        vectors = snapshot.vectors.rows(rows)
        languages, codes = [chunk.language for chunk in chunks], [snapshot.sentences(row) for row in rows]
        near = meanings(asked, self._centres, config, vectors, languages, codes)
        return [
            Hit(
                chunk, 0.0, float(cosine), balanced=float(cosine) - asked.bias.get(chunk.language, 0.0), meaning=meaning
            )
            for chunk, cosine, meaning in zip(chunks, vectors @ asked.vector, near, strict=True)
        ]

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


def distinct(hits: Iterable[Hit]) -> list[Hit]:
    """Of hits with the same text, blanks and letter case aside, the first: one passage filed twice is shown once."""
    found: dict[str, Hit] = {}
    for hit in hits:
        found.setdefault(" ".join(hit.chunk.text.casefold().split()), hit)
    return list(found.values())


def _nearest(snapshot: Snapshot, asked: Asked, allowed: Allowed, depth: int) -> list[int]:
    """Rows nearest in meaning, best first. Each language is searched by itself: one must not crowd the other out."""
    found = [
        (row, cosine - asked.bias.get(language, 0.0))
        for language, mask in snapshot.rows.by_language(allowed).items()
        for row, cosine in snapshot.vectors.search(asked.vector[np.newaxis], depth, mask)[0]
    ]
    return [row for row, _ in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:depth]]

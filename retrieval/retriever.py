"""Hybrid search: meaning (FAISS) and words (BM25), filtered before ranking, fused, looked at once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping

import numpy as np

from retrieval.config import RetrievalConfig
from retrieval.encoders.languages import language_parts
from retrieval.fusion import reciprocal_rank_fusion
from retrieval.indexes.generation import Generation
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
        self._language_parts = language_parts(encoder)
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

        Each hit carries its score and, to explain it, the cosine and the BM25 score (None: no word shared).
        `config` replaces the retriever's own for this search.
        """
        config = config or self._config
        if vector is None:
            vector = self._encoder.encode_questions([question])[0]
        hits = self._candidates(question, vector, within, config)
        return (self._reranker.rerank(question, hits) if config.rerank else hits)[:k]

    def _candidates(self, question: str, vector: Vectors, within: Filter, config: RetrievalConfig) -> list[Hit]:
        """All hits of both methods, fused, best first, before reranking."""
        snapshot = self._snapshot
        bias = {name: config.language_balance * float(vector @ part) for name, part in self._language_parts.items()}
        with snapshot.lock.reading():
            allowed = snapshot.rows.allowed(within)
            scores = snapshot.words.scores(question)
            highest = snapshot.words.highest(question) or 1.0
            rankings: list[tuple[list[int], float]] = []
            if config.dense_weight:
                nearest = _nearest(snapshot, vector, allowed, config.depth, bias)
                rankings.append((nearest, config.dense_weight))
            if config.lexical_weight:
                lexical = snapshot.words.best(scores, config.depth, allowed)
                rankings.append(([row for row, _ in lexical], config.lexical_weight))
            fused = reciprocal_rank_fusion(rankings, config.rank_constant)
            cosines = snapshot.vectors.similarities(vector, [row for row, _ in fused])
            return [
                _hit(snapshot.rows.read(row), score, float(cosine), float(scores[row]), highest, bias)
                for (row, score), cosine in zip(fused, cosines, strict=True)
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


def _nearest(snapshot: Snapshot, vector: Vectors, allowed: Allowed, depth: int, bias: Mapping[str, float]) -> list[int]:
    """Rows nearest in meaning, best first. Each language is searched by itself: one must not crowd the other out."""
    found = [
        (row, cosine - bias.get(language, 0.0))
        for language, mask in snapshot.rows.by_language(allowed).items()
        for row, cosine in snapshot.vectors.search(vector[np.newaxis], depth, mask)[0]
    ]
    return [row for row, _ in sorted(found, key=lambda pair: (-pair[1], pair[0]))[:depth]]


def _hit(chunk: Chunk, score: float, cosine: float, lexical: float, highest: float, bias: Mapping[str, float]) -> Hit:
    return Hit(
        chunk,
        score,
        similarity=cosine,
        lexical=lexical or None,
        balanced=cosine - bias.get(chunk.language, 0.0),
        coverage=lexical / highest,
    )

"""Hybrid search: meaning (FAISS) and words (BM25), filtered before ranking, fused, looked at once more."""

from __future__ import annotations

import threading
from collections.abc import Iterable

import numpy as np

from retrieval.config import RetrievalConfig
from retrieval.fusion import reciprocal_rank_fusion
from retrieval.indexes.generation import Generation
from retrieval.protocols import Encoder, Reranker
from retrieval.rerankers.light import LightReranker
from retrieval.snapshot import Snapshot
from retrieval.types import Change, Chunk, Filter, Hit, Vectors


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
        with snapshot.lock.reading():
            allowed = snapshot.rows.allowed(within)
            if not allowed.any():
                return []
            scores = snapshot.words.scores(question)
            rankings: list[tuple[list[int], float]] = []
            if config.dense_weight:
                dense = snapshot.vectors.search(vector[np.newaxis], config.depth, allowed)[0]
                rankings.append(([row for row, _ in dense], config.dense_weight))
            if config.lexical_weight:
                lexical = snapshot.words.best(scores, config.depth, allowed)
                rankings.append(([row for row, _ in lexical], config.lexical_weight))
            fused = reciprocal_rank_fusion(rankings, config.rank_constant)
            rows = [row for row, _ in fused]
            cosines = snapshot.vectors.similarities(vector, rows)
            return [
                Hit(snapshot.rows.read(row), score, float(cosine), float(scores[row]) or None)
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

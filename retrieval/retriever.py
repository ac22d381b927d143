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
        self._reranker = reranker or (LightReranker() if self._config.rerank else None)
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

    def search(self, question: str, within: Filter, k: int = 8, vector: Vectors | None = None) -> list[Hit]:
        """Find the best k chunks that `within` admits; `vector` [dimension] spares embedding the question again.

        Each hit carries its fused score and, to explain it, the cosine and the BM25 score (None: no word shared).
        """
        if vector is None:
            vector = self._encoder.encode_questions([question])[0]
        hits = self.candidates(question, vector, within)
        return (self._reranker.rerank(question, hits) if self._reranker else hits)[:k]

    def candidates(self, question: str, vector: Vectors, within: Filter) -> list[Hit]:
        """All hits of both methods, fused, best first, before reranking."""
        depth = self._config.depth
        snapshot = self._snapshot
        with snapshot.lock.reading():
            allowed = snapshot.rows.allowed(within)
            if not allowed.any():
                return []
            dense = snapshot.vectors.search(vector[np.newaxis], depth, allowed)[0]
            scores = snapshot.words.scores(question)
            lexical = snapshot.words.best(scores, depth, allowed)
            fused = reciprocal_rank_fusion(
                [
                    ([row for row, _ in dense], self._config.dense_weight),
                    ([row for row, _ in lexical], self._config.lexical_weight),
                ],
                self._config.rank_constant,
            )
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

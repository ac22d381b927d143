"""A reranker that needs no model: it puts the magnitudes back that rank fusion threw away.

A convex combination of scaled scores beats fusion by rank alone where both methods' scores are to be had (Bruch,
Gai, Ingber 2022, "An Analysis of Fusion Functions for Hybrid Retrieval").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from retrieval.types import Hit


class LightReranker:
    """Weighs cosine and BM25, each scaled over the candidates, and the fused score."""

    def __init__(self, dense: float = 0.5, lexical: float = 0.35, fused: float = 0.15) -> None:
        self._weights = (dense, lexical, fused)

    def rerank(self, question: str, hits: Sequence[Hit]) -> list[Hit]:  # noqa: ARG002 - the protocol's question
        """Return the same hits, best first; scores lie between 0 and 1."""
        if not hits:
            return []
        dense = _scaled([hit.similarity or 0.0 for hit in hits])
        lexical = _from_zero([hit.lexical or 0.0 for hit in hits])
        a, b, c = self._weights
        scored = [
            replace(hit, score=a * meaning + b * words + c * hit.score)
            for hit, meaning, words in zip(hits, dense, lexical, strict=True)
        ]
        return sorted(scored, key=lambda hit: -hit.score)


def _scaled(values: list[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 1.0 for value in values]


def _from_zero(values: list[float]) -> list[float]:
    high = max(values)
    return [value / high if high > 0 else 0.0 for value in values]

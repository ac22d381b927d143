"""Figures of a ranking against the documents that should be in it; binary relevance, values from 0 to 1."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence


def recall_at(depth: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Share of the relevant documents that could be among the first `depth` and are."""
    found = sum(document in relevant for document in ranking[:depth])
    return found / min(len(relevant), depth) if relevant else 0.0


def reciprocal_rank_at(depth: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """One over the rank of the first relevant document; 0 when none is among the first `depth`."""
    ranks = (rank for rank, document in enumerate(ranking[:depth], start=1) if document in relevant)
    return 1 / rank if (rank := next(ranks, None)) is not None else 0.0


def ndcg_at(depth: int, ranking: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulative gain (Järvelin, Kekäläinen 2002)."""
    gain = sum(1 / math.log2(rank + 1) for rank, doc in enumerate(ranking[:depth], start=1) if doc in relevant)
    ideal = sum(1 / math.log2(rank + 1) for rank in range(1, min(len(relevant), depth) + 1))
    return gain / ideal if ideal else 0.0

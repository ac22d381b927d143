"""Reciprocal rank fusion (Cormack, Clarke, Büttcher 2009): ranks of several methods into one score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence


def reciprocal_rank_fusion(
    rankings: Sequence[tuple[Sequence[int], float]], rank_constant: int = 60
) -> list[tuple[int, float]]:
    """Fuse rankings, each a sequence of rows, best first, with a weight; returns (row, score), best first.

    A row's score is the sum over rankings of weight / (rank_constant + rank), ranks from 1, divided by what a row
    would get that is first in all of them: between 0 and 1. Ties go to the smaller row. Of a row that appears
    twice in one ranking, the first place counts. Raises ValueError for a weight or constant below zero.
    """
    if rank_constant < 0 or any(weight < 0 for _, weight in rankings):
        raise ValueError("weights and rank_constant must not be negative")
    best_possible = sum(weight for _, weight in rankings) / (rank_constant + 1)
    if best_possible == 0:
        return []
    scores: dict[int, float] = {}
    for ranking, weight in rankings:
        for rank, row in enumerate(dict.fromkeys(ranking), start=1):
            scores[row] = scores.get(row, 0.0) + weight / (rank_constant + rank)
    return ranked({row: score / best_possible for row, score in scores.items()})


def ranked(scores: Mapping[int, float]) -> list[tuple[int, float]]:
    """Order (row, score) pairs, best first; ties go to the smaller row."""
    return sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))

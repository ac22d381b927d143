"""The libraries below our search, each alone: FAISS's exact index, and bm25s."""

from __future__ import annotations

import statistics
from time import perf_counter

import bm25s
import faiss
import numpy as np

from retrieval.lexical.segment import Segment
from retrieval.lexical.tokens import question_tokens
from retrieval.types import Vectors

_BLOCK = 65_536
_TIMED = 20


def faiss_flat(base: Vectors, questions: Vectors, k: int) -> tuple[list[set[int]], list[float]]:
    """The exact `k` nearest rows to each question, and milliseconds of questions asked one by one, in one thread."""
    index = faiss.IndexFlatIP(base.shape[1])
    for at in range(0, len(base), _BLOCK):
        index.add(np.ascontiguousarray(base[at : at + _BLOCK]))
    faiss.omp_set_num_threads(1)
    times = []
    for vector in questions[:_TIMED]:
        begun = perf_counter()
        index.search(vector[np.newaxis], k)
        times.append((perf_counter() - begun) * 1000)
    _, rows = index.search(questions, k)
    return [set(map(int, row)) for row in rows], times


def bm25s_alone(segment: Segment, questions: list[str], k: int = 10) -> float:
    """Median milliseconds of bm25s itself over the same scores and tokens."""
    index = bm25s.BM25(method="lucene")
    index.scores = {
        "data": segment.data, "indices": segment.indices, "indptr": segment.indptr, "num_docs": segment.count,
    }  # fmt: skip
    index.nonoccurrence_array = None
    index.vocab_dict = dict(segment.vocabulary)
    index.unique_token_ids_set = set(segment.vocabulary.values())
    times = []
    for question in questions:
        tokens = [segment.vocabulary[token] for token in question_tokens(question) if token in segment.vocabulary]
        begun = perf_counter()
        scores = index.get_scores_from_ids(tokens)
        np.argpartition(-scores, min(k, len(scores) - 1))
        times.append((perf_counter() - begun) * 1000)
    return statistics.median(times)

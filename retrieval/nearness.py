"""How near candidates are to a question: their vectors and their sentences', centred by language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from retrieval.config import RetrievalConfig
from retrieval.encoders.languages import Centres
from retrieval.language import detect
from retrieval.sentences import restore
from retrieval.types import Codes, Vectors


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as searches compare it: `vector` [dimension] as encoded, `centred` without what questions of its
    language have in common, `bias` what the language of a passage alone adds to its cosine.
    """

    text: str
    vector: Vectors
    centred: Vectors
    bias: Mapping[str, float]

    @classmethod
    def by(cls, centres: Centres, text: str, vector: Vectors, config: RetrievalConfig) -> Asked:
        """Prepare a question."""
        bias = {name: config.language_balance * float(vector @ part) for name, part in centres.parts.items()}
        return cls(text, vector, centres.question(vector, detect(text), config.centring), bias)


def meanings(
    asked: Asked, centres: Centres, config: RetrievalConfig, vectors: Vectors, languages: Sequence[str],
    codes: Sequence[Codes],
) -> list[float]:  # fmt: skip
    """Centred cosine of each passage and of its nearest sentence, weighed by `config.sentences`.

    `vectors` [n, dimension]; `codes` the sentences of each, where it has none the passage stands alone.
    """
    if not len(vectors):
        return []
    whole = centres.passages_without(vectors, languages, config.centring) @ asked.centred
    counts = np.asarray([len(own) for own in codes])
    if not config.sentences or not counts.any():
        return [float(value) for value in whole]
    rows = restore(np.concatenate([own for own in codes if len(own)]))
    owner = np.repeat(np.arange(len(codes)), counts)
    cosines = centres.passages_without(rows, [languages[number] for number in owner], config.centring) @ asked.centred
    best = whole.copy()
    has = np.flatnonzero(counts)
    best[has] = np.maximum.reduceat(cosines, np.concatenate([[0], np.cumsum(counts[has])[:-1]]))
    return [float(value) for value in (1 - config.sentences) * whole + config.sentences * best]

"""Curated answers without a database, for measurements: the same table, verifier and guards as a web worker's."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.faq import issuing
from assistant.faq.lookup import FaqIndex
from assistant.faq.stats import FaqStats
from assistant.faq.table import EVERYBODY, Entry, Table, Way
from assistant.knowledge.encoder import shared_encoder
from retrieval.normalise import fold
from retrieval.types import Vectors

TENANT = "peer"


def table_index(questions: Sequence[str], vectors: Vectors, language: str) -> FaqIndex:
    """Hold one entry a question, its place as answer; `vectors` float32 [len(questions), dimension].

    The shipped certificate of the language applies, as for a tenant without pairs of its own.
    """
    entries = [
        Entry(place, str(place), language, "general", "faq", text, str(place), EVERYBODY, (Way(text, fold(text), row),))
        for place, (text, row) in enumerate(zip(questions, vectors, strict=True))
    ]
    thresholds = {(language, "general"): issuing.shipped(language).threshold}
    return FaqIndex.holding(
        shared_encoder(), FaqStats("redis://localhost:1"), {TENANT: (Table(1, entries), thresholds)}
    )

"""Which questions the live version recognises, judged in bulk from their embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from assistant.accounts.models import Tenant
from assistant.intents.model import KernelModel
from assistant.intents.models import TrainedClassifier
from assistant.intents.rules import wants_human
from retrieval.types import Vectors

SURE = 0.5
"""Below this confidence, which is calibrated, the intent named is as likely wrong as right."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a question is nearest to (empty: nothing is live), and whether it counts as recognised."""

    name: str
    confidence: float
    recognised: bool


def seen(tenant: Tenant, texts: Sequence[str], vectors: Vectors, encoder: str) -> list[Seen]:
    """Judge questions with embeddings [n, d] of the named encoder. Without a live version nothing is recognised.

    A wish for a human is always recognised, as it is when it is asked. Raises ValueError when the row is damaged.
    """
    live = TrainedClassifier.objects.filter(tenant=tenant, encoder=encoder, live=True).only("weights").first()
    if live is None or not texts:
        return [Seen("", 0.0, wants_human(text)) for text in texts]
    model = KernelModel.parse(bytes(live.weights))
    scores = model.scores(vectors, texts)
    best = scores.probabilities.argmax(axis=1)
    return [
        Seen(
            str(model.classes[column]),
            float(sure := scores.probabilities[row, column]),
            bool(wants_human(text) or (sure >= SURE and scores.strangeness[row] <= model.threshold[0])),
        )
        for row, (text, column) in enumerate(zip(texts, best, strict=True))
    ]

"""Examples that conflict: the same text, or nearly the same, under two intents teaches the assistant to waver."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from django.db.models import F

from assistant.accounts.models import Tenant
from assistant.intents.models import Example
from retrieval.normalise import fold
from retrieval.types import Vectors

NEAR = 0.96
"""Cosine of question embeddings from which two examples are shown: wordings that differ in a word or two."""
MOST = 20_000
"""Examples compared, every one with every other one, the newest first."""
BLOCK = 512
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Placed:
    """An example and the intent it stands under."""

    pk: int
    text: str
    intent: str
    intent_pk: int


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two examples under different intents. `likeness` is 1 for the same text (folded), else the cosine."""

    first: Placed
    second: Placed
    likeness: float

    @property
    def same(self) -> bool:
        """Whether the words are the same."""
        return fold(self.first.text) == fold(self.second.text)

    def touches(self, intent_pk: int) -> bool:
        """Whether an intent takes part."""
        return intent_pk in {self.first.intent_pk, self.second.intent_pk}


def conflicts(tenant: Tenant) -> list[Conflict]:
    """Find a tenant's conflicts: equal words first, then the nearest.

    Words are compared at once; meanings once the example was embedded, which training does.
    """
    rows = list(Example.objects.filter(intent__tenant=tenant).annotate(label=F("intent__name")).order_by("-id")[:MOST])
    placed = [Placed(row.pk, row.text, row.label, row.intent_id) for row in rows]
    found = dict.fromkeys(_equal(placed), 1.0)
    for encoder in {row.encoder for row in rows if row.vector is not None}:
        here = [number for number, row in enumerate(rows) if row.vector is not None and row.encoder == encoder]
        vectors = np.stack([np.frombuffer(bytes(rows[number].vector or b""), dtype="<f4") for number in here])
        for a, b, likeness in near([placed[number].intent_pk for number in here], vectors):
            found.setdefault((here[a], here[b]), likeness)
    listed = [_conflict(placed[a], placed[b], likeness) for (a, b), likeness in found.items()]
    return sorted(listed, key=lambda each: (-each.likeness, each.first.intent, each.first.text, each.second.pk))


def near(owners: Sequence[int], vectors: Vectors) -> Iterator[tuple[int, int, float]]:
    """Yield (smaller, larger, cosine) row numbers of unit vectors [n, d] of different owners that lie near."""
    numbers = np.asarray(owners)
    for start in range(0, len(numbers), BLOCK):
        likeness = vectors[start : start + BLOCK] @ vectors.T
        likeness[numbers[start : start + BLOCK, None] == numbers[None, :]] = -1.0
        for row, column in np.argwhere(likeness >= NEAR):
            if start + row < column:
                yield int(start + row), int(column), float(likeness[row, column])


def _equal(placed: Sequence[Placed]) -> Iterator[tuple[int, int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for number, each in enumerate(placed):
        rows[fold(each.text)].append(number)
    for same in rows.values():
        yield from (pair for pair in combinations(same, 2) if placed[pair[0]].intent_pk != placed[pair[1]].intent_pk)


def _conflict(one: Placed, two: Placed, likeness: float) -> Conflict:
    first, second = sorted((one, two), key=lambda each: (each.intent, each.pk))
    return Conflict(first, second, likeness)

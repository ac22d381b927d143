"""Duplicates and contradictions: passages of different documents that are nearly the same text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.accounts.models import Tenant
from assistant.editing.doubt import Doubt, doubt
from assistant.editing.models import Run
from assistant.editing.runs import NO_TENANT, Outcome
from assistant.errors import Text
from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.models import Chunk
from retrieval.sentences import unpack
from retrieval.types import Vectors

MOST = 20_000
"""Passages compared, those of the documents changed last; every one with every other one, which takes a few seconds."""
BLOCK = 512
NEAR = 0.93
"""Cosine from which two passages are looked at word by word: wider than what counts in the end, see `doubt`."""
NEIGHBOURS = 5
SHOWN = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and the document it stands in, as plain values."""

    chunk: str
    document: str
    title: str
    page: int | None
    text: str


@dataclass(frozen=True, slots=True)
class Twins:
    """Two passages that an editor should look at."""

    doubt: Doubt
    first: Place
    second: Place


def find(run: Run, report: Callable[[float], None]) -> Outcome:
    """Compare a tenant's passages. Contradictions come first. Raises EncoderUnavailable."""
    if run.tenant is None:
        return Outcome(NO_TENANT)
    found = twins_of(run.tenant, shared_encoder().name, report)
    found.sort(key=lambda twins: (twins.doubt.reason == "duplicate", twins.first.title, twins.second.title))
    conflicts = sum(twins.doubt.reason != "duplicate" for twins in found)
    repeats = len(found) - conflicts
    note = Text(f"{conflicts} contradictions, {repeats} duplicates", f"{conflicts} 处矛盾，{repeats} 处重复")
    return Outcome(note, {"twins": [asdict(twins) for twins in found[:SHOWN]]})


def twins_of(tenant: Tenant, encoder: str, report: Callable[[float], None] = lambda _: None) -> list[Twins]:
    """Find near passages by their vectors, and compare those word by word."""
    ids, documents, vectors = _load(tenant, encoder)
    pairs: set[tuple[int, int]] = set()
    for start in range(0, len(ids), BLOCK):
        pairs |= set(_near(vectors, documents, start))
        report(0.8 * start / max(len(ids), 1))
    places = _places({ids[row] for pair in pairs for row in pair})
    compared = ((places[ids[a]], places[ids[b]]) for a, b in sorted(pairs) if ids[a] in places and ids[b] in places)
    return [Twins(found, one, two) for one, two in compared if (found := doubt(one.text, two.text)) is not None]


def _load(tenant: Tenant, encoder: str) -> tuple[list[str], NDArray[np.int64], Vectors]:
    """Return ids, a number for the document of each, and the unit vectors, shape [chunks, dimension]."""
    live = Chunk.objects.filter(document__tenant=tenant, document__deleted_at=None, encoder=encoder)
    rows = live.order_by("-document__updated_at", "document_id", "ordinal").values_list("id", "document_id", "vector")
    # Sentences are several times as long as the passages' own vectors: they go as they come.
    loaded = [(pk, document, unpack(bytes(data))[0]) for pk, document, data in rows[:MOST].iterator()]
    if not loaded:
        return [], np.empty(0, np.int64), np.empty((0, 1), np.float32)
    numbers = {document: number for number, document in enumerate(dict.fromkeys(row[1] for row in loaded))}
    vectors = np.stack([row[2] for row in loaded])
    return [row[0] for row in loaded], np.array([numbers[row[1]] for row in loaded]), vectors


def _near(vectors: Vectors, documents: NDArray[np.int64], start: int) -> Iterator[tuple[int, int]]:
    """Yield (smaller, larger) row numbers of near passages of different documents, for a block of rows."""
    block = slice(start, start + BLOCK)
    likeness = vectors[block] @ vectors.T
    likeness[documents[block, None] == documents[None, :]] = -1.0
    many = min(NEIGHBOURS, likeness.shape[1])
    best = np.argpartition(-likeness, many - 1, axis=1)[:, :many]
    for offset, columns in enumerate(best):
        for column in columns:
            if likeness[offset, column] >= NEAR:
                row = start + offset
                yield (min(row, int(column)), max(row, int(column)))


def _places(chunk_ids: set[str]) -> dict[str, Place]:
    found = Chunk.objects.filter(pk__in=chunk_ids).select_related("document").defer("vector")
    return {row.pk: Place(row.pk, str(row.document_id), str(row.document), row.page, row.text) for row in found}

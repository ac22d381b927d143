"""Rows, vectors and words of one moment, changed together: a generation, and the changes since."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from retrieval.errors import EncoderUnavailable
from retrieval.indexes.faiss import FaissIndex
from retrieval.indexes.generation import Generation
from retrieval.lexical.bm25 import Bm25Index
from retrieval.locks import ReadWriteLock
from retrieval.passage import searchable
from retrieval.protocols import VectorIndex
from retrieval.rows import Rows
from retrieval.types import Change, Codes, Upsert

MakeIndex = Callable[[Generation], VectorIndex]
"""Makes the index of a generation's vectors; rows that come later are added to it."""

_NO_CODES: Codes = np.empty((0, 0), dtype=np.int8)


class Snapshot:
    """What a search looks at. `lock` guards all of it; `sequence` is the last change that is in it."""

    def __init__(
        self,
        encoder_name: str,
        dimension: int,
        generation: Generation | None = None,
        vectors: MakeIndex | None = None,
    ) -> None:
        """Load a generation, or begin empty. Raises EncoderUnavailable when it was built by another encoder.

        `vectors` makes a generation's vector index; FAISS in this process where it is None.
        """
        self.lock = ReadWriteLock()
        self.since: list[Change] = []
        self._dimension = dimension
        self._sentences = generation.sentences if generation is not None else None
        self._later: dict[int, Codes] = {}
        if generation is None or not generation.manifest.count:  # an empty one has no encoder's vectors in it
            self.rows, self.words = Rows(), Bm25Index()
            self.vectors: VectorIndex = FaissIndex(dimension)
            self.sequence = generation.sequence if generation is not None else 0
            return
        made_by = (generation.manifest.encoder, generation.manifest.dimension)
        if made_by != (encoder_name, dimension):
            raise EncoderUnavailable(
                f"{generation.folder} was built with {made_by}, the encoder is {(encoder_name, dimension)}: "
                "build the index again"
            )
        self.rows = Rows(generation.chunks)
        self.vectors = (vectors or _by_faiss)(generation)
        self.words = Bm25Index(generation.words)
        self.sequence = generation.sequence

    def apply(self, changes: Sequence[Change]) -> None:
        """Take changes in order, at once for every reader; those at or below `sequence` are skipped.

        Raises ValueError for a vector of another shape or not finite; nothing is changed then.
        """
        fresh = [change for change in changes if change.sequence > self.sequence]
        last = {_chunk_id(change): change for change in fresh}
        upserts = [change for change in last.values() if isinstance(change, Upsert)]
        if not fresh:
            return
        for upsert in upserts:
            if upsert.vector.shape != (self._dimension,) or not np.isfinite(upsert.vector).all():
                raise ValueError(f"chunk {upsert.chunk.id}: expected {self._dimension} finite numbers")
        with self.lock.writing():
            gone = [row for row in map(self.rows.remove, last) if row is not None]
            added = [self.rows.add(upsert.chunk) for upsert in upserts]
            self.vectors.remove(gone)
            for row in gone:
                self._later.pop(row, None)
            self.words.remove(gone)
            if upserts:
                self.vectors.add(added, np.stack([upsert.vector for upsert in upserts]))
                self._later.update(
                    (row, upsert.sentences)
                    for row, upsert in zip(added, upserts, strict=True)
                    if upsert.sentences is not None
                )
                self.words.add(added, [searchable(upsert.chunk) for upsert in upserts])
            self.since.extend(fresh)
            self.sequence = max(change.sequence for change in fresh)

    def sentences(self, row: int) -> Codes:
        """Codes of a row's sentences, [sentences, dimension] int8; none where they were not embedded."""
        if self._sentences is not None and row < len(self._sentences):
            return self._sentences.of(row)
        return self._later.get(row, _NO_CODES)


def _by_faiss(generation: Generation) -> VectorIndex:
    return FaissIndex(generation.manifest.dimension, generation.vectors, generation.coarse)


def _chunk_id(change: Change) -> str:
    return change.chunk.id if isinstance(change, Upsert) else change.chunk_id

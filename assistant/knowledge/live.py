"""From rows to a live index: changes are followed, generations are built beside and adopted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from assistant.knowledge.models import Change, Chunk, ChunkChange
from assistant.knowledge.services import CHANGES
from assistant.live.follower import Follower
from retrieval.errors import IndexDamaged
from retrieval.indexes.generation import Generation
from retrieval.indexes.generations import GenerationStore
from retrieval.sentences import unpack
from retrieval.types import Change as IndexChange
from retrieval.types import Chunk as Passage
from retrieval.types import Delete, Upsert

logger = logging.getLogger(__name__)

BATCH = 500
MERGE_AFTER = 5_000
"""Changes beyond the newest generation after which the worker builds the next: replaying them costs a web worker that
starts about half a second (10,000 a second measured)."""
MERGE_SHARE = 0.05
"""Of the generation's chunks: a large one, which takes minutes to build, is not built again for every 5,000 changes."""
MERGE_AGE_S = 24 * 3600.0
"""Changes older than this are merged however few they are."""


class Followable(Protocol):
    """What is kept up to date: a HybridRetriever."""

    @property
    def sequence(self) -> int:
        """Number of the last change that a search sees."""

    def apply(self, changes: Iterable[IndexChange]) -> None:
        """Take changes in order."""

    def adopt(self, generation: Generation) -> None:
        """Move to another generation."""


class LiveKnowledge:
    """Keeps a retriever of this process as new as the database."""

    def __init__(self, retriever: Followable, encoder_name: str, *, store: GenerationStore | None = None) -> None:
        self._retriever = retriever
        self._encoder_name = encoder_name
        self._store = store
        self._generation = store.current_number() if store is not None else None
        self._seen = retriever.sequence
        self._follower = Follower(CHANGES, self.refresh)

    @property
    def sequence(self) -> int:
        """Number of the last change that was taken over."""
        return self._seen

    @property
    def fresh_at(self) -> float:
        """Monotonic time of the last successful look at the database; minus infinity before the first."""
        return self._follower.fresh_at

    def start(self) -> None:
        """Follow in the background."""
        self._follower.start()

    def stop(self) -> None:
        """Stop following."""
        self._follower.stop()

    def refresh(self) -> None:
        """Take over all changes there are. Raises what the database raises."""
        self._adopt_newer_generation()
        if self._seen == 0 and ChunkChange.objects.pruned():
            self._seen = self._from_chunks()
        while True:
            last, changes = changes_after(self._seen, self._encoder_name, limit=BATCH)
            if last == self._seen:
                return
            self._retriever.apply(changes)
            self._seen = last

    def _from_chunks(self) -> int:
        """Start from the chunks as they are, where the list of changes no longer goes back to the first one."""
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            last = ChunkChange.objects.last()
            rows = _with_document().filter(encoder=self._encoder_name).iterator(chunk_size=BATCH)
            # Each chunk has a change of its own behind it, so that its place in the list is below the last one's.
            self._retriever.apply(upsert(place, chunk) for place, chunk in enumerate(rows, 1))
        return last

    def _adopt_newer_generation(self) -> None:
        if self._store is None:
            return
        number = self._store.current_number()
        if number is None or number == self._generation:
            return
        generation = self._store.current()
        if generation is not None:
            self._retriever.adopt(generation)
            self._seen = max(self._seen, self._retriever.sequence)
        self._generation = number


def changes_after(sequence: int, encoder_name: str, *, limit: int) -> tuple[int, list[IndexChange]]:
    """Read the next changes after `sequence`; returns the number of the last one and the changes as values.

    An upsert whose chunk is gone is left out: the deletion that took it has a higher number and follows.
    """
    rows = list(ChunkChange.objects.filter(sequence__gt=sequence).order_by("sequence")[:limit])
    if not rows:
        return sequence, []
    wanted = {row.chunk_id for row in rows if row.op == Change.UPSERT}
    chunks = {chunk.id: chunk for chunk in _with_document().filter(id__in=wanted, encoder=encoder_name)}
    changes: list[IndexChange] = []
    for row in rows:
        chunk = chunks.get(row.chunk_id)
        if row.op == Change.DELETE:
            changes.append(Delete(row.sequence, row.chunk_id))
        elif chunk is not None:
            changes.append(upsert(row.sequence, chunk))
    return rows[-1].sequence, changes


def build_index(store: GenerationStore, encoder_name: str, progress: Callable[[int], None] | None = None) -> Generation:
    """Write all chunks as a new generation, of one moment of the database. Raises IndexNotWritten."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        sequence = ChunkChange.objects.last()
        rows = _with_document().filter(encoder=encoder_name).order_by("document_id", "ordinal")
        return store.build(_upserts(rows.iterator(chunk_size=BATCH), sequence), sequence, encoder_name, progress)


def merge_if_due(store: GenerationStore, encoder_name: str) -> bool:
    """Build the next generation when the changes beyond the present one are many, or old; says whether it did.

    A damaged generation counts as none, and is replaced when there is anything to search.
    """
    try:
        manifest = store.current_manifest()
    except IndexDamaged as error:
        logger.warning("index.damaged error=%s", error)
        manifest = None
    beyond = ChunkChange.objects.filter(sequence__gt=manifest.sequence if manifest else 0).order_by("sequence")
    most = max(MERGE_AFTER, int(MERGE_SHARE * manifest.count)) if manifest else MERGE_AFTER
    waiting = len(beyond.values_list("pk", flat=True)[:most])
    if waiting < most and not _older(beyond.first(), MERGE_AGE_S):
        return False
    build_index(store, encoder_name)
    return True


def _older(change: ChunkChange | None, seconds: float) -> bool:
    return change is not None and (timezone.now() - change.created_at).total_seconds() > seconds


def upsert(sequence: int, chunk: Chunk) -> Upsert:
    """Turn a row into the value that an index takes."""
    return Upsert(sequence, as_passage(chunk), *unpack(bytes(chunk.vector)))


def as_passage(chunk: Chunk) -> Passage:
    """Turn a row into the passage that is searched and cited."""
    document = chunk.document
    return Passage(
        id=chunk.id,
        document=str(document.pk),
        revision=chunk.revision.number,
        checksum=chunk.revision.sha256,
        tenant=document.tenant.slug,
        text=chunk.text,
        title=document.title,
        language=chunk.language,
        domain=document.domain,
        ordinal=chunk.ordinal,
        headings=tuple(chunk.headings),
        page=chunk.page,
        line=chunk.line,
        url=document.url or None,
        tags=frozenset(document.tags),
        access=frozenset(document.access),
        last_page=chunk.last_page,
        last_line=chunk.last_line,
        valid_from=None if document.valid_from is None else document.valid_from.timestamp(),
        valid_until=None if document.valid_until is None else document.valid_until.timestamp(),
    )


def _upserts(rows: Iterable[Chunk], sequence: int) -> Iterator[Upsert]:
    return (upsert(sequence, row) for row in rows)


def _with_document() -> QuerySet[Chunk]:
    return Chunk.objects.select_related("document__tenant", "revision").defer("revision__data")

"""Vectors of sentences, added after a document is live: publishing need not wait for what only sharpens the order."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction
from django.db.models import IntegerField
from django.db.models.expressions import Func

from assistant.knowledge.live import as_passage
from assistant.knowledge.models import Change, Chunk, ChunkChange
from assistant.knowledge.services import CHANGES
from assistant.live.bell import bell
from retrieval.protocols import Encoder
from retrieval.sentences import PASSAGE_BYTES, encode_sentences, has_sentences, pack, unpack
from retrieval.types import Codes

BATCH = 16
"""Chunks embedded at a time: a second or two of one core, for which a document that comes meanwhile shares it."""
AT_MOST = 2_000
"""Chunks of one turn of the chore: a few minutes of one core, after which it looks again."""


def sharpen(
    encoder: Encoder, after: str = "", at_most: int = AT_MOST, busy: Callable[[], bool] = lambda: False
) -> tuple[int, str]:
    """Embed the sentences of chunks that lack them, in the order of their ids from `after` on.

    Ends early, but not before the first batch, when there is something else to do. Returns how many were done and the
    id to go on from; "" when the end was reached.
    """
    done = 0
    while chunks := _lacking(encoder, after):
        done += _keep(chunks, list(encode_sentences([as_passage(chunk) for chunk in chunks], encoder)))
        after = chunks[-1].pk
        if done >= at_most or busy():
            return done, after
    return done, ""


def _lacking(encoder: Encoder, after: str) -> list[Chunk]:
    """The next chunks with nothing but a passage's vector, which is as long as all others of its encoder."""
    bare = PASSAGE_BYTES * encoder.dimension
    size = Func("vector", function="octet_length", output_field=IntegerField())
    rows = Chunk.objects.select_related("document__tenant", "revision").defer("revision__data").alias(size=size)
    return list(rows.filter(encoder=encoder.name, id__gt=after, size=bare).order_by("id")[:BATCH])


@transaction.atomic
def _keep(chunks: Sequence[Chunk], codes: Sequence[Codes]) -> int:
    """Write them down and announce the chunks as changed; those that went meanwhile are left alone."""
    found = {chunk.pk: own for chunk, own in zip(chunks, codes, strict=True)}
    ChunkChange.objects.lock()
    present = list(Chunk.objects.select_for_update(of=("self",)).filter(pk__in=found).order_by("pk"))
    changed = [chunk for chunk in present if not has_sentences(bytes(chunk.vector))]
    for chunk in changed:
        chunk.vector = pack(unpack(bytes(chunk.vector))[0], found[chunk.pk])
    Chunk.objects.bulk_update(changed, ["vector"])
    ChunkChange.objects.bulk_create([ChunkChange(op=Change.UPSERT, chunk_id=chunk.pk) for chunk in changed])
    bell().ring_on_commit(CHANGES)
    return len(changed)

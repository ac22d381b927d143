"""What is done to the index: chores of the worker, and the same on request, from the admin or the command line."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings

from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import build_index, merge_if_due
from assistant.knowledge.models import Chunk, ChunkChange, IngestionJob
from assistant.knowledge.sharpening import sharpen
from retrieval.errors import IndexDamaged
from retrieval.indexes.generations import GenerationStore

_looked = ("", -1)


@dataclass(frozen=True, slots=True)
class Built:
    """A generation that was made: up to which change, and of how many chunks."""

    number: int
    sequence: int
    chunks: int


@dataclass(frozen=True, slots=True)
class Merged:
    """What a merge came to: the generation before it, how many changes lay beyond, and what was made of them."""

    number: int | None
    changes: int
    built: Built | None


def sharpen_index() -> int:
    """Embed the sentences of chunks that lack them; says of how many. Looks only when something was published since.

    Documents that wait to be read, or are being read, go first: what they say cannot be found yet.
    """
    global _looked
    after, at = _looked
    last = ChunkChange.objects.last()
    if (not after and at == last) or IngestionJob.objects.at_hand():
        return 0
    begun = at if after else last  # what is published while a round goes on may stand behind it: it calls for another
    done, after = sharpen(shared_encoder(), after, busy=IngestionJob.objects.at_hand)
    _looked = (after, begun)
    return done


def merge_index() -> bool:
    """Build the next generation when many changes lie beyond the present one; says whether it did."""
    return merge_if_due(_store(), shared_encoder().name)


def reindex(report: Callable[[float], None] = lambda _: None) -> Built:
    """Write a new generation beside the present one, verify it, switch; `report` is told the share that is written.

    Raises IndexNotWritten, EncoderUnavailable.
    """
    encoder = shared_encoder().name
    total = Chunk.objects.filter(encoder=encoder).count()
    made = build_index(_store(), encoder, lambda done: report(min(1.0, done / max(total, 1))))
    built = Built(made.number, made.sequence, made.manifest.count)
    made.close()
    return built


def merge(report: Callable[[float], None] = lambda _: None) -> Merged:
    """Do so when there is a change beyond the present generation, or none yet. A damaged one is replaced."""
    store = _store()
    try:
        manifest = store.current_manifest()
    except IndexDamaged:
        manifest = None
    beyond = ChunkChange.objects.filter(sequence__gt=manifest.sequence if manifest else 0).count()
    number = manifest.number if manifest else None
    return Merged(number, beyond, reindex(report) if beyond or manifest is None else None)


def verify() -> tuple[int, int]:
    """Check every file of the present generation; returns its number and its last change. Raises IndexDamaged."""
    store = _store()
    number = store.current_number()
    generation = store.current() if number is None else store.verify(number)
    if generation is None:
        raise IndexDamaged("There is no index yet. Build it.")
    found = generation.number, generation.sequence
    generation.close()
    return found


def _store() -> GenerationStore:
    return GenerationStore(settings.HOUSE.index_dir)

"""Chores of the worker for the index."""

from __future__ import annotations

from django.conf import settings

from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import merge_if_due
from assistant.knowledge.models import ChunkChange
from assistant.knowledge.sharpening import sharpen
from retrieval.indexes.generations import GenerationStore

_looked = ("", -1)


def sharpen_index() -> int:
    """Embed the sentences of chunks that lack them; says of how many. Looks only when something was published since."""
    global _looked
    after, at = _looked
    last = ChunkChange.objects.last()
    if not after and at == last:
        return 0
    done, after = sharpen(shared_encoder(), after)
    _looked = (after, last)
    return done


def merge_index() -> bool:
    """Build the next generation when many changes lie beyond the present one; says whether it did."""
    return merge_if_due(GenerationStore(settings.HOUSE.index_dir), shared_encoder().name)

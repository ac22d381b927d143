"""Chores of the worker for the index."""

from __future__ import annotations

from django.conf import settings

from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import merge_if_due
from assistant.knowledge.models import ChunkChange, IngestionJob
from assistant.knowledge.sharpening import sharpen
from retrieval.indexes.generations import GenerationStore

_looked = ("", -1)


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
    return merge_if_due(GenerationStore(settings.HOUSE.index_dir), shared_encoder().name)

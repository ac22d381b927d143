"""Chores of the worker for the index."""

from __future__ import annotations

from django.conf import settings

from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import merge_if_due
from retrieval.indexes.generations import GenerationStore


def merge_index() -> bool:
    """Build the next generation when many changes lie beyond the present one; says whether it did."""
    return merge_if_due(GenerationStore(settings.HOUSE.index_dir), shared_encoder().name)

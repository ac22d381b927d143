"""Old changes go once every generation has them; whoever starts later misses nothing."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.live import LiveKnowledge, build_index
from assistant.knowledge.models import Chunk, ChunkChange, Document
from assistant.knowledge.pruning import prune
from assistant.knowledge.worker import Worker
from retrieval.indexes.generations import GenerationStore
from retrieval.ingest import parse_here
from retrieval.retriever import HybridRetriever
from tests.unit.retrieval.conftest import HashingEncoder

ENCODER = HashingEncoder()
LATER = dt.timedelta(days=2)


@pytest.fixture
def store(tmp_path: Path) -> GenerationStore:
    return GenerationStore(tmp_path / "index")


def add(tenant: Tenant, *words: str) -> None:
    for word in words:
        services.add_document(tenant, "a.md", f"a text about {word}".encode())
    worker = Worker(lambda: ENCODER, parser=parse_here)
    worker.drain()
    worker.stop()


def found(store: GenerationStore | None) -> set[str]:
    """What a process that starts now can find."""
    generation = store.current() if store is not None else None
    retriever = HybridRetriever(ENCODER, generation=generation)
    LiveKnowledge(retriever, ENCODER.name, store=store).refresh()
    return {pk for pk in Chunk.objects.values_list("pk", flat=True) if retriever.chunk(pk) is not None}


def everything() -> set[str]:
    return set(Chunk.objects.values_list("pk", flat=True))


def test_without_an_index_nothing_is_pruned(tenant: Tenant, store: GenerationStore) -> None:
    add(tenant, "one")
    assert prune(store, timezone.now() + LATER) == 0


def test_what_the_oldest_generation_has_goes_and_the_rest_stays(tenant: Tenant, store: GenerationStore) -> None:
    add(tenant, "one", "two", "three")
    first = build_index(store, ENCODER.name).sequence
    add(tenant, "four")
    build_index(store, ENCODER.name)
    assert prune(store) == 0  # too young
    assert prune(store, timezone.now() + LATER) == 2
    assert list(ChunkChange.objects.order_by("sequence").values_list("sequence", flat=True)) == [first, first + 1]
    assert found(store) == everything()


def test_a_process_that_starts_without_an_index_reads_the_chunks(tenant: Tenant, store: GenerationStore) -> None:
    add(tenant, "one", "two", "three")
    services.delete(Document.objects.all()[0])
    build_index(store, ENCODER.name)
    prune(store, timezone.now() + LATER)
    assert found(None) == everything()
    assert len(everything()) == 2


def test_it_follows_what_comes_after(tenant: Tenant, store: GenerationStore) -> None:
    add(tenant, "one", "two", "three")
    build_index(store, ENCODER.name)
    prune(store, timezone.now() + LATER)
    retriever = HybridRetriever(ENCODER)
    live = LiveKnowledge(retriever, ENCODER.name)
    live.refresh()
    add(tenant, "four")
    services.delete(Document.objects.order_by("created_at")[0])
    live.refresh()
    assert retriever.size == Chunk.objects.count() == 3
    assert {pk for pk in everything() if retriever.chunk(pk) is None} == set()


def test_a_damaged_generation_keeps_everything(tenant: Tenant, store: GenerationStore, tmp_path: Path) -> None:
    add(tenant, "one", "two")
    build_index(store, ENCODER.name)
    manifest = next((tmp_path / "index").glob("gen-*/manifest.json"))
    manifest.write_text("{}")
    assert prune(store, timezone.now() + LATER) == 0
    assert ChunkChange.objects.count() == 2

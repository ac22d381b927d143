"""What is saved is found by every process, and what is deleted by none."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.db import connection, transaction

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.live import LiveKnowledge, build_index, changes_after, merge_if_due
from assistant.knowledge.models import Chunk, ChunkChange
from retrieval.indexes.generations import GenerationStore
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.types import Delete, Filter, Upsert

Work = Callable[[], int]


@pytest.fixture
def store(tmp_path: Path) -> GenerationStore:
    return GenerationStore(tmp_path / "index")


def add(tenant: Tenant, name: str, text: str, **meta: object) -> object:
    return services.add_document(tenant, name, text.encode(), **meta)  # type: ignore[arg-type]


def found(retriever: HybridRetriever, question: str, within: Filter) -> list[str]:
    return [hit.chunk.text for hit in retriever.search(question, within)]


def test_a_follower_finds_what_was_added_replaced_and_deleted(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name)
    document = services.add_document(tenant, "price.md", b"# Prices\n\nA parcel costs seven dollars.\n")
    work()
    live.refresh()
    assert found(retriever, "What does a parcel cost?", Filter("acme"))[0].endswith("seven dollars.")
    services.replace(document, "price.md", b"# Prices\n\nA parcel costs nine dollars.\n")
    work()
    live.refresh()
    assert found(retriever, "What does a parcel cost?", Filter("acme"))[0].endswith("nine dollars.")
    services.delete(document)
    live.refresh()
    assert found(retriever, "What does a parcel cost?", Filter("acme")) == []
    assert live.sequence == ChunkChange.objects.last()


def test_no_tenant_and_no_group_sees_what_is_not_theirs(
    tenant: Tenant, other: Tenant, work: Work, encoder: Encoder
) -> None:
    add(tenant, "a.md", "The salary of the director is one million.", access=["board"])
    add(tenant, "b.md", "The canteen opens at noon.")
    add(other, "c.md", "The canteen opens at one.")
    work()
    retriever = HybridRetriever(encoder)
    LiveKnowledge(retriever, encoder.name).refresh()
    everybody, board = Filter("acme"), Filter("acme", groups=frozenset({"board"}))
    assert found(retriever, "director's salary", everybody) == ["The canteen opens at noon."]
    assert found(retriever, "director's salary", board) == ["The salary of the director is one million."]
    assert found(retriever, "canteen", Filter("other")) == ["The canteen opens at one."]
    assert found(retriever, "canteen", Filter("nobody")) == []


def test_changed_access_is_followed(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    document = services.add_document(tenant, "a.md", b"The canteen opens at noon.", title="Canteen")
    work()
    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name)
    live.refresh()
    document.refresh_from_db()
    document.access = ["staff"]
    services.describe(document)
    live.refresh()
    assert found(retriever, "canteen", Filter("acme")) == []
    assert found(retriever, "canteen", Filter("acme", groups=frozenset({"staff"})))


def test_a_generation_and_the_changes_after_it_are_the_whole(
    tenant: Tenant, work: Work, encoder: Encoder, store: GenerationStore
) -> None:
    first = services.add_document(tenant, "a.md", "第一份文件：退货期限是十五天。".encode())
    work()
    generation = build_index(store, encoder.name)
    add(tenant, "b.md", "The second file is about shipping.")
    services.delete(first)
    work()
    retriever = HybridRetriever(encoder, generation=generation)
    assert retriever.size == 1
    LiveKnowledge(retriever, encoder.name, store=store).refresh()
    assert [hit.chunk.text for hit in retriever.search("shipping", Filter("acme"))] == [
        "The second file is about shipping."
    ]
    assert retriever.size == 1


def test_a_process_moves_to_a_generation_that_another_one_built(
    tenant: Tenant, work: Work, encoder: Encoder, store: GenerationStore
) -> None:
    add(tenant, "a.md", "One text about invoices.")
    work()
    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name, store=store)
    live.refresh()
    generation = build_index(store, encoder.name)
    add(tenant, "b.md", "Another text about invoices.")
    work()
    live.refresh()
    assert retriever.size == 2
    assert retriever.sequence == ChunkChange.objects.last() > generation.sequence


def test_vectors_of_another_encoder_are_never_mixed_in(
    tenant: Tenant, work: Work, encoder: Encoder, store: GenerationStore
) -> None:
    add(tenant, "a.md", "One text about invoices.")
    work()
    Chunk.objects.update(encoder="another-model")
    last, changes = changes_after(0, encoder.name, limit=10)
    assert (last, changes) == (ChunkChange.objects.last(), [])
    assert HybridRetriever(encoder, generation=build_index(store, encoder.name)).size == 0


def test_an_upsert_whose_chunk_is_gone_is_left_to_the_deletion_that_follows(tenant: Tenant, work: Work) -> None:
    document = services.add_document(tenant, "a.md", b"One text about invoices.")
    work()
    services.delete(document)
    last, changes = changes_after(0, "any", limit=10)
    assert last == ChunkChange.objects.last()
    assert [type(change) for change in changes] == [Delete]


def test_change_numbers_follow_the_order_of_commits(tenant: Tenant) -> None:
    inside, done = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            ChunkChange.objects.lock()
            ChunkChange.objects.create(op="delete", chunk_id="slow")
            inside.set()
            done.wait(1)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    inside.wait(5)
    threading.Timer(0.2, done.set).start()
    with transaction.atomic():
        ChunkChange.objects.lock()  # waits for the slow one to commit
        assert ChunkChange.objects.filter(chunk_id="slow").exists()
        ChunkChange.objects.create(op="delete", chunk_id="fast")
    thread.join()
    assert [change.chunk_id for change in ChunkChange.objects.all()] == ["slow", "fast"]


def test_the_worker_merges_when_many_changes_lie_beyond_the_generation(
    tenant: Tenant, work: Work, encoder: Encoder, store: GenerationStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("assistant.knowledge.live.MERGE_AFTER", 2)
    add(tenant, "a.md", "One text about invoices.")
    work()
    assert not merge_if_due(store, encoder.name)
    add(tenant, "b.md", "Another text about invoices.")
    work()
    assert merge_if_due(store, encoder.name)
    assert not merge_if_due(store, encoder.name)


def test_a_saved_document_is_found_within_two_seconds(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name)
    live.start()
    add(tenant, "a.md", "The lift is out of order until Friday.")
    work()
    published = time.monotonic()
    while retriever.size == 0 and time.monotonic() - published < 5:
        time.sleep(0.01)
    took = time.monotonic() - published
    live.stop()
    assert retriever.size == 1
    assert took < 1.5


def test_a_row_becomes_the_value_that_an_index_takes(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    add(tenant, "a.md", "# Lift\n\nOut of order.", title="House", tags=["lift"], url="https://example.com/lift")
    work()
    _, (change,) = changes_after(0, encoder.name, limit=10)
    assert isinstance(change, Upsert)
    chunk = change.chunk
    assert (chunk.title, chunk.headings, chunk.tags, chunk.url) == (
        "House", ("Lift",), frozenset({"lift"}), "https://example.com/lift",
    )  # fmt: skip
    assert abs(float(change.vector @ change.vector) - 1.0) < 1e-5
    assert encoder.encode_passages([chunk.text]).shape == (1, len(change.vector))

"""The numbered list of changes that every process follows."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connection, transaction

from assistant.knowledge.models import Change, Chunk, ChunkChange


@pytest.mark.django_db
def test_without_changes_the_newest_number_is_zero() -> None:
    assert ChunkChange.objects.last() == 0


@pytest.mark.django_db
def test_changes_are_listed_in_the_order_they_were_appended_and_the_last_is_the_newest() -> None:
    for name in ("b", "a", "c"):
        ChunkChange.objects.create(op=Change.UPSERT, chunk_id=name)
    rows = list(ChunkChange.objects.all())
    assert [row.chunk_id for row in rows] == ["b", "a", "c"]
    assert ChunkChange.objects.last() == rows[-1].sequence == max(row.sequence for row in rows)


@pytest.mark.django_db
def test_a_number_is_not_used_again_after_its_change_was_pruned() -> None:
    first = ChunkChange.objects.create(op=Change.UPSERT, chunk_id="a").sequence
    ChunkChange.objects.all().delete()
    assert ChunkChange.objects.create(op=Change.DELETE, chunk_id="a").sequence > first


@pytest.mark.django_db
def test_a_deletion_can_name_a_chunk_that_is_gone() -> None:
    change = ChunkChange.objects.create(op=Change.DELETE, chunk_id="gone")
    assert not Chunk.objects.filter(pk="gone").exists()
    assert str(change) == f"{change.sequence} delete gone"


def test_a_chunk_reads_as_its_id() -> None:
    assert str(Chunk(id="doc:1:0")) == "doc:1:0"


@pytest.mark.django_db(transaction=True)
def test_a_smaller_number_never_appears_after_a_greater_one_was_seen() -> None:
    inside, leave = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            ChunkChange.objects.lock()
            ChunkChange.objects.create(op=Change.UPSERT, chunk_id="slow")
            inside.set()
            leave.wait(30)
        connection.close()

    def quick() -> None:
        with transaction.atomic():
            ChunkChange.objects.lock()
            ChunkChange.objects.create(op=Change.UPSERT, chunk_id="quick")
        connection.close()

    first = threading.Thread(target=slow)
    first.start()
    assert inside.wait(30)
    second = threading.Thread(target=quick)
    second.start()
    time.sleep(0.2)
    seen_meanwhile = ChunkChange.objects.last()
    leave.set()
    first.join()
    second.join()
    assert seen_meanwhile == 0
    assert [row.chunk_id for row in ChunkChange.objects.all()] == ["slow", "quick"]

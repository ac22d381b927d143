"""Sentences are embedded after a document is live, and announced like any other change."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge import maintenance, services
from assistant.knowledge.live import LiveKnowledge
from assistant.knowledge.models import Chunk, ChunkChange
from assistant.knowledge.sharpening import sharpen
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.sentences import unpack
from retrieval.types import Filter

Work = Callable[[], int]
TEXT = "# Museum\n\nThe museum is closed on Mondays. Children under twelve pay nothing. Dogs must stay outside."


def test_a_live_document_gets_its_sentences_and_followers_hear_of_it(
    tenant: Tenant, work: Work, encoder: Encoder
) -> None:
    services.add_document(tenant, "museum.md", TEXT.encode())
    work()
    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name)
    live.refresh()
    before = retriever.search("孩子的门票多少钱？", Filter("acme"))[0]
    assert sharpen(encoder) == (1, "")
    live.refresh()
    after = retriever.search("孩子的门票多少钱？", Filter("acme"))[0]
    assert retriever.size == 1
    assert after.chunk == before.chunk
    assert before.meaning is not None
    assert after.meaning is not None
    assert after.meaning > before.meaning
    _, codes = unpack(bytes(Chunk.objects.get().vector))
    assert codes is not None
    assert len(codes) >= 3


def test_what_is_done_is_not_done_again(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    services.add_document(tenant, "museum.md", TEXT.encode())
    work()
    sharpen(encoder)
    last = ChunkChange.objects.last()
    assert sharpen(encoder) == (0, "")
    assert ChunkChange.objects.last() == last


def test_a_long_list_is_done_in_turns(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    for number in range(3):
        services.add_document(tenant, f"{number}.md", f"Rule {number} holds. It has an exception.".encode())
    work()
    first, after = sharpen(encoder, at_most=1)
    assert first == 3
    assert sharpen(encoder, after) == (0, "")


def test_chunks_of_another_encoder_are_left_alone(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    services.add_document(tenant, "museum.md", TEXT.encode())
    work()
    Chunk.objects.update(encoder="another@1")
    assert sharpen(encoder) == (0, "")
    assert len(bytes(Chunk.objects.get().vector)) == 2 * encoder.dimension


def test_the_chore_looks_only_when_something_was_published(
    tenant: Tenant, work: Work, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "shared_encoder", lambda: encoder)
    monkeypatch.setattr(maintenance, "_looked", ("", -1))
    services.add_document(tenant, "museum.md", TEXT.encode())
    work()
    assert maintenance.sharpen_index() == 1
    assert maintenance.sharpen_index() == 0
    monkeypatch.setattr(maintenance, "sharpen", lambda *_: pytest.fail("looked again"))
    assert maintenance.sharpen_index() == 0
    assert np.isfinite(unpack(bytes(Chunk.objects.get().vector))[0]).all()

"""Sentences are embedded after a document is live, and announced like any other change."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import maintenance, services, sharpening
from assistant.knowledge.live import LiveKnowledge, build_index
from assistant.knowledge.models import Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.models.job import JobState
from assistant.knowledge.sharpening import sharpen
from retrieval.indexes.generations import GenerationStore
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.sentences import has_sentences, pack, quantise, unpack
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


class TestGivingWay:
    """Reading documents goes first; sharpening goes on where it stopped."""

    @pytest.fixture(autouse=True)
    def small_steps(self, monkeypatch: pytest.MonkeyPatch, encoder: Encoder) -> None:
        monkeypatch.setattr(sharpening, "BATCH", 1)
        monkeypatch.setattr(maintenance, "shared_encoder", lambda: encoder)
        monkeypatch.setattr(maintenance, "_looked", ("", -1))

    @pytest.fixture
    def three(self, tenant: Tenant, work: Work) -> None:
        for number in range(3):
            services.add_document(tenant, f"{number}.md", f"Rule {number} holds. It has an exception.".encode())
        work()

    def test_nothing_is_sharpened_while_a_document_waits(self, three: None, tenant: Tenant, work: Work) -> None:
        services.add_document(tenant, "museum.md", TEXT.encode())
        assert maintenance.sharpen_index() == 0
        assert bare() == 3
        work()
        assert maintenance.sharpen_index() == 4
        assert bare() == 0

    def test_nothing_is_sharpened_while_a_document_is_being_read(self, three: None, tenant: Tenant) -> None:
        services.add_document(tenant, "museum.md", TEXT.encode())
        job = IngestionJob.objects.claim("a worker elsewhere")
        assert job is not None
        assert maintenance.sharpen_index() == 0
        job.finish(JobState.FAILED)
        assert maintenance.sharpen_index() == 3

    def test_a_document_that_is_tried_again_later_holds_nothing_up(self, three: None, tenant: Tenant) -> None:
        services.add_document(tenant, "museum.md", TEXT.encode())
        job = IngestionJob.objects.claim("a worker elsewhere")
        assert job is not None
        job.put_back("unavailable", {})
        IngestionJob.objects.filter(pk=job.pk).update(run_after=timezone.now() + dt.timedelta(minutes=5))
        assert maintenance.sharpen_index() == 3

    def test_a_document_that_arrives_meanwhile_ends_the_turn_after_one_batch_and_is_not_forgotten(
        self, three: None, tenant: Tenant, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        arrived: list[Document] = []
        keep = sharpening._keep

        def and_one_comes(*arguments: Any) -> int:
            if not arrived:
                arrived.append(services.add_document(tenant, "museum.md", TEXT.encode()))
            return keep(*arguments)

        monkeypatch.setattr(sharpening, "_keep", and_one_comes)
        assert maintenance.sharpen_index() == 1
        assert maintenance.sharpen_index() == 0  # it is still waiting
        work()
        while maintenance.sharpen_index():
            pass
        assert maintenance.sharpen_index() == 0
        assert bare() == 0

    def test_what_is_published_behind_a_round_gets_a_round_of_its_own(
        self, three: None, tenant: Tenant, work: Work, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The round has passed all ids when the new chunk, whose id is smaller than all, becomes live."""
        last = max(Chunk.objects.values_list("id", flat=True))
        monkeypatch.setattr(maintenance, "_looked", (last, ChunkChange.objects.last()))
        Chunk.objects.filter(pk=last).update(vector=_sharp(Chunk.objects.get(pk=last)))
        services.add_document(tenant, "museum.md", TEXT.encode())
        work()
        assert maintenance.sharpen_index() in (0, 1)  # what is left of the old round
        while maintenance.sharpen_index():
            pass
        assert bare() == 0

    def test_chunks_that_left_while_they_were_embedded_are_left_alone(
        self, three: None, encoder: Encoder, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        keep = sharpening._keep

        def and_one_goes(chunks: Any, codes: Any) -> int:
            services.delete(Document.objects.get(pk=chunks[0].document_id))
            return keep(chunks, codes)

        monkeypatch.setattr(sharpening, "_keep", and_one_goes)
        assert sharpen(encoder)[0] == 0
        assert Chunk.objects.count() == 0
        upserts = ChunkChange.objects.filter(op="upsert").count()
        assert upserts == 3  # those of publishing


def test_a_generation_built_after_sharpening_answers_as_the_changes_did(
    tenant: Tenant, work: Work, encoder: Encoder, tmp_path: Path
) -> None:
    for number, text in enumerate((TEXT, "# Zoo\n\nThe zoo opens at nine. Lions eat at noon. Dogs pay half.")):
        services.add_document(tenant, f"{number}.md", text.encode())
    work()
    sharpen(encoder)
    followed = HybridRetriever(encoder)
    LiveKnowledge(followed, encoder.name).refresh()
    built = HybridRetriever(encoder, generation=build_index(GenerationStore(tmp_path), encoder.name))
    for question in ("What do children pay?", "狮子什么时候吃饭？"):
        one, other = (retriever.search(question, Filter("acme")) for retriever in (followed, built))
        assert [hit.chunk.id for hit in one] == [hit.chunk.id for hit in other]
        assert [hit.meaning for hit in one] == pytest.approx([hit.meaning for hit in other], abs=1e-3)


def test_a_document_published_again_gets_its_sentences_again(tenant: Tenant, work: Work, encoder: Encoder) -> None:
    document = services.add_document(tenant, "museum.md", TEXT.encode())
    work()
    sharpen(encoder)
    services.replace(document, "museum.md", b"# Museum\n\nThe museum is closed on Tuesdays.")
    work()
    assert bare() == 1
    assert sharpen(encoder) == (1, "")
    assert bare() == 0


def bare() -> int:
    """How many chunks have no sentences."""
    return sum(not has_sentences(bytes(vector)) for vector in Chunk.objects.values_list("vector", flat=True))


def _sharp(chunk: Chunk) -> bytes:
    vector, _ = unpack(bytes(chunk.vector))
    return pack(vector, quantise(vector[None]))

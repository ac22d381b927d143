"""What the benchmark of ingestion reads and how it prints; the figures themselves are for a quiet machine."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge.models import Chunk, Document
from benchmarks import ingest
from tests.unit.retrieval.conftest import HashingEncoder


def test_no_two_documents_have_the_same_bytes() -> None:
    files = ingest.corpus(ingest.DEMO, 120, "a")
    assert len({data for _, data in files}) == 120
    assert {Path(name).suffix for name, _ in files} <= ingest.PLAIN
    assert not {data for _, data in files} & {data for _, data in ingest.corpus(ingest.DEMO, 120, "b")}


def test_a_folder_without_documents_is_said_to_have_none(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no documents"):
        ingest.corpus(tmp_path, 3)


def test_the_instant_encoder_counts_as_the_one_inside_and_gives_unit_vectors() -> None:
    inside = HashingEncoder()
    instant = ingest.Instant(inside)
    assert instant.count_tokens(["two words"]) == inside.count_tokens(["two words"])
    assert np.allclose(np.linalg.norm(instant.encode_passages(["a", "b"]), axis=1), 1.0)
    assert instant.encode_questions(["a"]).shape == (1, inside.dimension)


@pytest.mark.django_db(transaction=True)
def test_everything_brought_in_is_counted_and_every_edit_is_timed(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "EDITS", 3)
    figures = ingest.measure(HashingEncoder(), 4)
    assert figures["documents"] == 4
    assert figures["chunks"] > 4
    assert figures["chunks_per_second"] > 0
    assert figures["chunk_processor_ms"] > 0 < figures["store_chunk_processor_ms"]
    assert 0 < figures["edit_live_s"] <= figures["edit_live_max_s"]
    assert Document.objects.filter(state="live").count() == 10 + 32 + 4 + 1
    assert Chunk.objects.filter(document__tenant=Tenant.objects.get()).count() == Chunk.objects.count()


def test_the_last_line_is_json(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    @contextmanager
    def nothing(folder: Path) -> Iterator[None]:
        yield

    def measured(encoder: Any, documents: int) -> dict[str, float | int]:
        return {"chunks_per_second": 41.0, "documents": documents}

    monkeypatch.setattr(ingest, "database", nothing)
    monkeypatch.setattr(ingest, "_encoder", lambda threads: threads)
    monkeypatch.setattr(ingest, "measure", measured)
    monkeypatch.setattr(sys, "argv", ["ingest", "--json", "--documents", "7", "--threads", "1"])
    ingest.main()
    last = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (last["chunks_per_second"], last["documents"], last["machine"]["encoder_threads"]) == (41.0, 7, 1)

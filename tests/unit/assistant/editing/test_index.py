"""What a run on the index says when there is nothing to do, and when it is damaged."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.editing import index
from assistant.editing.models import Run
from assistant.knowledge.models import Document
from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import IndexDamaged

Add = Callable[..., Document]


@pytest.fixture
def folder(settings: object, tmp_path: Path, words: BatchingEncoder) -> Path:
    house = settings.HOUSE  # type: ignore[attr-defined]
    settings.HOUSE = dataclasses.replace(house, index_dir=tmp_path)  # type: ignore[attr-defined]
    return tmp_path


def quiet(_: float) -> None:
    """Whoever does not look at the progress."""


def test_an_index_that_is_not_there_is_said_to_be_missing(folder: Path, db: None) -> None:
    with pytest.raises(IndexDamaged, match="no index yet"):
        index.verify(Run(), quiet)


@pytest.mark.django_db(transaction=True)
def test_a_damaged_index_is_noticed_and_a_new_one_is_whole(folder: Path, add: Add) -> None:
    add("one fact")
    index.reindex(Run(), quiet)
    damaged = max((path for path in folder.rglob("*") if path.is_file()), key=lambda path: path.stat().st_size)
    damaged.write_bytes(b"x" + damaged.read_bytes()[1:] + b"x")
    with pytest.raises(IndexDamaged):
        index.verify(Run(), quiet)
    assert "1 chunks" in index.reindex(Run(), quiet).note.en
    assert "is whole" in index.verify(Run(), quiet).note.en


@pytest.mark.django_db(transaction=True)
def test_the_first_merge_builds(folder: Path, add: Add) -> None:
    add("one fact")
    shares: list[float] = []
    assert index.merge(Run(), shares.append).note.en.endswith("1 changes merged")
    assert all(0 <= share <= 1 for share in shares)

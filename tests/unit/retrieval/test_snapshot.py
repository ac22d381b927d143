from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import EncoderUnavailable
from retrieval.indexes.faiss import FaissIndex
from retrieval.indexes.generation import Generation
from retrieval.indexes.generations import GenerationStore
from retrieval.snapshot import Snapshot
from retrieval.types import Delete, Upsert
from tests.unit.retrieval.conftest import DIMENSION, HashingEncoder, MakeUpsert


def test_an_empty_snapshot_has_seen_nothing(hashing: HashingEncoder) -> None:
    snapshot = Snapshot(hashing.name, hashing.dimension)
    assert (snapshot.sequence, len(snapshot.rows), len(snapshot.vectors), len(snapshot.words)) == (0, 0, 0, 0)


def test_rows_vectors_and_words_change_together(hashing: HashingEncoder, make_upsert: MakeUpsert) -> None:
    snapshot = Snapshot(hashing.name, hashing.dimension)
    snapshot.apply([make_upsert(1, "a"), make_upsert(2, "b"), Delete(3, make_upsert(1, "a").chunk.id)])
    assert (snapshot.sequence, len(snapshot.rows), len(snapshot.vectors), len(snapshot.words)) == (3, 1, 1, 1)


def test_of_several_changes_of_one_chunk_the_last_counts(hashing: HashingEncoder, make_upsert: MakeUpsert) -> None:
    snapshot = Snapshot(hashing.name, hashing.dimension)
    snapshot.apply([make_upsert(1, "a", id="x"), Delete(2, "x"), make_upsert(3, "b", id="x")])
    found = snapshot.rows.find("x")
    assert found is not None
    assert found.text == "b"
    snapshot.apply([make_upsert(4, "c", id="x"), Delete(5, "x")])
    assert snapshot.rows.find("x") is None
    assert len(snapshot.vectors) == 0


@pytest.mark.parametrize(
    "vector",
    [np.ones(DIMENSION - 1, dtype=np.float32), np.full(DIMENSION, np.nan, dtype=np.float32), np.ones((1, DIMENSION))],
)
def test_a_bad_vector_changes_nothing(hashing: HashingEncoder, make_upsert: MakeUpsert, vector: np.ndarray) -> None:
    snapshot = Snapshot(hashing.name, hashing.dimension)
    with pytest.raises(ValueError, match="finite"):
        snapshot.apply([make_upsert(1, "a"), Upsert(2, make_upsert(2, "b").chunk, vector)])
    assert (snapshot.sequence, len(snapshot.rows)) == (0, 0)


def test_a_generation_of_another_encoder_is_refused(
    tmp_path: Path, hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    generation = GenerationStore(tmp_path).build([make_upsert(1, "a")], 1, "other@2")
    with pytest.raises(EncoderUnavailable, match="build the index again"):
        Snapshot(hashing.name, hashing.dimension, generation)


def test_a_generation_of_nothing_fits_every_encoder(
    tmp_path: Path, hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    """The first index may be built before the first document is read, when nobody knows how long a vector is."""
    generation = GenerationStore(tmp_path).build([], 7, "other@2")
    snapshot = Snapshot(hashing.name, hashing.dimension, generation)
    assert (snapshot.sequence, len(snapshot.rows)) == (7, 0)
    snapshot.apply([make_upsert(8, "a")])
    assert len(snapshot.vectors) == len(snapshot.words) == 1


def test_whoever_makes_the_index_of_vectors_is_asked_once_a_generation(
    tmp_path: Path, hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    generation = GenerationStore(tmp_path).build([make_upsert(1, "a")], 1, hashing.name)
    asked: list[int] = []

    def make(of: Generation) -> FaissIndex:
        asked.append(of.number)
        return FaissIndex(of.manifest.dimension, of.vectors)

    snapshot = Snapshot(hashing.name, hashing.dimension, generation, make)
    assert (asked, len(snapshot.vectors)) == ([1], 1)

"""Several machines, one Milvus: each has its own generation on disk, the vectors are searched in one collection."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import IndexUnavailable
from retrieval.indexes import milvus, shared
from retrieval.indexes.generations import GenerationStore
from retrieval.indexes.shared import MilvusGenerations, SharedIndex, collection_of
from retrieval.retriever import HybridRetriever
from retrieval.types import Delete, Filter, Upsert
from tests.unit.retrieval.conftest import HashingEncoder, MakeUpsert

logging.getLogger("milvus_lite").setLevel(logging.ERROR)
ACME = Filter("acme")
pytestmark = pytest.mark.skipif(
    not all(importlib.util.find_spec(name) for name in ("pymilvus", "milvus_lite")),
    reason="the extra `milvus` is not installed",
)


@pytest.fixture(scope="module")
def upserts(make_upsert: MakeUpsert) -> list[Upsert]:
    others = {"tenant": "other"}
    return [
        make_upsert(n, f"Rule {n} of chapter {n % 7} is about thing {n * 7 % 101}.", **(others if n % 9 == 0 else {}))
        for n in range(1, 121)
    ]


Machine = Callable[[str], HybridRetriever]


@pytest.fixture
def machine(tmp_path: Path, upserts: list[Upsert], hashing: HashingEncoder) -> Iterator[Machine]:
    """Machines with disks of their own and the same server."""
    opened: list[HybridRetriever] = []

    def start(name: str) -> HybridRetriever:
        generation = GenerationStore(tmp_path / name).build(upserts, len(upserts), hashing.name)
        made = HybridRetriever(hashing, generation=generation, vectors=MilvusGenerations(str(tmp_path / "milvus.db")))
        opened.append(made)
        return made

    yield start
    for retriever in opened:
        index_of(retriever)._remote.close()


def index_of(retriever: HybridRetriever) -> SharedIndex:
    index = retriever._snapshot.vectors
    assert isinstance(index, SharedIndex)
    return index


def test_two_machines_fill_the_collection_once_and_find_what_faiss_finds(
    machine: Machine, tmp_path: Path, upserts: list[Upsert], hashing: HashingEncoder, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = machine("one")
    added: list[int] = []
    add = milvus.MilvusIndex.add
    monkeypatch.setattr(
        milvus.MilvusIndex, "add", lambda self, ids, rows: added.append(len(ids)) or add(self, ids, rows)
    )
    two = machine("two")
    assert added == []
    plain = HybridRetriever(hashing, generation=GenerationStore(tmp_path / "one").current())
    for question in ("Which rule is about thing 42?", "chapter 3", "What is rule 18?"):
        expected = [hit.chunk.id for hit in plain.search(question, ACME, 5)]
        assert [hit.chunk.id for hit in one.search(question, ACME, 5)] == expected
        assert [hit.chunk.id for hit in two.search(question, ACME, 5)] == expected
        assert {hit.chunk.tenant for hit in one.search(question, Filter("other"), 5)} == {"other"}


def test_an_edit_on_one_machine_does_not_take_the_other_one_s_rows_away(
    machine: Machine, upserts: list[Upsert], make_upsert: MakeUpsert
) -> None:
    one, two = machine("one"), machine("two")
    gone, changed = upserts[0].chunk, upserts[1].chunk
    one.apply([Delete(201, gone.id), make_upsert(202, "Rule 2 is about unicorns now.", id=changed.id)])
    assert gone.id not in {hit.chunk.id for hit in one.search(gone.text, ACME, 20)}
    assert one.search("unicorns", ACME, 1)[0].chunk.id == changed.id
    assert two.search(gone.text, ACME, 1)[0].chunk.id == gone.id
    two.apply([Delete(201, gone.id)])
    assert gone.id not in {hit.chunk.id for hit in two.search(gone.text, ACME, 20)}
    assert len(index_of(one)) == len(index_of(two)) == 119 + (one.size - two.size)


def test_while_the_server_is_away_each_machine_answers_by_itself_and_says_so_once(
    machine: Machine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    retriever = machine("one")
    before = [hit.chunk.id for hit in retriever.search("thing 42", ACME, 5)]
    tries: list[int] = []

    def away(*_: object) -> None:
        tries.append(1)
        raise IndexUnavailable("Milvus does not answer")

    monkeypatch.setattr(milvus.MilvusIndex, "search_each", away)
    for _ in range(3):
        assert [hit.chunk.id for hit in retriever.search("thing 42", ACME, 5)] == before
    assert len(tries) == 1
    assert caplog.text.count("index.server_away") == 1
    monkeypatch.setattr(shared, "monotonic", lambda: 1e12)
    retriever.search("thing 42", ACME, 5)
    assert len(tries) == 2


def test_a_collection_that_was_half_filled_is_filled(machine: Machine, tmp_path: Path, upserts: list[Upsert]) -> None:
    remote = index_of(machine("one"))._remote
    remote.remove(range(40, 100))
    assert len(remote) == 60
    assert len(index_of(machine("two"))._remote) == 120


def test_other_vectors_are_another_collection(tmp_path: Path, upserts: list[Upsert]) -> None:
    store = GenerationStore(tmp_path / "index")
    names = {collection_of(store.build(upserts[:size], size, "hashing@1")) for size in (10, 20, 10)}
    assert len(names) == 2


def test_a_server_that_does_not_answer_is_an_error_that_may_pass(tmp_path: Path, upserts: list[Upsert]) -> None:
    generation = GenerationStore(tmp_path / "index").build(upserts[:5], 5, "hashing@1")
    with pytest.raises(IndexUnavailable, match="does not answer") as caught:
        MilvusGenerations("http://127.0.0.1:9")(generation)
    assert caught.value.retryable


def test_vectors_are_read_from_the_machine_s_own_disk(machine: Machine, upserts: list[Upsert]) -> None:
    rows = index_of(machine("one")).rows([3, 0])
    np.testing.assert_allclose(rows, np.stack([upserts[3].vector, upserts[0].vector]), atol=1e-6)

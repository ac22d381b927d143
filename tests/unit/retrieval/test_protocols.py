"""Each part of `retrieval` keeps the promise it is used by."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from importlib import import_module

import numpy as np
import pytest

from retrieval.config import LoaderLimits
from retrieval.encoders.batching import BatchingEncoder
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.encoders.sentence_transformers import SentenceTransformersEncoder
from retrieval.indexes.faiss import FaissIndex
from retrieval.indexes.milvus import MilvusIndex
from retrieval.lexical.bm25 import Bm25Index
from retrieval.loaders import LOADERS
from retrieval.protocols import Encoder, LexicalIndex, Loader, Reranker, Retriever, VectorIndex
from retrieval.rerankers.light import LightReranker
from retrieval.retriever import HybridRetriever
from retrieval.types import Delete, Filter, Hit, Upsert

MakeUpsert = Callable[..., Upsert]

KEPT: list[tuple[type, type]] = [
    (OnnxEncoder, Encoder),
    (SentenceTransformersEncoder, Encoder),
    (BatchingEncoder, Encoder),
    (FaissIndex, VectorIndex),
    (MilvusIndex, VectorIndex),
    (Bm25Index, LexicalIndex),
    (LightReranker, Reranker),
    (HybridRetriever, Retriever),
]


def _loader(path: str) -> type:
    module, _, name = path.partition(":")
    loader: type = getattr(import_module(module), name)
    return loader


def _promised(protocol: type) -> list[str]:
    return [name for name in vars(protocol) if not name.startswith("_")]


@pytest.mark.parametrize(("made", "protocol"), KEPT, ids=lambda kind: kind.__name__)
def test_an_implementation_has_every_member_and_takes_its_arguments(made: type, protocol: type) -> None:
    for name in _promised(protocol):
        assert hasattr(made, name), name
        promised = getattr(protocol, name)
        if not callable(promised):
            continue
        wanted = list(inspect.signature(promised).parameters.values())
        taken = list(inspect.signature(getattr(made, name)).parameters.values())
        assert [one.name for one in taken[: len(wanted)]] == [one.name for one in wanted], name
        assert all(further.default is not further.empty for further in taken[len(wanted) :]), name


@pytest.mark.parametrize("path", sorted(set(LOADERS.values())))
def test_every_registered_loader_loads_from_a_path(path: str) -> None:
    loader: Loader = _loader(path)(LoaderLimits())
    assert list(inspect.signature(loader.load).parameters) == ["path"]


def test_an_encoder_and_a_retriever_are_known_at_run_time(hashing: Encoder) -> None:
    assert isinstance(hashing, Encoder)
    assert isinstance(HybridRetriever(hashing), Retriever)
    assert not isinstance(hashing, Retriever)
    assert not isinstance(object(), Encoder)


def test_a_wrapped_encoder_gives_the_same_vectors_under_the_same_name(hashing: Encoder) -> None:
    wrapped = BatchingEncoder(hashing)
    texts = ["How long does a refund take?", "退款要多久"]
    assert isinstance(wrapped, Encoder)
    assert (wrapped.name, wrapped.dimension) == (hashing.name, hashing.dimension)
    np.testing.assert_allclose(wrapped.encode_questions(texts), hashing.encode_questions(texts), atol=1e-6)
    np.testing.assert_allclose(wrapped.encode_passages(texts), hashing.encode_passages(texts), atol=1e-6)
    assert wrapped.count_tokens(texts) == hashing.count_tokens(texts)


def test_a_vector_index_replaces_and_forgets_and_obeys_who_may_be_found(hashing: Encoder) -> None:
    index: VectorIndex = FaissIndex(hashing.dimension)
    vectors = hashing.encode_passages(["a lamp", "a piano", "绿茶"])
    index.add([0, 1, 2], vectors)
    index.add([1], vectors[2:])
    index.remove([0, 99])
    [found] = index.search(vectors[2:], 3)
    assert {row for row, score in found if score > 0.99} == {1, 2}
    assert 0 not in {row for row, _ in found}
    [allowed] = index.search(vectors[2:], 3, np.array([True, True, False]))
    assert [row for row, _ in allowed] == [1]


def test_a_lexical_index_leaves_zero_scores_out(hashing: Encoder) -> None:
    index: LexicalIndex = Bm25Index()
    index.add([0, 1, 2], ["the lamp is green", "a piano", "绿茶每盒三十元"])
    assert [row for row, _ in index.search("lamp", 3)] == [0]
    assert [row for row, _ in index.search("绿茶", 3)] == [2]
    assert index.search("lamp", 3, np.array([False, True, True])) == []
    index.remove([0, 99])
    assert index.search("lamp", 3) == []


def test_a_reranker_returns_the_same_hits_best_first(make_upsert: MakeUpsert, hashing: Encoder) -> None:
    made = HybridRetriever(hashing)
    made.apply([make_upsert(1, "Refunds take five days."), make_upsert(2, "A piano has 88 keys.")])
    hits = made.search("How long do refunds take?", Filter("acme"))
    again: list[Hit] = LightReranker().rerank("How long do refunds take?", hits)
    assert {hit.chunk.id for hit in again} == {hit.chunk.id for hit in hits}
    assert [hit.score for hit in again] == sorted((hit.score for hit in again), reverse=True)


def test_a_replayed_change_is_harmless(make_upsert: MakeUpsert, hashing: Encoder) -> None:
    made: Retriever = HybridRetriever(hashing)
    first, second = make_upsert(1, "Refunds take five days."), make_upsert(2, "A piano has 88 keys.")
    changes = [first, second, Delete(3, first.chunk.id)]
    made.apply(changes)
    made.apply(changes)
    assert made.sequence == 3
    assert made.chunk(first.chunk.id) is None
    assert made.chunk(second.chunk.id) == second.chunk
    assert [hit.chunk.id for hit in made.search("refunds", Filter("acme"))] == [second.chunk.id]

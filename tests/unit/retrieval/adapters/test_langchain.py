"""The behaviours LangChain's own standard suite asks of a vector store and of a retriever."""

from __future__ import annotations

import numpy as np
import pytest
from langchain_core.documents import Document
from langchain_core.embeddings import DeterministicFakeEmbedding
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import RunnableLambda
from langchain_core.vectorstores import VectorStore

from retrieval.adapters.langchain import EmbeddingsEncoder, HouseEmbeddings, HouseRetriever, HouseVectorStore
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter
from tests.unit.retrieval.conftest import HashingEncoder, MakeUpsert

TEXTS = ["refunds take five days", "shipping is free above fifty", "passwords expire yearly"]


@pytest.fixture
def store(hashing: HashingEncoder) -> HouseVectorStore:
    return HouseVectorStore(HouseEmbeddings(hashing))


def documents() -> list[Document]:
    return [Document(page_content=text, metadata={"number": number}) for number, text in enumerate(TEXTS)]


def test_it_is_a_vector_store_and_starts_empty(store: HouseVectorStore) -> None:
    assert isinstance(store, VectorStore)
    assert store.similarity_search("refunds", k=1) == []


def test_documents_are_found_with_their_ids_and_metadata(store: HouseVectorStore) -> None:
    ids = store.add_documents(documents())
    (found,) = store.similarity_search("passwords expire", k=1)
    assert found == Document(id=ids[2], page_content=TEXTS[2], metadata={"number": 2})


def test_ids_may_be_given(store: HouseVectorStore) -> None:
    assert store.add_documents(documents(), ids=["a", "b", "c"]) == ["a", "b", "c"]
    assert store.similarity_search("refunds five days", k=1)[0].id == "a"


def test_the_id_of_a_document_is_kept(store: HouseVectorStore) -> None:
    assert store.add_documents([Document(id="mine", page_content="x"), Document(page_content="y")])[0] == "mine"


def test_adding_does_not_change_what_was_added(store: HouseVectorStore) -> None:
    given = documents()
    store.add_documents(given, ids=["a", "b", "c"])
    assert given == documents()


def test_changing_a_result_does_not_change_the_store(store: HouseVectorStore) -> None:
    store.add_documents(documents(), ids=["a", "b", "c"])
    store.similarity_search("refunds", k=1)[0].metadata["number"] = "spoiled"
    assert store.get_by_ids(["a"])[0].metadata == {"number": 0}


def test_the_same_id_again_replaces(store: HouseVectorStore) -> None:
    store.add_texts(["old text"], [{"v": 1}], ids=["a"])
    store.add_texts(["brand new words"], [{"v": 2}], ids=["a"])
    assert store.similarity_search("old text", k=5) == [
        Document(id="a", page_content="brand new words", metadata={"v": 2})
    ]


def test_deleted_documents_are_gone_and_unknown_ids_ignored(store: HouseVectorStore) -> None:
    store.add_documents(documents(), ids=["a", "b", "c"])
    store.delete(["a", "zzz"])
    assert {document.id for document in store.similarity_search("refunds", k=5)} == {"b", "c"}
    assert store.get_by_ids(["a", "b"])[0].id == "b"


def test_deleting_everything(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    store.delete()
    assert store.similarity_search("refunds", k=5) == []


def test_missing_ids_are_left_out(store: HouseVectorStore) -> None:
    store.add_documents(documents(), ids=["a", "b", "c"])
    assert [document.id for document in store.get_by_ids(["c", "nope", "a"])] == ["c", "a"]
    assert store.get_by_ids([]) == []


def test_scores_are_cosines_best_first(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    scored = store.similarity_search_with_score(TEXTS[0], k=3)
    assert scored[0][1] == pytest.approx(1.0, abs=1e-5)
    assert [score for _, score in scored] == sorted((score for _, score in scored), reverse=True)


def test_relevance_scores_lie_between_zero_and_one(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    for _, score in store.similarity_search_with_relevance_scores("refunds", k=3):
        assert 0.0 <= score <= 1.0


def test_search_by_vector_finds_what_search_by_text_finds(store: HouseVectorStore, hashing: HashingEncoder) -> None:
    store.add_documents(documents())
    vector = (hashing.encode_questions(["passwords"])[0] * 3).tolist()
    assert store.similarity_search_by_vector(vector, k=2) == store.similarity_search("passwords", k=2)


def test_lists_of_different_length_are_refused(store: HouseVectorStore) -> None:
    with pytest.raises(ValueError, match="2 texts"):
        store.add_texts(["a", "b"], ids=["only"])
    with pytest.raises(ValueError, match="1 metadatas"):
        store.add_texts(["a", "b"], [{}])


def test_filters_hold_before_ranking(store: HouseVectorStore) -> None:
    store.add_texts(["refund rule", "refund secret"], [{"access": ["public"]}, {"access": ["staff"]}], ids=["p", "s"])
    assert [document.id for document in store.similarity_search("refund", k=5)] == ["p"]
    staff = Filter("default", groups=frozenset({"staff"}))
    assert [document.id for document in store.similarity_search("refund", k=5, filter=staff)] == ["s"]


def test_from_texts_takes_anybody_s_embeddings() -> None:
    embedding = DeterministicFakeEmbedding(size=24)
    store = HouseVectorStore.from_texts(TEXTS, embedding, [{"n": 1}, {"n": 2}, {"n": 3}], ids=["a", "b", "c"])
    assert store.embeddings is embedding
    assert {document.id for document in store.similarity_search(TEXTS[1], k=3)} == {"a", "b", "c"}


def test_from_documents_works_too(hashing: HashingEncoder) -> None:
    store = HouseVectorStore.from_documents(documents(), HouseEmbeddings(hashing))
    assert len(store.similarity_search("refunds", k=10)) == 3


async def test_every_call_has_its_async_form(hashing: HashingEncoder) -> None:
    store = await HouseVectorStore.afrom_texts(TEXTS, HouseEmbeddings(hashing), ids=["a", "b", "c"])
    assert await store.aadd_documents([Document(page_content="gift cards")], ids=["d"]) == ["d"]
    assert (await store.asimilarity_search("gift cards", k=1))[0].id == "d"
    assert (await store.asimilarity_search_with_score("gift cards", k=1))[0][1] == pytest.approx(1.0, abs=1e-5)
    assert [document.id for document in await store.aget_by_ids(["a"])] == ["a"]
    await store.adelete(["d"])
    assert await store.aget_by_ids(["d"]) == []


def test_as_retriever_is_langchain_s_own(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    retriever = store.as_retriever(search_kwargs={"k": 2})
    found = retriever.invoke(TEXTS[0])
    assert (found[0].page_content, len(found)) == (TEXTS[0], 2)


def test_the_house_retriever_says_where_a_hit_comes_from_and_why(
    hashing: HashingEncoder, make_upsert: MakeUpsert
) -> None:
    hybrid = HybridRetriever(hashing)
    hybrid.apply([make_upsert(1, "Refunds take five days.", page=3, headings=("Policy",))])
    retriever = HouseRetriever(retriever=hybrid, within=Filter("acme"), k=3)
    assert isinstance(retriever, BaseRetriever)
    (found,) = retriever.invoke("refunds")
    assert found.page_content == "Refunds take five days."
    assert (found.metadata["source"], found.metadata["page"], found.metadata["headings"]) == ("handbook", 3, ["Policy"])
    assert found.metadata["lexical"] > 0
    assert found.metadata["similarity"] is not None


async def test_the_house_retriever_composes_and_batches(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    chain = store.as_house_retriever(k=1) | RunnableLambda(lambda found: found[0].page_content)
    assert chain.invoke("passwords expire") == TEXTS[2]
    assert chain.batch(["refunds five", "shipping free"]) == TEXTS[:2]
    assert await chain.ainvoke("shipping free") == TEXTS[1]


def test_the_house_retriever_of_another_tenant_finds_nothing(store: HouseVectorStore) -> None:
    store.add_documents(documents())
    assert store.as_house_retriever(within=Filter("other")).invoke("refunds") == []


def test_embeddings_are_the_encoder_s(hashing: HashingEncoder) -> None:
    embeddings = HouseEmbeddings(hashing)
    np.testing.assert_allclose(embeddings.embed_query("a b"), hashing.encode_questions(["a b"])[0], rtol=1e-6)
    np.testing.assert_allclose(embeddings.embed_documents(["a", "b"]), hashing.encode_passages(["a", "b"]), rtol=1e-6)


def test_foreign_embeddings_become_an_encoder_of_unit_vectors() -> None:
    encoder = EmbeddingsEncoder(DeterministicFakeEmbedding(size=12))
    assert isinstance(encoder, Encoder)
    assert encoder.dimension == 12
    np.testing.assert_allclose(np.linalg.norm(encoder.encode_passages(TEXTS), axis=1), 1.0, rtol=1e-5)
    assert encoder.encode_questions([]).shape == (0, 12)
    assert encoder.count_tokens(["", "abcdefgh"]) == [1, 3]

"""LangChain's `VectorStore`, `BaseRetriever` and `Embeddings` over ours, for code that is written against them."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_core.retrievers import BaseRetriever
from langchain_core.vectorstores import VectorStore
from pydantic import ConfigDict

from retrieval.config import RetrievalConfig
from retrieval.language import detect
from retrieval.protocols import Encoder, Retriever
from retrieval.retriever import HybridRetriever
from retrieval.types import Chunk, Delete, Filter, Hit, Upsert, Vectors

_BY_MEANING = RetrievalConfig(lexical_weight=0.0, rerank=False)
_DEFAULT_TENANT = "default"
_CHUNK_FIELDS: dict[str, Any] = {
    "domain": str, "page": int, "line": int, "url": str, "tags": frozenset, "access": frozenset,
}  # fmt: skip


class HouseEmbeddings(Embeddings):
    """An encoder of ours as LangChain's Embeddings."""

    def __init__(self, encoder: Encoder) -> None:
        self.encoder = encoder

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        """Embed passages."""
        vectors: list[list[float]] = self.encoder.encode_passages(texts).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        """Embed a question."""
        vector: list[float] = self.encoder.encode_questions([text])[0].tolist()
        return vector


class EmbeddingsEncoder:
    """LangChain's Embeddings as an Encoder; vectors are brought to length one."""

    def __init__(self, embeddings: Embeddings) -> None:
        self.embeddings = embeddings
        self.name = f"langchain:{type(embeddings).__name__}"
        self.dimension = len(embeddings.embed_query("dimension"))

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Embed questions; returns [len(texts), dimension] float32, unit rows."""
        return self._unit([self.embeddings.embed_query(text) for text in texts])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Embed passages; returns [len(texts), dimension] float32, unit rows."""
        return self._unit(self.embeddings.embed_documents(list(texts)))

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Estimate tokens (LangChain does not tell): one for four bytes of UTF-8."""
        return [len(text.encode()) // 4 + 1 for text in texts]

    def _unit(self, rows: list[list[float]]) -> Vectors:
        vectors = np.asarray(rows, dtype=np.float32).reshape(-1, self.dimension)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        unit: Vectors = vectors / np.where(lengths > 0, lengths, 1.0)
        return unit


class HouseVectorStore(VectorStore):
    """A VectorStore in memory, over FAISS. Metadata come back as they were given; ids are strings, upserts by id.

    Searches are by meaning alone, as LangChain's users expect of a vector store, with the cosine as score.
    `HouseRetriever` (or `as_house_retriever`) searches by words too. Keys of metadata that name a field of
    `Chunk` (title, language, domain, page, line, url, tags, access) can be filtered by with `filter=Filter(...)`.
    """

    def __init__(self, embedding: Embeddings, *, tenant: str = _DEFAULT_TENANT) -> None:
        self._embedding = embedding
        encoder = embedding.encoder if isinstance(embedding, HouseEmbeddings) else EmbeddingsEncoder(embedding)
        self._encoder: Encoder = encoder
        self._tenant = tenant
        self._documents: dict[str, Document] = {}
        self._writing = threading.Lock()
        self.retriever = HybridRetriever(encoder)

    @property
    def embeddings(self) -> Embeddings:
        """The embeddings that the store was made with."""
        return self._embedding

    def add_texts(
        self,
        texts: Iterable[str],
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        **kwargs: Any,  # noqa: ANN401, ARG002 - LangChain's signature
    ) -> list[str]:
        """Add texts; returns their ids. An id that exists is replaced. Raises ValueError for lists unlike in length."""
        passages = list(texts)
        metadatas = metadatas if metadatas is not None else [{} for _ in passages]
        given: Sequence[str | None] = ids if ids is not None else [None] * len(passages)
        if not len(passages) == len(metadatas) == len(given):
            raise ValueError(f"{len(passages)} texts, {len(metadatas)} metadatas, {len(given)} ids")
        names = [name or uuid.uuid4().hex for name in given]
        vectors = self._encoder.encode_passages(passages)
        with self._writing:
            first = self.retriever.sequence + 1
            self.retriever.apply(
                Upsert(first + number, self._chunk(name, text, metadata, number), vector)
                for number, (name, text, metadata, vector) in enumerate(
                    zip(names, passages, metadatas, vectors, strict=True)
                )
            )
            for name, text, metadata in zip(names, passages, metadatas, strict=True):
                self._documents[name] = Document(id=name, page_content=text, metadata=dict(metadata))
        return names

    def delete(self, ids: list[str] | None = None, **kwargs: Any) -> bool | None:  # noqa: ANN401, ARG002
        """Delete by ids, or everything when None; unknown ids are ignored."""
        with self._writing:
            gone = list(self._documents) if ids is None else ids
            first = self.retriever.sequence + 1
            self.retriever.apply(Delete(first + number, name) for number, name in enumerate(gone))
            for name in gone:
                self._documents.pop(name, None)
        return True

    def get_by_ids(self, ids: Sequence[str], /) -> list[Document]:
        """Documents by id; those that are not there are left out."""
        found = (self._documents.get(name) for name in ids)
        return [document.model_copy(deep=True) for document in found if document is not None]

    def similarity_search(self, query: str, k: int = 4, **kwargs: Any) -> list[Document]:  # noqa: ANN401
        """Find the k documents nearest in meaning."""
        return [document for document, _ in self.similarity_search_with_score(query, k, **kwargs)]

    def similarity_search_with_score(
        self,
        query: str,
        k: int = 4,
        *,
        filter: Filter | None = None,  # noqa: A002 - LangChain's name
        **kwargs: Any,  # noqa: ANN401, ARG002
    ) -> list[tuple[Document, float]]:
        """Find the k documents nearest in meaning, with their cosine (1 is equal)."""
        return self._nearest(query, self._encoder.encode_questions([query])[0], k, filter)

    def similarity_search_by_vector(
        self,
        embedding: list[float],
        k: int = 4,
        *,
        filter: Filter | None = None,  # noqa: A002 - LangChain's name
        **kwargs: Any,  # noqa: ANN401, ARG002
    ) -> list[Document]:
        """Find the k documents nearest to a vector."""
        vector = np.asarray(embedding, dtype=np.float32)
        unit: Vectors = vector / max(float(np.linalg.norm(vector)), 1e-12)
        return [document for document, _ in self._nearest("", unit, k, filter)]

    def as_house_retriever(self, k: int = 8, within: Filter | None = None) -> HouseRetriever:
        """Search by meaning and words together."""
        return HouseRetriever(retriever=self.retriever, within=within or Filter(self._tenant), k=k)

    @classmethod
    def from_texts(
        cls,
        texts: list[str],
        embedding: Embeddings,
        metadatas: list[dict[str, Any]] | None = None,
        *,
        ids: list[str] | None = None,
        tenant: str = _DEFAULT_TENANT,
        **kwargs: Any,  # noqa: ANN401, ARG003
    ) -> HouseVectorStore:
        """Make a store of texts."""
        store = cls(embedding, tenant=tenant)
        store.add_texts(texts, metadatas, ids=ids)
        return store

    def _select_relevance_score_fn(self) -> Any:  # noqa: ANN401 - a function of a score, typed loosely upstream
        return lambda cosine: min(1.0, max(0.0, cosine))

    def _nearest(self, query: str, vector: Vectors, k: int, within: Filter | None) -> list[tuple[Document, float]]:
        hits = self.retriever.search(query, within or Filter(self._tenant), k, vector, config=_BY_MEANING)
        found = zip(self.get_by_ids([hit.chunk.id for hit in hits]), hits, strict=True)
        return [(document, hit.similarity or 0.0) for document, hit in found]

    def _chunk(self, name: str, text: str, metadata: dict[str, Any], ordinal: int) -> Chunk:
        known: dict[str, Any] = {
            key: make(metadata[key]) for key, make in _CHUNK_FIELDS.items() if metadata.get(key) is not None
        }
        return Chunk(
            id=name,
            document=str(metadata.get("source", name)),
            revision=1,
            checksum="",
            tenant=self._tenant,
            text=text,
            title=str(metadata.get("title", "")),
            language=str(metadata.get("language") or detect(text)),
            ordinal=ordinal,
            **known,
        )


class HouseRetriever(BaseRetriever):
    """A BaseRetriever over any Retriever of ours: hybrid search, what `within` admits, the best `k`."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    retriever: Retriever
    within: Filter
    k: int = 8

    def _get_relevant_documents(self, query: str, *, run_manager: CallbackManagerForRetrieverRun) -> list[Document]:  # noqa: ARG002
        return [to_document(hit) for hit in self.retriever.search(query, self.within, self.k)]


def to_document(hit: Hit) -> Document:
    """A hit as LangChain's Document: where it comes from, and why it was found, as metadata."""
    chunk = hit.chunk
    return Document(
        id=chunk.id,
        page_content=chunk.text,
        metadata={
            "source": chunk.document,
            "revision": chunk.revision,
            "title": chunk.title,
            "headings": list(chunk.headings),
            "page": chunk.page,
            "line": chunk.line,
            "url": chunk.url,
            "language": chunk.language,
            "domain": chunk.domain,
            "score": hit.score,
            "similarity": hit.similarity,
            "lexical": hit.lexical,
        },
    )

"""Measure retrieval on questions whose documents are known: dense, lexical, hybrid, reranked, side by side.

    python -m retrieval.evaluate --corpus FILE... --questions FILE --encoder DIR [--limit N] [--json]

Corpus: JSON lines with `doc_id` and `text` or `answer`; documents are cut into chunks as ingestion does, and a
document ranks where its first chunk does. Questions: JSON lines with `question` and `doc_id` or `relevant`.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter

import numpy as np

from retrieval.config import IngestConfig, RetrievalConfig
from retrieval.ingest import ChunkMeta, cut, encode
from retrieval.metrics import ndcg_at, recall_at, reciprocal_rank_at
from retrieval.protocols import Encoder, Reranker
from retrieval.retriever import HybridRetriever
from retrieval.sentences import encode_sentences
from retrieval.types import Chunk, Codes, Filter, ParsedDocument, Section, Upsert, Vectors

_TENANT = "evaluation"
_DEPTH = 10
_BATCH = 512  # chunks handed to the encoder at once: of many it can put those of like length together
_CHUNKS = 48  # enough to find ten documents among


@dataclass(frozen=True, slots=True)
class Question:
    """A question and the documents that answer it."""

    text: str
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """Means over the questions, from 0 to 1; `query_ms` is the median time of one search, encoding included."""

    recall_at_1: float
    recall_at_5: float
    mrr_at_10: float
    ndcg_at_10: float
    query_ms: float


@dataclass(frozen=True, slots=True)
class Method:
    """One way to search: its settings, and whether the question has to be encoded for it."""

    config: RetrievalConfig
    encodes: bool = True


def methods(config: RetrievalConfig) -> dict[str, Method]:
    """The four ways that are compared, all with the settings of `config`."""
    plain = replace(config, rerank=False)
    return {
        "dense": Method(replace(plain, lexical_weight=0.0)),
        "lexical": Method(replace(plain, dense_weight=0.0), encodes=False),
        "hybrid": Method(plain),
        "reranked": Method(replace(config, rerank=True)),
    }


def evaluate(
    corpus: Iterable[Path],
    questions: Path,
    encoder: Encoder,
    *,
    limit: int | None = None,
    config: RetrievalConfig | None = None,
    reranker: Reranker | None = None,
) -> dict[str, dict[str, float]]:
    """Index the corpus, ask the questions (the first `limit`), return the figures of each method by name.

    With a `reranker` beside the light one there is a fifth: `cross_encoder`.

    Raises ValueError naming file and line where a row lacks what is needed.
    """
    chunks = [chunk for path in corpus for chunk in read_corpus(path, encoder)]
    asked = read_questions(questions)[:limit]
    retriever = index(chunks, encode(chunks, encoder, _BATCH), encoder, list(encode_sentences(chunks, encoder)))
    vectors, encode_ms = encode_each(encoder, [question.text for question in asked])
    config = config or RetrievalConfig()
    figures = {
        name: asdict(measure(retriever, method, asked, vectors, encode_ms)) for name, method in methods(config).items()
    }
    if reranker is not None:
        retriever.reranker = reranker
        reranked = Method(replace(config, rerank=True))
        figures["cross_encoder"] = asdict(measure(retriever, reranked, asked, vectors, encode_ms))
    return figures


def read_corpus(path: Path, encoder: Encoder, config: IngestConfig | None = None) -> list[Chunk]:
    """Read documents and cut them into chunks."""
    config = config or IngestConfig()
    chunks: list[Chunk] = []
    for row in _rows(path, ("doc_id",), ("text", "answer")):
        document = ParsedDocument("", (Section(str(row.get("text") or row["answer"])),))
        meta = ChunkMeta(_TENANT, str(row["doc_id"]))
        pieces = cut(document, "", meta, "0" * 64, encoder, config)
        chunks.extend(pieces)
    return chunks


def read_questions(path: Path) -> list[Question]:
    """Read questions; `relevant` may be one id or a list."""
    found = []
    for row in _rows(path, ("question",), ("relevant", "doc_id")):
        relevant = row.get("relevant") or row["doc_id"]
        ids = relevant if isinstance(relevant, list) else [relevant]
        found.append(Question(str(row["question"]), frozenset(map(str, ids))))
    return found


def index(
    chunks: Sequence[Chunk], vectors: Vectors, encoder: Encoder, sentences: Sequence[Codes] | None = None
) -> HybridRetriever:
    """Make the chunks searchable."""
    retriever = HybridRetriever(encoder)
    codes: Sequence[Codes | None] = sentences or [None] * len(chunks)
    rows = zip(chunks, vectors, codes, strict=True)
    retriever.apply(Upsert(number, *row) for number, row in enumerate(rows, start=1))
    return retriever


def encode_each(encoder: Encoder, texts: Sequence[str]) -> tuple[Vectors, list[float]]:
    """Embed texts one by one; returns [len(texts), dimension] and the milliseconds of each."""
    vectors = np.empty((len(texts), encoder.dimension), dtype=np.float32)
    times = []
    for number, text in enumerate(texts):
        start = perf_counter()
        vectors[number] = encoder.encode_questions([text])[0]
        times.append((perf_counter() - start) * 1000)
    return vectors, times


def measure(
    retriever: HybridRetriever,
    method: Method,
    questions: Sequence[Question],
    vectors: Vectors,
    encode_ms: Sequence[float],
) -> Figures:
    """Ask all questions one way. Raises ValueError when there are none."""
    if not questions:
        raise ValueError("no questions to measure with")
    within = Filter(_TENANT)
    ranked: list[tuple[list[str], frozenset[str]]] = []
    times: list[float] = []
    for question, vector, spent in zip(questions, vectors, encode_ms, strict=True):
        start = perf_counter()
        hits = retriever.search(question.text, within, _CHUNKS, vector, config=method.config)
        times.append((perf_counter() - start) * 1000 + (spent if method.encodes else 0.0))
        documents = list(dict.fromkeys(hit.chunk.document for hit in hits))[:_DEPTH]
        ranked.append((documents, question.relevant))
    return Figures(
        recall_at_1=statistics.fmean(recall_at(1, *pair) for pair in ranked),
        recall_at_5=statistics.fmean(recall_at(5, *pair) for pair in ranked),
        mrr_at_10=statistics.fmean(reciprocal_rank_at(_DEPTH, *pair) for pair in ranked),
        ndcg_at_10=statistics.fmean(ndcg_at(_DEPTH, *pair) for pair in ranked),
        query_ms=statistics.median(times),
    )


def _rows(path: Path, needed: tuple[str, ...], one_of: tuple[str, ...]) -> Iterable[dict[str, object]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, start=1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except json.JSONDecodeError as error:
                raise ValueError(f"{path}, line {number}: not JSON ({error.msg})") from error
            if not isinstance(row, dict) or any(name not in row for name in needed) or not set(one_of) & set(row):
                raise ValueError(f"{path}, line {number}: needs {', '.join(needed)} and {' or '.join(one_of)}")
            yield row


if __name__ == "__main__":
    from retrieval.evaluate_cli import main

    main()

"""The demo's questions as the hybrid search answers them, over its own documents: what the check is trained on."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

from domains.evidence.rows import Row
from retrieval.ingest import ChunkMeta, prepare
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.sentences import encode_sentences
from retrieval.types import Filter, Hit, Upsert

_TENANT = "demo"
_WIDE = 24  # hits looked at, so that enough stay when a document is taken out
_DEPTH = 8  # hits that retrieval brings
_SHOWN = 3  # hits that a prompt shows: an answer further down is none

OFF = "off"
"""Kind of questions that are about nothing any document is about: chat, small tasks, general knowledge."""

NOWHERE = frozenset({"not_stated", "near", OFF})
"""Kinds of questions that no document answers."""


def is_listed(folder: Path) -> bool:
    """Say whether the documents lie in `folder`, with their list (titles may be listed without them)."""
    path = folder / "documents.jsonl"
    listed = path.read_text("utf-8").splitlines() if path.is_file() else []
    return bool(listed) and all((folder / json.loads(line)["file"]).is_file() for line in listed)


def index(folder: Path, encoder: Encoder) -> HybridRetriever:
    """Read, cut and embed every document that `documents.jsonl` in `folder` lists, sentences included."""
    retriever = HybridRetriever(encoder)
    numbers = count(1)
    for line in (folder / "documents.jsonl").read_text("utf-8").splitlines():
        listed: dict[str, Any] = json.loads(line)
        meta = ChunkMeta(_TENANT, listed["file"], title=listed["title"], language=listed["language"])
        made = prepare(folder / listed["file"], Path(listed["file"]).name, meta, encoder)
        codes = encode_sentences([chunk for chunk, _ in made], encoder)
        rows = zip(made, codes, strict=True)
        retriever.apply([Upsert(next(numbers), chunk, vector, own) for (chunk, vector), own in rows])
    return retriever


def as_found(rows: Sequence[Row], retriever: HybridRetriever, encoder: Encoder) -> Iterator[Row]:
    """Ask every question of the index.

    With an answering passage it gives two rows: answerable, if that is among the first three hits, and unanswerable,
    without its documents in either language. A question that no document answers gives one, unanswerable.
    """
    questions: dict[str, list[Row]] = {}
    for row in rows:
        questions.setdefault(row.question, []).append(row)
    vectors = encoder.encode_questions(list(questions))
    for (question, about), vector in zip(questions.items(), vectors, strict=True):
        hits = tuple(retriever.search(question, Filter(_TENANT), k=_WIDE, vector=vector))
        answers = [hit for row in about if row.label == "answerable" for hit in row.hits]
        if answers:
            if any(_holds(hit, answer) for hit in hits[:_SHOWN] for answer in answers):
                yield replace(about[0], hits=hits[:_DEPTH], label="answerable", kind="retrieved")
            gone = {name for answer in answers for name in _both(answer.chunk.document)}
            left = tuple(hit for hit in hits if hit.chunk.document not in gone)[:_DEPTH]
            yield replace(about[0], hits=left, label="unanswerable", kind="removed")
        elif all(row.kind in NOWHERE for row in about):
            yield replace(about[0], hits=hits[:_DEPTH], label="unanswerable")


def as_given(rows: Sequence[Row], encoder: Encoder) -> list[Row]:
    """Rank the passages that every row brings as the search would, each row's among themselves, and measure them."""
    retriever = HybridRetriever(encoder)
    numbers = count(1)
    for at, row in enumerate(rows):
        chunks = [replace(hit.chunk, id=f"{at}:{n}", tenant=_TENANT, domain=str(at)) for n, hit in enumerate(row.hits)]
        vectors = encoder.encode_passages([chunk.text for chunk in chunks]) if chunks else ()
        codes = encode_sentences(chunks, encoder)
        retriever.apply([Upsert(next(numbers), *made) for made in zip(chunks, vectors, codes, strict=True)])
    questions = encoder.encode_questions([row.question for row in rows])
    searched = (
        retriever.search(row.question, Filter(_TENANT, domain=str(at)), k=_DEPTH, vector=vector)
        for at, (row, vector) in enumerate(zip(rows, questions, strict=True))
    )
    return [replace(row, hits=tuple(hits)) for row, hits in zip(rows, searched, strict=True)]


def _both(document: str) -> tuple[str, str, str]:
    return document, document.replace("/zh/", "/en/"), document.replace("/en/", "/zh/")


def _holds(hit: Hit, answer: Hit) -> bool:
    """The same text may have been cut with its heading or without."""
    if hit.chunk.document != answer.chunk.document:
        return False
    one, other = "".join(hit.chunk.text.split()), "".join(answer.chunk.text.split())
    return one in other or other in one

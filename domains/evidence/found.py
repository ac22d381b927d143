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
        elif all(row.kind == "not_stated" for row in about):
            yield replace(about[0], hits=hits[:_DEPTH], label="unanswerable", kind="not_stated")


def _both(document: str) -> tuple[str, str, str]:
    return document, document.replace("/zh/", "/en/"), document.replace("/en/", "/zh/")


def _holds(hit: Hit, answer: Hit) -> bool:
    """The same text may have been cut with its heading or without."""
    if hit.chunk.document != answer.chunk.document:
        return False
    one, other = "".join(hit.chunk.text.split()), "".join(answer.chunk.text.split())
    return one in other or other in one

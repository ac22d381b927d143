"""Labelled rows for training and measuring: a question, the passages found for it, whether they answer it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel

from domains.types import Language
from retrieval.language import detect
from retrieval.protocols import Encoder
from retrieval.types import Chunk, Hit

Label = Literal["answerable", "partial", "unanswerable", "underspecified"]


@dataclass(frozen=True, slots=True)
class Row:
    """`hits` are best first; `source` names the data set, `kind` what makes the row hard."""

    question: str
    hits: tuple[Hit, ...]
    label: Label
    source: str
    kind: str = ""
    split: str = "train"


class _Passage(BaseModel):
    """A line of the demo's evidence file."""

    question: str
    passage: str
    answered: bool
    language: Language
    kind: str
    document: str
    split: str


class _Text(BaseModel):
    text: str
    document_id: str = ""


class _Turn(BaseModel):
    speaker: str
    text: str


class _Task(BaseModel):
    """A line of MTRAG-UN (IBM/mt-rag-benchmark, Apache-2.0)."""

    answerability: list[str]
    messages: list[_Turn]
    contexts: list[_Text]
    collection: str


def passage(text: str, *, title: str = "", key: str = "", language: str | None = None) -> Hit:
    """Make a hit of a bare text; its similarity is not known yet."""
    tongue = language or detect(text)
    chunk = Chunk(
        id=key or text[:40], document=title, revision=1, checksum="", tenant="", text=text, title=title, language=tongue
    )
    return Hit(chunk=chunk, score=0.0)


def read_demo(path: Path) -> Iterator[Row]:
    """Read `question, passage, answered, language, kind, document, split` a line."""
    for line in path.read_text("utf-8").splitlines():
        row = _Passage.model_validate_json(line)
        hit = passage(row.passage, key=f"{row.document}:{row.passage[:60]}", language=row.language)
        label: Label = "answerable" if row.answered else "unanswerable"
        yield Row(row.question, (hit,), label, "demo", row.kind, row.split)


def read_mtrag(path: Path) -> Iterator[Row]:
    """Read tasks in the MTRAG-UN form; the question is the last turn of the user."""
    for line in path.read_text("utf-8").splitlines():
        task = _Task.model_validate_json(line)
        hits = tuple(passage(text.text, key=text.document_id) for text in task.contexts)
        label = cast(Label, task.answerability[0].lower())
        yield Row(task.messages[-1].text, hits, label, f"mtrag_{task.collection}", " ".join(_speech(task.messages)))


def _speech(turns: Sequence[_Turn]) -> list[str]:
    return [turn.text for turn in turns[:-1] if turn.speaker == "user"][-1:]


def read(path: Path) -> list[Row]:
    """Read either form, told apart by the fields of the first line."""
    with path.open(encoding="utf-8") as lines:
        first = json.loads(next(lines))
    return list(read_demo(path) if "passage" in first else read_mtrag(path))


def measure_similarity(rows: Sequence[Row], encoder: Encoder) -> list[Row]:
    """Give every hit its cosine with the question, as retrieval would, and put the most similar first."""
    questions = encoder.encode_questions([row.question for row in rows])
    texts = list({hit.chunk.text: None for row in rows for hit in row.hits})
    vectors = dict(zip(texts, encoder.encode_passages(texts), strict=True)) if texts else {}
    measured: list[Row] = []
    for row, question in zip(rows, questions, strict=True):
        hits = [replace(hit, similarity=float(question @ vectors[hit.chunk.text])) for hit in row.hits]
        hits.sort(key=lambda hit: -(hit.similarity or 0.0))
        measured.append(replace(row, hits=tuple(hits)))
    return measured

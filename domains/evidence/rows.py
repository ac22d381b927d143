"""Labelled rows for training and measuring: a question, the passages found for it, whether they answer it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, cast

from pydantic import BaseModel

from domains.types import Language
from retrieval.language import detect
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


def passage(text: str, *, title: str = "", document: str = "", language: str | None = None) -> Hit:
    """Make a hit of a bare text; its similarity is not known yet."""
    chunk = Chunk(
        id=f"{document}:{text}",
        document=document,
        revision=1,
        checksum="",
        tenant="",
        text=text,
        title=title,
        language=language or detect(text),
    )
    return Hit(chunk=chunk, score=0.0)


def read_demo(path: Path) -> Iterator[Row]:
    """Read `question, passage, answered, language, kind, document, split` a line.

    Titles come from `documents.jsonl` beside the file, where there is one.
    """
    titles = _titles(path.with_name("documents.jsonl"))
    for line in path.read_text("utf-8").splitlines():
        row = _Passage.model_validate_json(line)
        title = titles.get(row.document, "")
        hit = passage(row.passage, title=title, document=row.document, language=row.language)
        label: Label = "answerable" if row.answered else "unanswerable"
        yield Row(row.question, (hit,), label, "demo", row.kind, row.split)


def _titles(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    lines = map(json.loads, path.read_text("utf-8").splitlines())
    return {line["file"]: line["title"] for line in lines}


def read_mtrag(path: Path) -> Iterator[Row]:
    """Read tasks in the MTRAG-UN form; the question is the last turn of the user."""
    for line in path.read_text("utf-8").splitlines():
        task = _Task.model_validate_json(line)
        hits = tuple(passage(text.text, document=text.document_id) for text in task.contexts)
        label = cast(Label, task.answerability[0].lower())
        yield Row(task.messages[-1].text, hits, label, f"mtrag_{task.collection}", " ".join(_speech(task.messages)))


def _speech(turns: Sequence[_Turn]) -> list[str]:
    return [turn.text for turn in turns[:-1] if turn.speaker == "user"][-1:]


def is_demo(path: Path) -> bool:
    """Tell the demo's form (one passage a line) from MTRAG-UN's (all contexts of a turn) by the first line."""
    with path.open(encoding="utf-8") as lines:
        return "passage" in json.loads(next(lines, "{}"))

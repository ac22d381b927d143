"""Whether a simple fact that stands in supplied evidence is answered right. Behind `manage.py evaluate facts`.

Data in SQuAD's form: questions with the passage that answers them and the answer's words. A domain answers as in
service, from the passage and two others of the same article; only retrieval and the check whether to answer are left
out.
"""

from __future__ import annotations

import json
import random
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from domains.citations import MARKER
from domains.protocols import Domain
from domains.types import Done, Evidence, Question, Refusal, TextDelta
from inference.client.protocols import ChatModel
from retrieval.language import HAN, detect
from retrieval.normalise import fold
from retrieval.types import Chunk, Hit

BESIDE = 2
"""Other passages of the article that a question is asked with."""
_UNSURE = 0.5
"""An `answerable` below `domains.quoting.CERTAIN`: the model is asked, no sentence is quoted instead of it."""
_EDGE = f"[^\\W_{HAN}]"  # a letter or digit of a script that sets words apart


@dataclass(frozen=True, slots=True)
class Fact:
    """A question, what it is asked with, the passage that answers it first, and ways to say the answer."""

    question: Question
    hits: tuple[Hit, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FactFigures:
    """Rates from 0 to 1, None where there was nothing to measure.

    `right` of those asked hold the answer's words, by language too; `refused` were withdrawn or refused; `cited` of the
    answers that were shown cite the passage that has the fact. `wrong` are the questions of the others with what was
    said, to be read.
    """

    asked: int
    right: float | None
    right_by_language: dict[str, float]
    refused: float | None
    cited: float | None
    wrong: tuple[tuple[str, str], ...]


class NotInForm(ValueError):
    """A file is not in the form that is read here; the message names file, line and what is missing."""


def read(passages: Sequence[Path], questions: Sequence[Path]) -> list[Fact]:
    """Read passages (doc_id, text) and questions (question, doc_id, answers). Files pair in order: the ids of two
    languages may be the same. Raises NotInForm, OSError.
    """
    if len(passages) != len(questions):
        raise NotInForm("name as many files of questions as of passages: the first goes with the first, and so on.")
    return [fact for pair in zip(passages, questions, strict=True) for fact in _pair(*pair)]


def drawn(facts: Sequence[Fact], count: int, seed: int) -> list[Fact]:
    """Take `count` facts by chance, as many of each language as there are; all of them where there are fewer."""
    by_language: dict[str, list[Fact]] = defaultdict(list)
    for fact in random.Random(seed).sample(facts, len(facts)):  # noqa: S311 - a draw to repeat
        by_language[fact.question.language].append(fact)
    share = -(-count // max(1, len(by_language)))
    return [fact for some in by_language.values() for fact in some[:share]]


async def evaluate(facts: Sequence[Fact], domain: Domain, model: ChatModel) -> FactFigures:
    """Ask them one after the other. Raises ModelError."""
    right: dict[str, list[bool]] = defaultdict(list)
    cited: list[bool] = []
    wrong: list[tuple[str, str]] = []
    async for fact, said in _asked(facts, domain, model):
        holds = said is not None and any(says(said, answer) for answer in fact.answers)
        right[fact.question.language].append(holds)
        if said is not None:
            cited.append("1" in MARKER.findall(said))
        if not holds:
            wrong.append((fact.question.text, said or ""))
    every = [one for some in right.values() for one in some]
    return FactFigures(
        asked=len(facts),
        right=_share(every),
        right_by_language={language: sum(some) / len(some) for language, some in sorted(right.items())},
        refused=(len(facts) - len(cited)) / len(facts) if facts else None,
        cited=_share(cited),
        wrong=tuple(wrong),
    )


def says(text: str, answer: str) -> bool:
    """Whether the words of `answer` stand in `text`, whole ones, however both are written (case, width, signs)."""
    wanted = fold(answer)
    found = re.search(f"(?<!{_EDGE}){re.escape(wanted)}(?!{_EDGE})", fold(MARKER.sub(" ", text)))
    return bool(wanted) and found is not None


async def _asked(facts: Sequence[Fact], domain: Domain, model: ChatModel) -> AsyncIterator[tuple[Fact, str | None]]:
    for fact in facts:
        evidence = Evidence(fact.hits, answerable=_UNSURE, sufficient=True, related=True)
        text, ended = "", False
        async for response in domain.respond(fact.question, evidence, model):
            match response:
                case TextDelta(piece):
                    text += piece
                case Done():
                    ended = True
                case Refusal():
                    pass
        verdict = domain.guard(fact.question, evidence, text) if ended else None
        yield fact, verdict.text if verdict is not None and verdict.refusal is None else None


def _pair(passages: Path, questions: Path) -> Iterator[Fact]:
    chunks: dict[str, Chunk] = {}
    for line, row in _rows(passages, ("doc_id", "text")):
        chunks[row["doc_id"]] = _chunk(row, line)
    articles: dict[str, list[Chunk]] = defaultdict(list)
    for chunk in chunks.values():
        articles[chunk.title].append(chunk)
    for line, row in _rows(questions, ("question", "doc_id", "answers")):
        answering = chunks.get(row["doc_id"])
        if answering is None:
            raise NotInForm(f"{questions}, line {line}: no passage has the doc_id {row['doc_id']!r}.")
        others = [other for other in articles[answering.title] if other is not answering][:BESIDE]
        text = str(row["question"])
        yield Fact(
            Question(text=text, standalone=text, language=detect(text), intent=""),
            tuple(Hit(one, 1.0 / rank) for rank, one in enumerate((answering, *others), 1)),
            tuple(str(answer["text"]) for answer in row["answers"]),
        )


def _rows(path: Path, needed: tuple[str, ...]) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise NotInForm(f"{path}, line {number}: not a line of JSON ({error}).") from error
        if missing := [name for name in needed if name not in row]:
            raise NotInForm(f"{path}, line {number}: {', '.join(missing)} missing.")
        yield number, row


def _chunk(row: dict[str, Any], line: int) -> Chunk:
    text = str(row["text"])
    return Chunk(
        id=str(row["doc_id"]),
        document=str(row["doc_id"]),
        revision=1,
        checksum="",
        tenant="evaluation",
        text=text,
        title=str(row.get("title", "")),
        language=detect(text),
        ordinal=line,
    )


def _share(some: Sequence[bool]) -> float | None:
    return sum(some) / len(some) if some else None

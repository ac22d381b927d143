"""Everyone the pipeline works with, as one value. The composition root fills it; tests do so with small real parts."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from functools import partial
from typing import ParamSpec, Protocol, TypeVar

from assistant.chat.recorder import Recorder
from assistant.chat.slots import Slots
from assistant.chat.stopwatch import Clock
from assistant.chat.stores.memories import Memories
from assistant.faq.flights import Flights
from assistant.faq.generated import AnswerCache
from assistant.faq.lookup import FaqMatch
from assistant.intents.types import IntentGuess
from domains.excerpts import MOST_HITS
from domains.protocols import Domain
from domains.types import Evidence
from inference.client.protocols import ChatModel
from retrieval.protocols import Retriever
from retrieval.types import Filter, Hit, Vectors

P = ParamSpec("P")
T = TypeVar("T")

_MOST_NEAREST = 2


class QuestionEncoder(Protocol):
    """Embeds questions in batches, across requests."""

    def submit_question(self, text: str) -> Future[Vectors]:
        """Return a future of the embedding, shape [dimension]."""


class CuratedAnswers(Protocol):
    """Looks curated answers up."""

    def exact(self, tenant: str, text: str, groups: frozenset[str] = ...) -> FaqMatch | None:
        """Find the entry asked for in these very words. Touches neither database nor network."""

    def nearest(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = ...
    ) -> FaqMatch | None:
        """Find the entry that means the same, if one is near enough."""

    def together(
        self,
        tenant: str,
        message: str,
        wishes: Sequence[tuple[str, Vectors]],
        language: str,
        groups: frozenset[str] = ...,
    ) -> tuple[FaqMatch, ...]:
        """Find an entry for each wish (text, embedding) of one message: another one for each, or none at all."""

    def probable(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = ...
    ) -> FaqMatch | None:
        """Find the entry that probably asks the same, to be weighed beside other evidence."""

    def near(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = ...
    ) -> tuple[FaqMatch, ...]:
        """List entries that may be meant, to be offered as choices."""


class IntentGuesser(Protocol):
    """Says what a question is about."""

    def classify(self, tenant: str, text: str, vector: Vectors) -> IntentGuess:
        """Guess the intent from the text and its embedding."""


class EvidenceJudge(Protocol):
    """Says whether hits answer a question."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
        """Judge by scores and a trained check."""


@dataclass(frozen=True, slots=True)
class Room:
    """The collaborators. `model_warming` says whether the model never answered yet since the start.

    `kept` are the answers that models gave before, `flights` the one call for many who ask the same; without them
    every answer is made anew. `prompts` is the version of all prompts together.
    """

    faq: CuratedAnswers
    intents: IntentGuesser
    encoder: QuestionEncoder
    retriever: Retriever
    evidence: EvidenceJudge
    domain: Callable[[str], Domain]
    domains: tuple[str, ...]
    model: ChatModel
    memories: Memories
    recorder: Recorder
    searchers: Executor
    slots: Slots = field(default_factory=Slots)
    model_warming: Callable[[], bool] = lambda: False
    clock: Clock = time.perf_counter
    now: Clock = time.time
    kept: AnswerCache | None = None
    flights: Flights | None = None
    prompts: str = ""

    async def encode(self, text: str) -> Vectors:
        """Embed a question, shape [dimension]."""
        return await asyncio.wrap_future(self.encoder.submit_question(text))

    async def find(self, question: str, vector: Vectors, within: Filter, known: Sequence[Hit] = ()) -> Evidence:
        """Search and judge in a thread: milliseconds of arithmetic that would hold up every other request.

        What is `known` beside the documents stands before what is found. Only hits that an answer can cite are kept:
        none when they do not answer, else those that a prompt carries.
        """
        return await self.in_thread(self._find, question, vector, within, known)

    async def in_thread(self, work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run something that waits or computes beside the event loop."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.searchers, partial(work, *args, **kwargs))

    def _find(self, question: str, vector: Vectors, within: Filter, known: Sequence[Hit]) -> Evidence:
        found = self.retriever.search(question, within, vector=vector)
        evidence = self.evidence.judge(question, [*known, *found])
        if known and not evidence.sufficient:  # what is known beside the documents never makes them say less
            evidence = self.evidence.judge(question, found)
        if evidence.sufficient:
            return replace(evidence, hits=tuple(hit.widened() for hit in evidence.hits[:MOST_HITS]))
        return replace(evidence, hits=(), nearest=nearest(evidence.hits) if evidence.related else ())


def nearest(hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Choose the passages that a reader without an answer may look at: the best of each document, two at most.

    What is nearest in meaning stands first: where no passage answers, shared words tell little.
    """
    shown = sorted(hits[:MOST_HITS], key=lambda hit: -(hit.meaning or 0.0))
    by_document = {hit.chunk.document: hit for hit in reversed(shown)}
    return tuple(hit for hit in shown if by_document[hit.chunk.document] is hit)[:_MOST_NEAREST]

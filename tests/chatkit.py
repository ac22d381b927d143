"""Small parts for tests of the chat: a real retriever and real look-up over a handful of texts, a scripted model."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from assistant.chat.answers import Answer, IntentShown, Timings
from assistant.chat.asked import Asked
from assistant.chat.events import Event, Failed, Finished
from assistant.chat.pipeline import answer
from assistant.chat.record import TurnRecord
from assistant.chat.recorder import Recorder
from assistant.chat.room import Room
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.memories import Memories
from assistant.chat.stores.turns import DatabaseTurns, Kept, RedisTurns
from assistant.faq.table import EVERYBODY, Entry, FaqMatch, Table, Way
from assistant.intents.types import IntentGuess, Route
from domains import registry
from domains.types import Evidence
from inference.client.scripted import Reply, ScriptedModel
from retrieval.encoders.batching import BatchingEncoder
from retrieval.normalise import fold
from retrieval.retriever import HybridRetriever
from retrieval.types import PUBLIC, Chunk, Hit, Upsert, Vectors

DIMENSION = 64
SMALL = frozenset(
    ["a", "about", "do", "does", "how", "i", "in", "is", "it", "its", "me", "of", "on", "the", "to", "what", "where"]
)
NOWHERE = "redis://127.0.0.1:1/0"


class WordEncoder:
    """Sums a fixed random direction for each word or Han character: equal words, near vectors. Deterministic."""

    name = "words@1"
    dimension = DIMENSION

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        rows = np.stack([self._sum(text) for text in texts])
        return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)

    encode_passages = encode_questions

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        return [len(text.split()) for text in texts]

    def _sum(self, text: str) -> Any:
        words = re.findall(r"[㐀-鿿]|[^\W㐀-鿿]+", text.lower())
        kept = [word for word in words if word not in SMALL] or ["-"]
        seeds = [int.from_bytes(hashlib.sha256(word.encode()).digest()[:8], "little") for word in kept]
        return sum(np.random.default_rng(seed).normal(size=DIMENSION) for seed in seeds)


ENCODER = WordEncoder()


def chunk(text: str, *, title: str = "Handbook", language: str = "en", tenant: str = "demo", **more: Any) -> Chunk:
    """A passage."""
    name = hashlib.sha256(text.encode()).hexdigest()[:12]
    fields = {"document": title, "revision": 1, "checksum": "0" * 64, **more}
    return Chunk(id=name, tenant=tenant, text=text, title=title, language=language, **fields)


def entry(number: int, question: str, reply: str, language: str = "en", access: frozenset[str] = EVERYBODY) -> Entry:
    """A curated answer."""
    way = Way(question, fold(question), ENCODER.encode_questions([question])[0])
    return Entry(number, f"key-{number}", language, "general", "returns", question, reply, access, (way,))


RETURNS = entry(1, "How do I return an item?", "Within 30 days, with the form in the parcel.")
RETURNS_ZH = entry(2, "如何退货？", "30 天内，使用包裹中的表格退货。", "zh")
WARRANTY = chunk(
    "The warranty on the Aurora lamp lasts 24 months from delivery. Keep the receipt.", title="Aurora manual"
)
WARRANTY_ZH = chunk("极光台灯的保修期为交货后二十四个月。请保留收据。", title="极光手册", language="zh")


@dataclass
class Curated:
    """The real tables of curated answers, without the database behind them."""

    tables: dict[str, Table] = field(default_factory=lambda: {"demo": Table(1, [RETURNS, RETURNS_ZH])})
    least: float = 0.85
    offered: float = 0.5
    likely: float = 0.7

    def exact(self, tenant: str, text: str, groups: frozenset[str] = EVERYBODY) -> FaqMatch | None:
        return self.tables[tenant].exact(fold(text), groups) if tenant in self.tables else None

    def nearest(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> FaqMatch | None:
        table = self.tables.get(tenant)
        near = table.nearest(vector, language, groups, k=1, least=self.least) if table else []
        return near[0].entry.match(near[0].text, near[0].score, exact=False) if near else None

    def together(
        self,
        tenant: str,
        message: str,
        wishes: Sequence[tuple[str, Vectors]],
        language: str,
        groups: frozenset[str] = EVERYBODY,
    ) -> tuple[FaqMatch, ...]:
        found = [
            self.exact(tenant, text, groups) or self.nearest(tenant, vector, text, language, groups)
            for text, vector in wishes
        ]
        matches = tuple(match for match in found if match is not None)
        return matches if len({match.entry_id for match in matches}) == len(wishes) else ()

    def probable(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> FaqMatch | None:
        table = self.tables.get(tenant)
        near = table.nearest(vector, language, groups, k=1, least=self.likely) if table else []
        return near[0].entry.match(near[0].text, near[0].score, exact=False) if near else None

    def near(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> tuple[FaqMatch, ...]:
        table = self.tables.get(tenant)
        near = table.nearest(vector, language, groups, k=3, least=self.offered) if table else []
        return tuple(other.entry.match(other.text, other.score, exact=False) for other in near)


GREETINGS = (("en", "Hello!"), ("zh", "您好！"))


class Intents:
    """Guesses by words, so that a test says what it wants by how it asks."""

    RULES = (
        (r"human|person|人工", IntentGuess("human", 0.97, Route.HUMAN, "general", 0.0)),
        (r"^(hello|hi|thanks|你好|谢谢)", IntentGuess("greeting", 0.95, Route.SMALL_TALK, "general", 0.0, GREETINGS)),
        (r"dose|fever|药|剂量", IntentGuess("medicine", 0.9, Route.DOMAIN, "medical", 0.0)),
        (r"python|代码", IntentGuess("code", 0.9, Route.DOMAIN, "code", 0.0)),
        (r"parcel|ceo|包裹", IntentGuess("orders", 0.9, Route.FAQ, "general", 0.0)),
    )

    def classify(self, tenant: str, text: str, vector: Vectors) -> IntentGuess:
        for pattern, guess in self.RULES:
            if re.search(pattern, text, re.IGNORECASE):
                return guess
        return IntentGuess("general", 0.6, Route.DOMAIN, "general", 0.1)


class Judge:
    """Evidence is sufficient when the best passage shares enough words with the question."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
        best = max((hit.similarity or 0.0 for hit in hits), default=0.0)
        return Evidence(tuple(hits)[:3], best, best >= 0.35)


class ListStore:
    """Keeps turns in a list."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []

    async def append(self, batch: Sequence[Kept]) -> None:
        self.kept += batch


def model(*replies: str | Reply) -> ScriptedModel:
    """A model that gives these answers in order."""
    return ScriptedModel(replies)


def retriever(*chunks: Chunk) -> HybridRetriever:
    """A real retriever over a few passages."""
    made = HybridRetriever(ENCODER)
    vectors = ENCODER.encode_passages([c.text for c in chunks]) if chunks else []
    made.apply([Upsert(n, c, v) for n, (c, v) in enumerate(zip(chunks, vectors, strict=True), 1)])
    return made


def room(
    chat_model: ScriptedModel | None = None,
    *,
    chunks: Sequence[Chunk] = (WARRANTY, WARRANTY_ZH),
    redis_url: str | None = None,
    store: ListStore | None = None,
    **more: Any,
) -> Room:
    """A room of real small parts. With `redis_url` turns go to Redis and PostgreSQL, else to `store`."""
    redis = Connection(redis_url or NOWHERE)
    stores = [RedisTurns(redis), DatabaseTurns()] if redis_url else [store or ListStore()]
    made = Room(
        faq=Curated(),
        intents=Intents(),
        encoder=BatchingEncoder(ENCODER),
        retriever=retriever(*chunks),
        evidence=Judge(),
        domain=registry.load,
        domains=tuple(registry.REGISTRY),
        model=chat_model or model(),
        memories=Memories(redis),
        recorder=Recorder(stores),
        searchers=ThreadPoolExecutor(1),
    )
    return replace(made, **more)


def asked(text: str, **more: Any) -> Asked:
    """A question of the demo tenant."""
    return Asked(text, "demo", frozenset({PUBLIC}), **more)


async def events(question: Asked, where: Room) -> list[Event]:
    """Everything the pipeline says."""
    return [event async for event in answer(question, where)]


def finished(said: Sequence[Event]) -> Any:
    """The answer at the end."""
    last = said[-1]
    assert isinstance(last, Finished), last
    return last.answer


def failed(said: Sequence[Event]) -> Any:
    """The error at the end."""
    last = said[-1]
    assert isinstance(last, Failed), last
    return last.error


PLAIN = Answer(
    "i",
    "c",
    "你好",
    "faq",
    IntentShown("x", 0.5),
    "general",
    "zh",
    (),
    grounded=False,
    refused=None,
    handoff=None,
    timings=Timings(),
    model=None,
)


def turn(conversation: str, at: float = 1_700_000_000.0, **more: Any) -> TurnRecord:
    """A turn as it is kept."""
    fields: dict[str, Any] = {
        "id": str(uuid.uuid4()),
        "conversation": conversation,
        "tenant": "demo",
        "key_id": 1,
        "channel": "api",
        "question": "How?",
        "standalone": "How?",
        "language": "en",
        "asked_at": at,
        "status": "finished",
        "text": "So.",
        **more,
    }
    return TurnRecord(**fields)

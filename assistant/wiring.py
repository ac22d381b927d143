"""The composition root: from the settings to a `Room`, once per process. Heavy classes are named by dotted path.

Nothing is built at import. `warm_up` builds in the background (the web server's start); `build` builds and waits
(commands). Until then `room` says that the assistant is starting.
"""

from __future__ import annotations

import gc
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any

from django.conf import settings
from django.db import DatabaseError, InterfaceError

from assistant.chat import texts
from assistant.chat.modelwatch import ModelWatch
from assistant.chat.recorder import Recorder
from assistant.chat.room import Room
from assistant.chat.stores import health
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.frames import Frames
from assistant.chat.stores.memories import Memories
from assistant.chat.stores.turns import DatabaseTurns, RedisTurns
from assistant.chat.stream import Streams
from assistant.errors import Unavailable
from domains import registry
from domains.prompts import fingerprint
from inference.client.protocols import ChatModel
from retrieval.errors import RetrievalError

logger = logging.getLogger(__name__)

RETRY_S = 1.0
MEND_S = 15.0
MODEL_LOOK_S = 2.0
SEARCH_THREADS = 2


@dataclass(frozen=True, slots=True)
class _Built:
    """The room, and what has to be ended with the process."""

    room: Room
    followers: tuple[Any, ...]
    """Keep documents, curated answers and intents as new as the database; documents come first."""


_built: _Built | None = None
_building = threading.Lock()
_warming: threading.Thread | None = None
_fault: str | None = None


def room() -> Room:
    """Return the room. Raises Unavailable (starting) while it is being built."""
    if _built is None:
        raise Unavailable(texts.STARTING, code="starting", retry_after=2.0)
    return _built.room


def build() -> Room:
    """Build the room now, or wait for whoever is building it. Raises RetrievalError, DatabaseError, OSError."""
    global _built
    with _building:
        if _built is None:
            _built = _assemble()
        return _built.room


def warm_up() -> None:
    """Build in the background, and try again every second while a part is away; watch until the model is up, too."""
    global _warming
    if _warming is None:
        _warming = threading.Thread(target=_build_until_done, name="warm-up", daemon=True)
        _warming.start()
        threading.Thread(target=_watch_until_model_is_up, name="watch-model", daemon=True).start()


@cache
def connection() -> Connection:
    """Return this process's connection to Redis."""
    return Connection(settings.HOUSE.redis_url)


@cache
def streams() -> Streams:
    """Return this process's event streams."""
    return Streams(Frames(connection()))


@cache
def model_watch() -> ModelWatch:
    """Return this process's eye on the model's server."""
    return ModelWatch(settings.HOUSE.model_url)


def searchable() -> bool:
    """Say whether this process has caught up with the documents."""
    return _built is not None and _built.followers[0].fresh_at > float("-inf")


def readiness() -> dict[str, bool]:
    """Say which layers answer. Looks at PostgreSQL, Redis and the model; not for an event loop."""
    return {
        "faq": _built is not None,
        "search": searchable(),
        "model": model_watch().up(),
        "database": health.database_answers(),
        "cache": health.redis_answers(settings.HOUSE.redis_url),
    }


def fault() -> str | None:
    """Name the kind of error that keeps the assistant from being built, while it does."""
    return _fault


def close() -> None:
    """End what runs in the background."""
    if _built is not None:
        for part in _built.followers:
            part.stop()


async def aclose() -> None:
    """End it, and close what belongs to this event loop: the connection to Redis that streams and memories share."""
    close()
    if connection.cache_info().currsize:
        await connection().close()


def _build_until_done() -> None:
    """Try until it is built. Whatever goes wrong is logged, shown by `fault`, and tried again: an operator may mend it.

    A Future holds any error, so that no thread ends in silence.
    """
    global _fault
    pause = threading.Event()
    with ThreadPoolExecutor(1, thread_name_prefix="warm-up") as attempts:
        while (error := attempts.submit(build).exception()) is not None:
            passing = isinstance(error, RetrievalError | DatabaseError | InterfaceError | OSError)
            _fault = type(error).__name__  # anyone may read it, so no more than this; the log has the rest
            if passing:
                logger.warning("warm_up.again_in_a_second error=%s", error)
            else:
                logger.error("warm_up.failed again_in_s=%s", MEND_S, exc_info=error)
            pause.wait(RETRY_S if passing else MEND_S)
    _fault = None
    _keep_for_good()


def _keep_for_good() -> None:
    """Tell the garbage collector that what is loaded stays: looking through it all stopped every answer for 140 ms."""
    gc.collect()
    gc.freeze()


def _watch_until_model_is_up() -> None:
    pause = threading.Event()
    while model_watch().warming and not model_watch().up():
        pause.wait(MODEL_LOOK_S)


def _assemble() -> _Built:
    encoder = _of("assistant.knowledge.encoder.shared_encoder")()
    store = _of("retrieval.indexes.generations.GenerationStore")(settings.HOUSE.index_dir)
    retriever = _of("retrieval.retriever.HybridRetriever")(
        encoder,
        generation=store.current(),
        config=_of("retrieval.config.RetrievalConfig")(context=settings.HOUSE.search_context),
        reranker=_of("assistant.knowledge.encoder.chosen_reranker")(),
        vectors=_vectors(),
    )
    knowledge = _of("assistant.knowledge.live.LiveKnowledge")(retriever, encoder.name, store=store)
    faq = _of("assistant.faq.lookup.FaqIndex")(encoder, _of("assistant.faq.stats.default_stats")())
    intents = _of("assistant.intents.classifier.IntentClassifier")(encoder.name)
    redis = connection()
    built = _Built(
        Room(
            faq=faq,
            intents=intents,
            encoder=encoder,
            retriever=retriever,
            evidence=_of("domains.evidence.check.EvidenceCheck").load(),
            domain=registry.load,
            domains=tuple(registry.REGISTRY),
            model=_model(),
            memories=Memories(redis),
            recorder=Recorder([RedisTurns(redis), DatabaseTurns()]),
            searchers=ThreadPoolExecutor(SEARCH_THREADS, thread_name_prefix="search"),
            model_warming=lambda: model_watch().warming,
            kept=_of("assistant.faq.generated.AnswerCache")(encoder.name),
            flights=_of("assistant.faq.flights.Flights")(settings.HOUSE.redis_url),
            prompts=fingerprint(),
        ),
        (knowledge, faq, intents),
    )
    for part in built.followers:
        part.start()
    return built


def _vectors() -> Any:  # noqa: ANN401 - a class of retrieval, or none
    """Who searches the vectors of a generation: None is each process by FAISS."""
    house = settings.HOUSE
    if house.milvus_uri is None:
        return None
    return _of("retrieval.indexes.shared.MilvusGenerations")(house.milvus_uri, house.milvus_token)


def _model() -> ChatModel:
    house = settings.HOUSE
    if house.model_url is None or house.model_name is None:
        absent: ChatModel = _of("inference.client.absent.AbsentModel")()
        return absent
    served: ChatModel = _of("inference.client.openai_protocol.OpenAIModel")(
        house.model_url, house.model_api_key, house.model_name, state_file=house.model_state_file
    )
    return served


def _of(path: str) -> Any:  # noqa: ANN401 - whatever the path names
    """Import what a dotted path names."""
    module, _, name = path.rpartition(".")
    return getattr(import_module(module), name)

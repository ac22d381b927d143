"""Questions, hits and a runner shared by the tests of the domains."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.protocols import Domain
from domains.types import Evidence, Language, Question, Response, TextDelta
from inference.client.protocols import ChatModel
from inference.client.types import Message
from retrieval.types import Chunk, Hit


def make_hit(
    text: str, *, title: str = "Handbook", language: str = "en", key: str = "", similarity: float | None = None
) -> Hit:
    chunk = Chunk(
        id=key or text[:20],
        document=title,
        revision=1,
        checksum="0" * 64,
        tenant="demo",
        text=text,
        title=title,
        language=language,
    )
    return Hit(chunk=chunk, score=1.0, similarity=similarity)


def make_question(
    text: str,
    language: Language = "en",
    *,
    history: tuple[Message, ...] = (),
    max_tokens: int | None = None,
    about_company: bool = False,
) -> Question:
    return Question(
        text=text,
        standalone=text,
        language=language,
        intent="test",
        history=history,
        max_tokens=max_tokens,
        about_company=about_company,
    )


def make_evidence(*hits: Hit, sufficient: bool = True) -> Evidence:
    return Evidence(hits=hits, answerable=0.9 if sufficient else 0.1, sufficient=sufficient)


async def run_domain(domain: Domain, question: Question, evidence: Evidence, model: ChatModel) -> tuple[str, Response]:
    """Return the whole text and the last response, checking that exactly the last one ends the answer."""
    responses = [response async for response in domain.respond(question, evidence, model)]
    *deltas, last = responses
    assert all(isinstance(delta, TextDelta) for delta in deltas)
    assert not isinstance(last, TextDelta)
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta)), last


@pytest.fixture
def hit() -> Callable[..., Hit]:
    return make_hit


@pytest.fixture
def ask() -> Callable[..., Question]:
    return make_question


@pytest.fixture
def evidence() -> Callable[..., Evidence]:
    return make_evidence


@pytest.fixture
def run() -> Callable[..., object]:
    return run_domain

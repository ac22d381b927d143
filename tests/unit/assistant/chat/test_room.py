"""What a room hands on of what it found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from assistant.chat.room import nearest
from domains.types import Evidence
from retrieval.config import Context, RetrievalConfig
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter, Hit, Upsert
from tests import chatkit

TEXTS = ["A return needs the receipt.", "A refund is paid within five days.", "Gift cards are not refunded."]
QUESTION = "When is a refund paid?"


@pytest.mark.parametrize(
    ("context", "seen"),
    [("none", TEXTS[1]), ("section", "\n\n".join(TEXTS[:2])), ("neighbours", "\n\n".join(TEXTS))],
)
async def test_the_model_sees_as_much_around_a_passage_as_was_chosen(context: Context, seen: str) -> None:
    retriever = HybridRetriever(chatkit.ENCODER, config=RetrievalConfig(context=context))
    chunks = [
        chatkit.chunk(text, ordinal=n, headings=("Returns",) if n < 2 else ("Gift cards",))
        for n, text in enumerate(TEXTS)
    ]
    vectors = chatkit.ENCODER.encode_passages(TEXTS)
    retriever.apply(Upsert(n, chunk, vector) for n, (chunk, vector) in enumerate(zip(chunks, vectors, strict=True), 1))
    room = chatkit.room(retriever=retriever)
    evidence = await room.find(QUESTION, chatkit.ENCODER.encode_questions([QUESTION])[0], Filter("demo"))
    best = evidence.hits[0].chunk
    assert (best.id, best.text) == (chunks[1].id, seen)


def found(*documents: str) -> list[Hit]:
    return [Hit(chatkit.chunk(f"text {n}", document=name), 1.0 - n / 10) for n, name in enumerate(documents)]


@pytest.mark.parametrize(
    ("documents", "named"),
    [((), []), (("a", "a", "b"), ["text 0", "text 2"]), (("a", "b", "c"), ["text 0", "text 1"]), (("a",), ["text 0"])],
)
def test_the_best_passage_of_each_of_two_documents_is_near(documents: tuple[str, ...], named: list[str]) -> None:
    assert [hit.chunk.text for hit in nearest(found(*documents))] == named


def test_of_the_passages_of_a_document_the_nearest_in_meaning_is_shown() -> None:
    hits = [replace(hit, meaning=meaning) for hit, meaning in zip(found("a", "a", "b"), (0.3, 0.6, 0.5), strict=True)]
    assert [hit.chunk.text for hit in nearest(hits)] == ["text 1", "text 2"]


class Strict:
    """Calls hits enough only when the first is a document's, as a check does that knows no curated entry."""

    def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
        return Evidence(tuple(hits), 0.9, sufficient=hits[0].chunk.document != "faq:1", related=True)


async def test_a_curated_entry_beside_the_documents_does_not_make_them_say_less() -> None:
    room = chatkit.room(chunks=(chatkit.chunk(TEXTS[1], document="refunds"),), evidence=Strict())
    entry = Hit(chatkit.chunk("Refunds?", document="faq:1"), 1.0)
    vector = chatkit.ENCODER.encode_questions([QUESTION])[0]
    evidence = await room.find(QUESTION, vector, Filter("demo"), [entry])
    assert [hit.chunk.document for hit in evidence.hits] == ["refunds"]

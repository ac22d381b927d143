"""What a room hands on of what it found."""

from __future__ import annotations

import pytest

from retrieval.config import Context, RetrievalConfig
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter, Upsert
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

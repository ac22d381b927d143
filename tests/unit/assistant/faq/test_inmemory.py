"""The table without a database answers as a worker's does."""

from __future__ import annotations

from assistant.faq.inmemory import TENANT, table_index
from retrieval.protocols import Encoder

KEPT = ["How can I reset my password?", "What does delivery cost?"]


def test_exact_words_other_words_and_neither(house_encoder: Encoder) -> None:
    index = table_index(KEPT, house_encoder.encode_questions(KEPT), "en")
    exact = index.exact(TENANT, "how can i RESET my password")
    assert exact is not None
    assert exact.answer == "0"
    asked = ["Hi, what does delivery cost? Thanks", "How can I not reset my password?"]
    vectors = house_encoder.encode_questions(asked)
    wrapped = index.nearest(TENANT, vectors[0], asked[0], "en")
    assert wrapped is not None
    assert (wrapped.answer, wrapped.exact) == ("1", False)
    assert index.nearest(TENANT, vectors[1], asked[1], "en") is None

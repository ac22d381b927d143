"""The domains' own sentences, in both languages."""

from __future__ import annotations

import pytest

from domains import texts
from domains.texts import Saying
from retrieval.language import detect

SAYINGS = [value for value in vars(texts).values() if isinstance(value, Saying)]


@pytest.mark.parametrize("saying", SAYINGS, ids=lambda saying: saying.en[:30])
def test_each_saying_is_in_the_language_it_claims(saying: Saying) -> None:
    assert (detect(saying.en), detect(saying.zh)) == ("en", "zh")
    assert (saying.of("en"), saying.of("zh")) == (saying.en, saying.zh)


def test_a_refusal_offers_a_human() -> None:
    refusal = texts.refuse("no_evidence", texts.NO_EVIDENCE, "zh")
    assert (refusal.code, refusal.offer_human, refusal.reason) == ("no_evidence", True, texts.NO_EVIDENCE.zh)

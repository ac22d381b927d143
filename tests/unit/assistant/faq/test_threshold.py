"""The measured thresholds can be met, and by nothing that is merely alone in its table."""

from __future__ import annotations

from typing import get_args

import pytest

from assistant.faq.threshold import LEAST_COSINE, MOST_LEAD, THRESHOLDS
from domains.types import Language


def test_every_language_has_a_threshold() -> None:
    assert set(THRESHOLDS) == set(get_args(Language))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_same_question_again_is_always_served_and_cosine_alone_never_needs_a_lead(language: str) -> None:
    assert LEAST_COSINE < THRESHOLDS[language] < 1.0
    assert 0.0 < MOST_LEAD < 1.0 - LEAST_COSINE


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_largest_lead_does_not_carry_a_question_at_the_least_cosine(language: str) -> None:
    assert THRESHOLDS[language] > LEAST_COSINE + MOST_LEAD


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_lead_can_decide_between_two_of_the_same_cosine(language: str) -> None:
    cosine = THRESHOLDS[language] - MOST_LEAD / 2
    assert cosine > LEAST_COSINE
    assert cosine < THRESHOLDS[language] <= cosine + MOST_LEAD

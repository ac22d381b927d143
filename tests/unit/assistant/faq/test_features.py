"""What the verifier looks at."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.faq.features import BUCKETS, WORDS, Question, bucket, features, question, units

FLAT = np.ones(BUCKETS, np.float32)


def asked(text: str, seed: int = 0) -> Question:
    vector = np.random.default_rng(seed).normal(size=16).astype(np.float32)
    return question(text, vector / np.linalg.norm(vector))


@pytest.mark.parametrize(
    ("a", "b"), [("How do I pay?", "Where is my invoice?"), ("怎么开发票", "发票怎么开"), ("", "Is it free?")]
)
def test_the_order_of_a_pair_makes_no_difference(a: str, b: str) -> None:
    one, other = asked(a, 1), asked(b, 2)
    np.testing.assert_array_equal(features(one, other, FLAT), features(other, one, FLAT))
    assert features(one, other, FLAT).shape == (WORDS + 2 * 16,)
    assert np.isfinite(features(one, other, FLAT)).all()


def test_equal_questions_leave_no_word_over() -> None:
    same = asked("Can I return shoes?")
    found = features(same, same, FLAT)
    assert found[0] == pytest.approx(1.0)
    assert found[2] == pytest.approx(1.0, abs=1e-4)
    assert found[5:10].tolist() == [0.0] * 5


def test_greetings_and_function_words_do_not_count() -> None:
    assert asked("Hello, how can I return the shoes? Thanks").units == asked("return shoes").units


def test_a_rare_word_left_over_weighs_more_than_a_usual_one() -> None:
    rarity = FLAT.copy()
    rarity[bucket("platinum")] = 9.0
    base = asked("order a card")
    rare, usual = (features(base, asked(f"order a {word} card"), rarity) for word in ("platinum", "plastic"))
    assert rare[7] == 9.0
    assert usual[7] == 1.0


def test_chinese_counts_characters_and_their_neighbours() -> None:
    assert units(["发", "票"]) == ["发", "票", "发票"]
    assert units(["card", "票"]) == ["card", "票"]

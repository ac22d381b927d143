"""The yardstick is a fair one: it learns what can be learnt, by the strength that suits it, and always the same."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents import peer
from retrieval.types import Vectors


def clouds(each: int, noise: float) -> tuple[Vectors, list[str]]:
    chance = np.random.default_rng(3)
    middles = np.eye(4, 16, dtype=np.float32)
    vectors = np.repeat(middles, each, axis=0) + chance.normal(scale=noise, size=(4 * each, 16)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True), [f"i{row // each}" for row in range(4 * each)]


def test_clouds_that_lie_apart_are_told_apart() -> None:
    vectors, labels = clouds(30, 0.1)
    assert peer.fit(vectors, labels).names(vectors).tolist() == labels


def test_the_strength_is_chosen_from_the_rows_and_the_same_each_time() -> None:
    vectors, labels = clouds(30, 0.4)
    first, second = peer.fit(vectors, labels), peer.fit(vectors, labels)
    assert first.strength == second.strength
    assert first.strength in peer.STRENGTHS
    assert (first.names(vectors) == second.names(vectors)).all()


def test_noisy_rows_get_a_strong_penalty() -> None:
    vectors, labels = clouds(40, 0.6)
    assert peer.fit(vectors, labels).strength < max(peer.STRENGTHS)


def test_a_few_rows_are_learnt_without_a_choice() -> None:
    vectors, labels = clouds(3, 0.05)
    fitted = peer.fit(vectors, labels)
    assert fitted.strength == 10.0
    assert fitted.names(vectors).tolist() == labels
    assert fitted.seconds >= 0


def test_nothing_asked_is_nothing_named() -> None:
    vectors, labels = clouds(3, 0.05)
    assert len(peer.fit(vectors, labels).names(vectors[:0])) == 0


def test_one_label_is_nothing_to_tell_apart() -> None:
    vectors, _ = clouds(3, 0.05)
    with pytest.raises(ValueError, match="class"):
        peer.fit(vectors, ["a"] * len(vectors))

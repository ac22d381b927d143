"""What nobody has asked for is told from what somebody has, with or without examples of it."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents import ridge, strangers
from assistant.intents.model import Floats, centre
from assistant.intents.strangers import FALSE_ALARMS, FEW, learn

DIMENSION = 32
ZERO = np.zeros(DIMENSION, np.float32)


def examples(classes: int, each: int, odd: int, seed: int = 0) -> tuple[Floats, np.ndarray, Floats]:
    """Unit vectors round `classes` middles, then `odd` ones anywhere; class numbers; targets."""
    rng = np.random.default_rng(seed)
    middles = np.random.default_rng(7).normal(size=(classes, DIMENSION))
    near = np.repeat(middles, each, axis=0) + 0.6 * rng.normal(size=(classes * each, DIMENSION))
    known = centre(np.vstack([near, rng.normal(size=(odd, DIMENSION))]).astype(np.float32), ZERO)
    numbers = np.repeat(np.arange(classes), each)
    targets = np.eye(classes + 1, dtype=np.float32)[[*numbers, *([classes] * odd)]]
    return known, numbers, targets


@pytest.mark.parametrize("odd", [0, 60])
def test_false_alarms_are_as_rare_as_was_asked_for(odd: int) -> None:
    known, numbers, targets = examples(8, 40, odd)
    found = learn(ridge.fit(known, None, targets), known, numbers, few=False)
    assert found.measured
    assert found.called[: len(numbers)].mean() <= FALSE_ALARMS + 1 / len(numbers)
    assert not odd or found.called[len(numbers) :].mean() > 0.7


def test_too_few_strangers_let_the_intents_take_turns() -> None:
    known, numbers, targets = examples(8, 30, FEW - 1)
    found = learn(ridge.fit(known, None, targets), known, numbers, few=False)
    assert found.measured
    assert 0.0 < found.threshold < 1.0


def test_two_intents_without_strangers_are_not_measured_but_guessed() -> None:
    known, numbers, targets = examples(2, 30, 0)
    found = learn(ridge.fit(known, None, targets), known, numbers, few=False)
    assert not found.measured
    assert not found.called.any()


def test_the_guess_turns_no_example_away_and_finds_what_is_far_from_all() -> None:
    known, numbers, targets = examples(3, 2, 0)
    found = learn(ridge.fit(known, None, targets), known, numbers, few=True)
    assert (found.weights == strangers.PRIOR).all()
    assert found.threshold == 0.5
    assert not found.called.any()
    lonely = np.array([0.0, -0.2, 0.0, 0.0, -0.5], np.float32)
    assert lonely @ found.weights + found.bias > 0

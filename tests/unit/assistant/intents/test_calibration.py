"""A confidence of 0.8 is right eight times out of ten."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.intents.calibration import calibration_error, temperature
from assistant.intents.model import softmax


def test_calibration_error_is_zero_for_the_honest_and_large_for_the_boastful() -> None:
    assert calibration_error(np.array([1.0, 1.0]), np.array([True, True])) == pytest.approx(0.0)
    assert calibration_error(np.array([0.95, 0.95]), np.array([False, False])) == pytest.approx(0.95)
    assert calibration_error(np.array([]), np.array([], bool)) is None


@pytest.mark.parametrize("heat", [0.05, 0.2, 0.9])
def test_the_temperature_that_made_the_labels_is_found(heat: float) -> None:
    rng = np.random.default_rng(1)
    scores = rng.normal(size=(4000, 4)).astype(np.float32)
    chances = softmax(scores / np.float32(heat)).cumsum(axis=1)
    labels = (rng.random((4000, 1)) > chances).sum(axis=1).clip(max=3)
    assert temperature(scores, labels) == pytest.approx(heat, rel=0.15)

"""The learnt map: it shortens what varies within an intent, and goes with the model wherever that goes."""

from __future__ import annotations

import io

import numpy as np
import pytest

from assistant.intents import adapter
from assistant.intents.model import KernelModel, centre
from assistant.intents.training import train

RNG = np.random.default_rng(3)
NONE = np.zeros((0, 12), np.float32)


def questions(count: int, noise: float = 6.0) -> tuple[np.ndarray, np.ndarray]:
    """Three intents told apart by small differences, beside four directions that differ wildly and mean nothing."""
    numbers = np.arange(count) % 3
    vectors = RNG.normal(size=(count, 12)).astype(np.float32) * 0.4
    vectors[:, :3] += np.eye(3, dtype=np.float32)[numbers]
    vectors[:, 8:] *= noise
    return centre(vectors, np.zeros(12, np.float32)), numbers


def test_directions_that_vary_within_intents_are_shortened() -> None:
    vectors, numbers = questions(300)
    mapped = adapter.learn(vectors, numbers)
    lengths = np.linalg.norm(mapped, axis=0)
    assert lengths[8:].max() < lengths[:8].min()
    np.testing.assert_allclose(mapped, mapped.T, atol=1e-5)


def test_held_out_questions_are_named_better_with_it() -> None:
    vectors, numbers = questions(120)
    asked, truth = questions(600)
    labels = [f"intent {number}" for number in numbers]
    right = {
        tuned: float(
            np.mean(train(vectors, labels, NONE, tuned=tuned).model.scores(asked).probabilities.argmax(axis=1) == truth)
        )
        for tuned in (False, True)
    }
    assert right[True] > right[False] + 0.01


@pytest.mark.parametrize("count", [3, 6])
def test_a_few_examples_make_a_map_of_full_rank(count: int) -> None:
    mapped = adapter.learn(*questions(count))
    assert np.isfinite(mapped).all()
    assert np.linalg.matrix_rank(mapped) == 12


def test_one_example_an_intent_changes_nothing() -> None:
    np.testing.assert_array_equal(adapter.learn(*questions(3)), np.eye(12, dtype=np.float32))


def test_a_version_of_before_reads_without_a_map_and_one_with_it_comes_back() -> None:
    vectors, numbers = questions(60)
    labels = [f"intent {number}" for number in numbers]
    plain, tuned = (train(vectors, labels, NONE, tuned=tuned).model for tuned in (False, True))
    assert (plain.adapter.size, tuned.adapter.shape) == (0, (12, 12))
    back = KernelModel.parse(tuned.dump())
    np.testing.assert_allclose(back.scores(vectors).probabilities, tuned.scores(vectors).probabilities, atol=2e-3)
    with np.load(io.BytesIO(plain.dump())) as arrays:
        older = {name: arrays[name] for name in arrays if name != "adapter"}
    buffer = io.BytesIO()
    np.savez(buffer, **older)
    assert KernelModel.parse(buffer.getvalue()).adapter.size == 0

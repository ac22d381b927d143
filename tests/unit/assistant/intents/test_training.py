"""The head learns, its probabilities mean something, and strangers stand out."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.intents.model import KernelModel, centre, energy, softmax
from assistant.intents.training import Judged, train

DIMENSION = 24


def clouds(classes: int, each: int, spread: float = 0.25, seed: int = 0) -> tuple[np.ndarray, list[str]]:
    """Vectors around random directions, like embeddings of questions around their intents."""
    rng = np.random.default_rng(seed)
    middles = np.random.default_rng(99).normal(size=(40, DIMENSION))[:classes]
    rows = np.repeat(middles, each, axis=0) + spread * rng.normal(size=(classes * each, DIMENSION)) + 2.0
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors, [f"c{number}" for number in np.repeat(np.arange(classes), each)]


def strangers(count: int, seed: int = 5) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(count, DIMENSION)) + 2.0
    vectors: np.ndarray = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    return vectors


NONE = np.zeros((0, DIMENSION), np.float32)


def accuracy(model: KernelModel, vectors: np.ndarray, labels: list[str]) -> float:
    return float((model.classes[model.scores(vectors).probabilities.argmax(axis=1)] == labels).mean())


def test_it_learns_and_says_how_well_on_what_it_has_not_seen() -> None:
    trained = train(*clouds(8, 30), NONE)
    assert accuracy(trained.model, *clouds(8, 20, seed=1)) > 0.95
    assert trained.held_out_accuracy is not None
    assert trained.held_out_accuracy > 0.9


@pytest.mark.parametrize("given_strangers", [0, 60])
def test_strangers_are_told_from_classes_with_or_without_examples_of_them(given_strangers: int) -> None:
    model = train(*clouds(9, 30), strangers(given_strangers) if given_strangers else NONE).model
    inside = model.scores(clouds(9, 20, seed=2)[0]).strangeness > model.threshold[0]
    outside = model.scores(strangers(200, seed=8)).strangeness > model.threshold[0]
    assert inside.mean() < 0.1
    assert outside.mean() > 0.6


def test_probabilities_are_calibrated_on_noisy_classes() -> None:
    model = train(*clouds(6, 60, spread=0.9), NONE).model
    vectors, labels = clouds(6, 60, spread=0.9, seed=3)
    scores = model.scores(vectors)
    gap = scores.probabilities.max(axis=1).mean() - accuracy(model, vectors, labels)
    assert abs(gap) < 0.1


@pytest.mark.parametrize(("classes", "each"), [(2, 1), (2, 3), (3, 1), (2, 40)])
def test_few_examples_are_still_useful(classes: int, each: int) -> None:
    vectors, labels = clouds(classes, each)
    model = train(vectors, labels, NONE).model
    assert accuracy(model, vectors, labels) == 1.0
    assert np.isfinite(model.scores(vectors).strangeness).all()


def test_one_class_is_not_enough() -> None:
    with pytest.raises(ValueError, match="two intents"):
        train(*clouds(1, 10), NONE)


def test_the_same_rows_give_the_same_model() -> None:
    first, second = (train(*clouds(4, 12), strangers(25)).model for _ in range(2))
    assert first.dump() == second.dump()


def test_a_model_comes_back_whole_from_its_bytes_without_pickle() -> None:
    model = train(*clouds(4, 12), strangers(25)).model
    data = model.dump()
    back = KernelModel.parse(data)
    vectors = clouds(4, 5, seed=4)[0]
    assert (back.classes == model.classes).all()
    np.testing.assert_allclose(back.scores(vectors).probabilities, model.scores(vectors).probabilities, atol=1e-6)
    np.testing.assert_allclose(back.scores(vectors).strangeness, model.scores(vectors).strangeness, atol=2e-3)
    assert b"pickle" not in data
    assert not any(array.dtype.hasobject for array in (back.classes, back.known))


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 5), st.integers(2, 6), st.integers(0, 1000))
def test_softmax_sums_to_one_and_energy_bounds_the_best_logit(rows: int, classes: int, seed: int) -> None:
    logits = (50 * np.random.default_rng(seed).normal(size=(rows, classes))).astype(np.float32)
    np.testing.assert_allclose(softmax(logits).sum(axis=1), 1.0, atol=1e-5)
    assert (-energy(logits) >= logits.max(axis=1) - 1e-3).all()
    assert (-energy(logits) <= logits.max(axis=1) + np.log(classes) + 1e-3).all()


def test_centring_leaves_unit_vectors_and_survives_the_mean_itself() -> None:
    vectors = clouds(3, 4)[0]
    mean = vectors.mean(axis=0)
    np.testing.assert_allclose(np.linalg.norm(centre(vectors, mean), axis=1), 1.0, atol=1e-5)
    assert np.isfinite(centre(mean[None], mean)).all()


def test_every_example_is_judged_by_a_head_that_has_not_seen_it() -> None:
    """Labels that mean nothing are learnt by heart, and yet not one of them is known in advance."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(120, DIMENSION)).astype(np.float32)
    labels = rng.permutation(np.repeat(["a", "b", "c", "d"], 30)).tolist()
    trained = train(vectors, labels, NONE)
    assert accuracy(trained.model, vectors, labels) > 0.9
    assert trained.held_out_accuracy is not None
    assert trained.held_out_accuracy < 0.45


def test_what_was_judged_says_what_was_right() -> None:
    trained = train(*clouds(6, 20), strangers(40))
    judged = trained.judged
    assert judged is not None
    assert len(judged.texts) == len(judged.labels) == 160
    assert judged.labels[-1] == "oos"
    assert judged.right().mean() > 0.8
    error = judged.calibration_error()
    assert error is not None
    assert error < 0.15


def test_too_few_examples_are_not_judged() -> None:
    trained = train(*clouds(3, 2), NONE)
    assert trained.judged is None
    assert trained.held_out_accuracy is None


def test_names_teach_but_are_not_judged() -> None:
    vectors, labels = clouds(4, 10)
    names, called = clouds(4, 1, seed=3)
    with_names = np.concatenate([vectors, names])
    texts = [*(f"question {n}" for n in range(40)), *(f"name {n}" for n in range(4))]
    outside = [f"stranger {n}" for n in range(6)]
    trained = train(
        with_names, [*labels, *called], strangers(6), texts=texts, stranger_texts=outside, hints=len(called)
    )
    assert trained.judged is not None
    assert trained.judged.texts == (*texts[:40], *outside)
    assert trained.judged.labels == (*labels, *["oos"] * 6)
    assert len(trained.judged.named) == len(trained.judged.confidence) == len(trained.judged.strange) == 46
    assert len(trained.model.known) == 50


def test_without_names_every_example_is_judged() -> None:
    vectors, labels = clouds(4, 10)
    trained = train(vectors, labels, NONE)
    assert trained.judged is not None
    assert trained.judged.labels == tuple(labels)
    assert trained.held_out_accuracy == float((trained.judged.named == trained.judged.truth).mean())


@given(st.lists(st.booleans(), min_size=1, max_size=20))
def test_those_of_some_rows_are_the_same_rows_in_their_order(kept: list[bool]) -> None:
    count = len(kept)
    judged = Judged(
        tuple(f"t{n}" for n in range(count)),
        tuple("oos" if n % 3 == 0 else "a" for n in range(count)),
        np.array(["a" if n % 2 else "b" for n in range(count)]),
        np.linspace(0, 1, count, dtype=np.float32),
        np.array([n % 5 == 0 for n in range(count)]),
    )
    some, places = judged.among(np.array(kept)), [n for n in range(count) if kept[n]]
    assert some.texts == tuple(judged.texts[n] for n in places)
    assert some.labels == tuple(judged.labels[n] for n in places)
    assert some.right().tolist() == [bool(judged.right()[n]) for n in places]
    assert judged.among(np.ones(count, bool)).texts == judged.texts

"""Train the head from labelled vectors, in seconds: multinomial logistic regression, calibrated on held-out folds.

Everything that is measured (temperature, strangeness, threshold, accuracy) comes from examples the measured head has
not seen. scikit-learn trains; nothing of it is stored or needed to answer.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.intents import grams
from assistant.intents.grams import Grams
from assistant.intents.model import Floats, LinearModel, centre, features_of, softmax
from retrieval.types import Vectors

REGULARISATION_C = 10.0
"""Inverse L2 strength on centred unit vectors. banking77, 8,000 to train and 2,000 held out: C 3, 10, 30 give accuracy
0.908, 0.913, 0.907 (uncentred, C 30: 0.875)."""
GRAM_WEIGHTS = (0.0, 1.0, 2.0, 4.0)
"""How much the words may weigh beside the embedding; held-out questions choose. banking77, 7,992 to train and 1,998
held out: the embedding alone 0.907, the words alone 0.900, both 0.921 to 0.923 for any weight from 2 to 6."""
MANY = 3_000
"""From so many examples on one fold is held out instead of three: enough to measure with, a third of the time."""
FOLDS = 3
FALSE_ALARMS = 0.03
"""Share of held-out questions in scope that may be called strangers; the threshold is that quantile."""
FEW = 20
"""Below so many examples of strangers the classes themselves take turns in playing the stranger."""
PRIOR = (-1.0, -6.0, 0.0, -1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Trained:
    """A model with its held-out accuracy (None when there were too few examples to hold any out)."""

    model: LinearModel
    held_out_accuracy: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class _HeldOut:
    """Judgements of questions by heads that have not seen them."""

    logits: Floats
    margins: Floats
    labels: NDArray[np.int64]
    features: Floats
    strange: NDArray[np.bool_]

    def correct(self, gram_weight: float) -> NDArray[np.bool_]:
        """Say which questions in scope are named right when the words weigh so much."""
        right: NDArray[np.bool_] = (self.logits + gram_weight * self.margins).argmax(axis=1) == self.labels
        return right


@dataclass(frozen=True, slots=True)
class _Examples:
    """What is learnt from: centred vectors [n, d] with a class number each, and texts where there are any."""

    vectors: Floats
    numbers: NDArray[np.int64]
    texts: tuple[str, ...]
    strange: Floats
    strange_texts: tuple[str, ...]

    def words(self, rows: NDArray[np.bool_]) -> Grams:
        """Train the second opinion on some of the rows."""
        count = int(self.numbers.max()) + 1
        if not self.texts:
            return grams.absent(count)
        return grams.fit([text for text, kept in zip(self.texts, rows, strict=True) if kept], self.numbers[rows], count)


def train(
    vectors: Vectors,
    labels: Sequence[str],
    strangers: Vectors,
    *,
    texts: Sequence[str] = (),
    stranger_texts: Sequence[str] = (),
    seed: int = 0,
) -> Trained:
    """Train on question embeddings [n, d] with one label each, and on embeddings [m, d] of what is out of scope.

    With their texts given, the words themselves become a second opinion. At least two different labels are needed.
    Raises ValueError.
    """
    began = time.perf_counter()
    classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
    if len(classes) < 2:
        raise ValueError("a classifier needs examples of at least two intents")
    mean = vectors.mean(axis=0).astype(np.float32)
    known, strange = centre(vectors, mean), centre(strangers.reshape(-1, vectors.shape[1]), mean)
    examples = _Examples(known, numbers, tuple(texts), strange, tuple(stranger_texts))
    weights, bias = _fit(known, numbers, len(classes))
    held = _hold_out(examples, np.random.default_rng(seed))
    gram_weight = 1.0 if texts else 0.0
    if held is None:
        strange_weights, strange_bias, threshold, temperature = np.array(PRIOR), 0.0, 0.5, 1.0
        strange_bias = _prior_bias(known, weights, bias)
    else:
        strange_weights, strange_bias = _weigh(held)
        inside = held.features[~held.strange] @ strange_weights + strange_bias
        threshold = float(1.0 / (1.0 + np.exp(-np.quantile(inside, 1.0 - FALSE_ALARMS))))
        gram_weight = max(GRAM_WEIGHTS, key=lambda weight: float(held.correct(weight).mean())) if texts else 0.0
        temperature = _temperature(held.logits + gram_weight * held.margins, held.labels)
    model = LinearModel(
        classes=classes.astype(np.str_),
        mean=mean,
        weights=weights,
        bias=bias,
        temperature=np.array([temperature], np.float32),
        known=known,
        strangers=strange,
        strange_weights=np.asarray(strange_weights, np.float32),
        strange_bias=np.array([strange_bias], np.float32),
        threshold=np.array([threshold], np.float32),
        grams=examples.words(np.ones(len(known), bool)) if texts else None,
        gram_weight=np.array([gram_weight], np.float32),
    )
    accuracy = None if held is None else float(held.correct(gram_weight).mean())
    return Trained(model, accuracy, time.perf_counter() - began)


def _fit(vectors: Floats, numbers: NDArray[np.int64], count: int) -> tuple[Floats, Floats]:
    """Fit the head; classes that do not occur get a bias that never wins. Returns [count, d] and [count]."""
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    head = LogisticRegression(C=REGULARISATION_C, max_iter=300, tol=1e-3)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # the last digits of the optimum change no answer
        head.fit(vectors, numbers)
    weights = np.zeros((count, vectors.shape[1]), np.float32)
    bias = np.full(count, -1e4, np.float32)
    if len(head.classes_) == 2:
        first, second = head.classes_
        weights[first], weights[second] = -head.coef_[0] / 2, head.coef_[0] / 2
        bias[first], bias[second] = -head.intercept_[0] / 2, head.intercept_[0] / 2
    else:
        weights[head.classes_], bias[head.classes_] = head.coef_, head.intercept_
    return weights, bias


def _hold_out(examples: _Examples, rng: np.random.Generator) -> _HeldOut | None:
    """Judge each question by a head that was trained without its fold.

    With few strangers given, each fold also leaves a part of the classes out, and their questions are its strangers.
    """
    known, numbers, strange = examples.vectors, examples.numbers, examples.strange
    count = int(numbers.max()) + 1
    per_class = np.bincount(numbers, minlength=count)
    if len(known) < 4 * FOLDS or np.median(per_class) < FOLDS:
        return None
    pretend = len(strange) < FEW and count >= 2 * FOLDS
    fold_of = _folds(numbers, rng)
    class_fold = rng.permutation(count) % FOLDS
    parts = []
    for fold in range(FOLDS if len(known) < MANY else 1):
        absent = (class_fold[numbers] == fold) if pretend else np.zeros(len(known), bool)
        rest, tested = (fold_of != fold) & ~absent, (fold_of == fold) & ~absent
        if len(np.unique(numbers[rest])) < 2 or not tested.any():
            continue
        parts.append(_judge(examples, rest, tested, absent, rng, fold))
    if not parts or not any(part.strange.any() for part in parts):
        return None
    joined = (np.concatenate([getattr(part, name) for part in parts]) for name in _HeldOut.__dataclass_fields__)
    return _HeldOut(*joined)


def _judge(
    examples: _Examples,
    rest: NDArray[np.bool_],
    tested: NDArray[np.bool_],
    absent: NDArray[np.bool_],
    rng: np.random.Generator,
    fold: int,
) -> _HeldOut:
    known, numbers, strange = examples.vectors, examples.numbers, examples.strange
    count = int(numbers.max()) + 1
    weights, bias = _fit(known[rest], numbers[rest], count)
    words = examples.words(rest)
    stranger_fold = np.arange(len(strange)) % FOLDS
    unseen, seen = strange[stranger_fold == fold], strange[stranger_fold != fold]
    outside = np.flatnonzero(absent) if absent.any() else np.flatnonzero(stranger_fold == fold)
    chosen = rng.permutation(len(outside))[: max(int(tested.sum()), FEW)]
    questions = np.concatenate([known[tested], (known[absent] if absent.any() else unseen)[chosen]])
    logits = questions @ weights.T + bias
    margins = words.margins(_asked(examples, np.flatnonzero(tested), outside[chosen], pretended=bool(absent.any())))
    margins = margins if len(margins) else np.zeros_like(logits)
    present = np.unique(numbers[rest])  # a class that this head never saw says nothing about strangers
    features = features_of(logits[:, present], questions @ known[rest].T, questions @ seen.T, margins[:, present])
    inside = np.arange(len(questions)) < tested.sum()
    return _HeldOut(logits[inside], margins[inside], numbers[tested], features, ~inside)


def _asked(examples: _Examples, tested: NDArray[np.intp], outside: NDArray[np.intp], *, pretended: bool) -> list[str]:
    """List the texts of the questions that a fold judges; empty when there are none to go by."""
    if not examples.texts:
        return []
    strangers = examples.texts if pretended else examples.strange_texts
    if len(strangers) == 0 and len(outside):
        raise ValueError("what is out of scope was given without its texts")
    return [*(examples.texts[row] for row in tested), *(strangers[row] for row in outside)]


def _folds(numbers: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Deal the examples of each class to folds in turn, shuffled."""
    folds = np.empty(len(numbers), np.int64)
    for number in np.unique(numbers):
        rows = rng.permutation(np.flatnonzero(numbers == number))
        folds[rows] = (np.arange(len(rows)) + rng.integers(FOLDS)) % FOLDS
    return folds


def _weigh(held: _HeldOut) -> tuple[Floats, float]:
    """Weigh the features of strangeness by logistic regression on held-out questions, both kinds counting the same."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = held.features.mean(axis=0), np.maximum(held.features.std(axis=0), 1e-6)
    head = LogisticRegression(class_weight="balanced").fit((held.features - mean) / spread, held.strange)
    weights: Floats = (head.coef_[0] / spread).astype(np.float32)
    return weights, float(head.intercept_[0] - weights @ mean)


def _prior_bias(known: Floats, weights: Floats, bias: Floats) -> float:
    """Without held-out questions: what is as far from every example as the most lonely example is half a stranger."""
    near = known @ known.T
    np.fill_diagonal(near, -1.0)
    logits = known @ weights.T + bias
    features = features_of(logits, near, np.zeros((len(known), 0), np.float32), np.zeros_like(logits))
    return -float(np.max(features @ np.array(PRIOR)))


def _temperature(logits: Floats, labels: NDArray[np.int64]) -> float:
    """Find the temperature that gives held-out questions the highest likelihood (Guo et al., 2017)."""
    grid = np.geomspace(0.05, 5.0, 60)
    rows = np.arange(len(labels))
    losses = [-np.log(np.maximum(softmax(logits / t)[rows, labels], 1e-12)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])

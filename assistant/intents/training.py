"""Train the head from labelled questions, in seconds, and judge every example by a head that has not seen it.

Everything that is measured (temperature, strangeness, threshold, accuracy) comes from such judgements, which the ridge
regression gives in closed form (`ridge`). scipy and scikit-learn train; nothing of them is needed to answer.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.intents import adapter, grams, ridge
from assistant.intents.calibration import calibration_error, temperature
from assistant.intents.model import Floats, KernelModel, centre, seen, softmax, wordless
from assistant.intents.strangers import Strangeness, learn
from assistant.intents.types import OUT_OF_SCOPE
from retrieval.types import Vectors

FEWEST = 3
"""With fewer examples of the usual intent nothing is left to judge by."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Examples [n] as heads judged them that had not seen them. `labels` holds `oos` for what is out of scope."""

    texts: tuple[str, ...]
    labels: tuple[str, ...]
    named: NDArray[np.str_]
    confidence: Floats
    strange: NDArray[np.bool_]

    @property
    def truth(self) -> NDArray[np.str_]:
        """The labels as an array."""
        return np.array(self.labels)

    def right(self) -> NDArray[np.bool_]:
        """Say which were answered right: the intent named, or the stranger turned away."""
        shown = np.where(self.strange, OUT_OF_SCOPE, self.named)
        right: NDArray[np.bool_] = shown == self.truth
        return right

    def among(self, rows: NDArray[np.bool_]) -> Judged:
        """Return those of `rows` [n] alone."""
        kept = np.flatnonzero(rows)
        texts, labels = (tuple(every[row] for row in kept) for every in (self.texts, self.labels))
        return Judged(texts, labels, self.named[kept], self.confidence[kept], self.strange[kept])

    def calibration_error(self) -> float | None:
        """How far confidence is from truth on what is in scope and was let in."""
        inside = (self.truth != OUT_OF_SCOPE) & ~self.strange
        return calibration_error(self.confidence[inside], (self.named == self.truth)[inside])


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, what it made of held-out examples and the share in scope it named right (None with too few of them)."""

    model: KernelModel
    held_out_accuracy: float | None
    seconds: float
    judged: Judged | None


def train(
    vectors: Vectors,
    labels: Sequence[str],
    strangers: Vectors,
    *,
    texts: Sequence[str] = (),
    stranger_texts: Sequence[str] = (),
    hints: int = 0,
    seed: int = 0,
    tuned: bool = False,
) -> Trained:
    """Train on question embeddings [n, d] with one label each, and on embeddings [m, d] of what is out of scope.

    With their texts given, the words count as well; `tuned` learns a map of the embeddings, too. The last `hints` of
    `vectors` (names of intents) teach, but nobody asked them: what is judged leaves them out. At least two different
    labels are needed. Raises ValueError.
    """
    began = time.perf_counter()
    classes, numbers = np.unique(np.asarray(labels), return_inverse=True)
    if len(classes) < 2:
        raise ValueError("a classifier needs examples of at least two intents")
    if texts and len(strangers) != len(stranger_texts):
        raise ValueError("what is out of scope was given without its texts")
    targets = np.eye(len(classes) + 1, dtype=np.float32)[[*numbers, *([len(classes)] * len(strangers))]]
    rows = ridge.choose(targets, np.random.default_rng(seed))
    asked = ~((rows >= len(numbers) - hints) & (rows < len(numbers)))
    targets, numbers = targets[rows], numbers[rows[rows < len(numbers)]]
    mean = vectors.mean(axis=0).astype(np.float32)
    every = np.concatenate([vectors, strangers.reshape(-1, vectors.shape[1])])[rows]
    untouched = np.zeros((0, 0), np.float32)
    mapped = adapter.learn(centre(every[: len(numbers)], mean), numbers) if tuned else untouched
    known = seen(every, mean, mapped)
    said = [(*texts, *stranger_texts)[row] for row in rows] if texts else []
    vocabulary, words = grams.weighed(said) if said else (None, None)
    fitted = ridge.fit(known, words, targets)
    strange, heat = _learnt(fitted, known, numbers)
    model = KernelModel(
        classes=classes.astype(np.str_),
        mean=mean,
        known=known,
        strangers=np.array([len(known) - len(numbers)], np.int64),
        weights=fitted.weights,
        temperature=np.array([heat], np.float32),
        strange_weights=strange.weights,
        strange_bias=np.array([strange.bias], np.float32),
        threshold=np.array([strange.threshold], np.float32),
        grams=vocabulary.collapse(words, fitted.weights) if vocabulary is not None else wordless(len(classes)),
        adapter=mapped,
    )
    judged = _judged(fitted, strange, heat, classes, numbers, tuple(said)).among(asked) if strange.measured else None
    inside = None if judged is None else (judged.named == judged.truth)[judged.truth != OUT_OF_SCOPE]
    return Trained(model, None if inside is None else float(inside.mean()), time.perf_counter() - began, judged)


def _learnt(fitted: ridge.Fit, known: Floats, numbers: NDArray[np.int64]) -> tuple[Strangeness, float]:
    """Return what makes a stranger, and the temperature; guesses where there are too few examples to measure by."""
    count = len(numbers)
    heat = temperature(fitted.alone[:count, :-1], numbers)
    return learn(fitted, known, numbers, few=bool(np.median(np.bincount(numbers)) < FEWEST)), heat


def _judged(
    fitted: ridge.Fit,
    strange: Strangeness,
    heat: float,
    classes: NDArray[np.str_],
    numbers: NDArray[np.int64],
    texts: tuple[str, ...],
) -> Judged:
    probabilities = softmax(fitted.alone[:, :-1] / np.float32(heat))
    best = probabilities.argmax(axis=1)
    outside = [OUT_OF_SCOPE] * (len(best) - len(numbers))
    return Judged(
        texts=texts or tuple(f"#{row}" for row in range(len(best))),
        labels=(*classes[numbers].tolist(), *outside),
        named=classes[best],
        confidence=probabilities.max(axis=1),
        strange=strange.called,
    )

"""Learn what makes a question a stranger: distance to the examples, energy and lead of the scores, weighed together.

Strangers to learn from are the tenant's examples of what is out of scope, judged by a head without them; where there
are too few, the intents take turns: the examples of one are strangers to a head that has never heard of it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assistant.intents.model import FEATURES, Floats, features_of
from assistant.intents.ridge import Fit

FEW = 20
"""Below so many examples of strangers the intents themselves take turns in playing the stranger."""
MOST = 6_000
"""So many examples in scope are enough to learn from."""
FALSE_ALARMS = 0.0075
"""Share of questions in scope that may be called strangers; the threshold is that quantile of held-out judgements."""
PRIOR = np.array([0.0, -8.0, 0.0, 4.0, -2.0], np.float32)
"""Where nothing can be measured: a low best score, nearness to strangers and distance to the known make a stranger."""


@dataclass(frozen=True, slots=True)
class Strangeness:
    """Weights of `model.features_of` with a bias, the threshold, and which examples [n] are called strangers.

    `measured` says that held-out judgements stand behind it.
    """

    weights: Floats
    bias: float
    threshold: float
    called: NDArray[np.bool_]
    measured: bool


def learn(fitted: Fit, known: Floats, numbers: NDArray[np.int64], *, few: bool) -> Strangeness:
    """Learn from a fit on examples [n, d], of which the first have class numbers and the rest are strangers."""
    count = len(numbers)
    near = known @ known[:count].T
    near[np.arange(count), np.arange(count)] = -1.0  # nobody is his own neighbour
    features = features_of(fitted.alone, near)
    inside, outside = features[:count], features[count:]
    if few:
        return _guessed(features, count)
    if len(outside) < FEW:
        outside = np.concatenate([outside, _turns(fitted, near, numbers)])
    if len(outside) < FEW:
        return _guessed(features, count)
    weights, bias = _weigh(inside[:: max(1, count // MOST)], outside)
    scores = features @ weights + bias
    threshold = float(np.quantile(scores[:count], 1.0 - FALSE_ALARMS))
    return Strangeness(weights, bias, _logistic(threshold), scores > threshold, measured=True)


def _turns(fitted: Fit, near: Floats, numbers: NDArray[np.int64]) -> Floats:
    """Describe each intent's examples as a head sees them that was trained without the intent."""
    described = [np.zeros((0, FEATURES), np.float32)]
    if numbers.max() < 2:  # of two intents, the other one alone says nothing
        return described[0]
    for number in range(int(numbers.max()) + 1):
        rows = np.flatnonzero(numbers == number)[:200]
        left = np.delete(fitted.without(rows), number, axis=1)
        described.append(features_of(left, near[np.ix_(rows, np.flatnonzero(numbers != number))]))
    return np.concatenate(described)


def _weigh(inside: Floats, outside: Floats) -> tuple[Floats, float]:
    """Weigh the features by logistic regression, both kinds counting the same."""
    from sklearn.linear_model import LogisticRegression

    features = np.concatenate([inside, outside])
    strange = np.arange(len(features)) >= len(inside)
    mean, spread = features.mean(axis=0), np.maximum(features.std(axis=0), 1e-6)
    head = LogisticRegression(class_weight="balanced").fit((features - mean) / spread, strange)
    weights: Floats = (head.coef_[0] / spread).astype(np.float32)
    return weights, float(head.intercept_[0] - weights @ mean)


def _guessed(features: Floats, count: int) -> Strangeness:
    """Without held-out questions: what is as far from every example as the most lonely example is half a stranger."""
    bias = -float(np.max(features[:count] @ PRIOR))
    called = features @ PRIOR + bias > 0.0
    return Strangeness(PRIOR, bias, 0.5, called, measured=False)


def _logistic(value: float) -> float:
    return float(1.0 / (1.0 + np.exp(-value)))

"""What a tenant's own feedback corrects in the shipped verifier: a few weights on its score and its features of words.

Logistic regression on top of the shipped log-odds, with a ridge that holds it to them: pairs that say nothing new
change nothing. It goes live only when, on pairs that its fold has not seen, it orders the tenant's pairs no worse and
explains them better than the shipped score does (which is given a slope and a shift of its own, so that these alone
earn nothing). As with the shipped verifier, a pair that was learnt from is judged by a head that has not seen it, so
that certificates may rest on the very same pairs.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.faq.certificate import Flags, Floats, area_under_curve
from assistant.faq.features import WORDS
from assistant.faq.train import FOLDS, folds_of
from assistant.faq.trainpairs import Labelled
from assistant.faq.verifier import known_by, pair_name

FEWEST, FEWEST_OF_A_KIND = 40, 10
Scores = NDArray[np.float64]
RIDGE = 4.0
STEPS = 25


@dataclass(frozen=True, slots=True)
class Correction:
    """`heads` is float64 [1 + FOLDS, 2 + WORDS]: the weight of the score, of each feature of words, and a shift.

    `learnt` and `folds` name the pairs that taught it as `Verifier`'s do. `number` is its version.
    """

    number: int
    heads: Floats
    learnt: NDArray[np.uint64]
    folds: NDArray[np.uint8]

    def corrected(self, scores: Floats, words: Floats, names: Sequence[np.uint64] | None = None) -> Scores:
        """Correct shipped log-odds [n] of pairs with scaled features `words` [n, WORDS]; without names, of new ones."""
        if names is None:
            heads = self.heads[[0] * len(scores)]
        else:
            heads = self.heads[[known_by(self.learnt, self.folds, name) for name in names]]
        found: Scores = scores + np.sum(_inputs(scores, words) * heads, axis=1)
        return found

    def dump(self) -> bytes:
        """Write as .npz."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, heads=self.heads, learnt=self.learnt, folds=self.folds)
        return buffer.getvalue()

    @classmethod
    def parse(cls, number: int, data: bytes) -> Correction:
        """Read `dump`'s bytes. Raises ValueError when they are damaged."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                return cls(number, arrays["heads"], arrays["learnt"], arrays["folds"])
        except (BadZipFile, EOFError, KeyError, OSError) as error:
            raise ValueError(
                f"These {len(data)} bytes are no correction: {error}. Judge a pair to make it anew."
            ) from error


@dataclass(frozen=True, slots=True)
class Gate:
    """How the shipped score and the corrected one order and explain the tenant's pairs, each pair unseen.

    Areas under the curve, and mean log losses.
    """

    auc_before: float
    auc_after: float
    loss_before: float
    loss_after: float

    @property
    def passed(self) -> bool:
        """Whether the correction may go live."""
        return self.auc_after >= self.auc_before and self.loss_after < self.loss_before


def enough(same: Flags) -> bool:
    """Say whether so many judged pairs can teach anything."""
    return len(same) >= FEWEST and min(int(same.sum()), int((~same).sum())) >= FEWEST_OF_A_KIND


def learn(
    number: int, pairs: Sequence[tuple[str, str]], same: Flags, scores: Floats, words: Floats
) -> tuple[Correction, Gate]:
    """Fit a correction to shipped log-odds `scores` [n] and scaled features `words` [n, WORDS] of judged pairs."""
    labelled = [Labelled(a, b, int(label), "own", "") for (a, b), label in zip(pairs, same, strict=True)]
    folds = folds_of(labelled)
    rows, plain = _inputs(scores, words), _inputs(scores, np.zeros_like(words))
    heads, before, after = [_fit(rows, scores, same)], scores.astype(np.float64), scores.astype(np.float64)
    for fold in range(FOLDS):
        out = folds == fold
        heads.append(_fit(rows[~out], scores[~out], same[~out]))
        after[out] += rows[out] @ heads[-1]
        before[out] += plain[out] @ _fit(plain[~out], scores[~out], same[~out])
    names = np.array([pair_name(a, b) for a, b in pairs], np.uint64)
    order = np.argsort(names)
    gate = Gate(_area(scores, same), _area(after, same), _loss(before, same), _loss(after, same))
    return Correction(number, np.stack(heads), names[order], folds[order]), gate


def _inputs(scores: Floats, words: Floats) -> Floats:
    return np.column_stack([scores / 2, words[:, :WORDS], np.ones(len(scores))]).astype(np.float64)


def _fit(rows: Floats, scores: Floats, same: Flags) -> Floats:
    """Newton's steps for logistic regression around the given log-odds; the shift is hardly held back.

    A step that would make it worse is halved: far from the labels Newton's own may lead further away.
    """
    ridge = np.array([RIDGE] * (rows.shape[1] - 1) + [0.1])
    head = np.zeros(rows.shape[1])

    def cost(at: Floats) -> float:
        return float(len(rows) * _loss(scores + rows @ at, same) + 0.5 * ridge @ at**2)

    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-np.clip(scores + rows @ head, -30, 30)))
        slope = rows.T @ (chance - same) + ridge * head
        curve = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(ridge)
        step = np.linalg.solve(curve, slope)
        while float(np.abs(step).max()) >= 1e-8 and cost(head - step) > cost(head):
            step = step / 2
        head = head - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return head


def _area(scores: Floats, same: Flags) -> float:
    return area_under_curve(scores, same) or 0.0


def _loss(scores: Floats, same: Flags) -> float:
    return float(np.logaddexp(0, np.where(same, -scores, scores)).mean())

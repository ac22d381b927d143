"""How loose may the threshold be? A certificate: the false-hit rate is under the bound with 95 % confidence.

The threshold is lowered step by step, and the first step whose upper confidence limit passes the bound ends the
search. Tested in that fixed order, no correction for trying many thresholds is needed (fixed sequence testing, as in
"Learn then Test", Angelopoulos et al., 2021). The limit is Clopper and Pearson's, exact for any number of pairs.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True)
class Certificate:
    """A score at or above `threshold` may be served. `threshold` is None when nothing but exact words may.

    `false_hits` among `different` calibration pairs, and the upper limit of their rate.
    """

    threshold: float | None
    bound: float
    false_hits: int
    different: int
    upper: float


def certify(scores: Floats, same: Flags, bound: float) -> Certificate:
    """Find the loosest threshold that the calibration pairs certify; `scores` [n], `same` [n] says the label.

    Too few different pairs (299 without an error for 1 %) certify nothing.
    """
    different = np.sort(scores[~same])[::-1]
    count = len(different)
    best = Certificate(None, bound, 0, count, upper_limit(0, count))
    for threshold in np.unique(scores[np.isfinite(scores)])[::-1]:
        false_hits = int(np.searchsorted(-different, -threshold, side="right"))
        upper = upper_limit(false_hits, count)
        if upper > bound:
            break
        best = Certificate(float(threshold), bound, false_hits, count, upper)
    return best


def upper_limit(errors: int, trials: int, confidence: float = CONFIDENCE) -> float:
    """Upper Clopper-Pearson limit: the rate at which so few errors would happen only in 5 % of all cases."""
    if errors >= trials:
        return 1.0
    low, high = errors / trials, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        if _at_most(errors, trials, middle) > 1 - confidence:
            low = middle
        else:
            high = middle
    return high


def speaks_against(errors: int, trials: int, bound: float) -> bool:
    """Say whether so many errors show, with 95 % confidence, a rate above the bound."""
    # The lower limit of the rate of errors is what the upper limit of the rate of successes leaves.
    return bool(errors) and 1 - upper_limit(trials - errors, trials) > bound


def limits(events: int, trials: int) -> tuple[float, float] | None:
    """Two-sided 95 % Clopper-Pearson interval of a rate; None without trials."""
    if not trials:
        return None
    half = 1 - (1 - CONFIDENCE) / 2
    return 1 - upper_limit(trials - events, trials, half), upper_limit(events, trials, half)


def _at_most(errors: int, trials: int, rate: float) -> float:
    """Probability of at most so many errors at this rate (binomial)."""
    total = math.lgamma(trials + 1)
    logs = (
        total - math.lgamma(k + 1) - math.lgamma(trials - k + 1) + k * math.log(rate) + (trials - k) * math.log1p(-rate)
        for k in range(errors + 1)
    )
    return math.fsum(math.exp(value) for value in logs)


def area_under_curve(scores: Floats, same: Flags) -> float | None:
    """Probability that a same pair scores above a different one, ties counting half; None without both kinds."""
    ours, theirs = np.sort(scores[same]), np.sort(scores[~same])
    if not len(ours) or not len(theirs):
        return None
    below = np.searchsorted(theirs, ours, side="left") + np.searchsorted(theirs, ours, side="right")
    return float(below.sum() / (2 * len(ours) * len(theirs)))

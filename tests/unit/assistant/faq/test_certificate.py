"""What is certified holds, and what cannot be certified is not served."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.faq.certificate import area_under_curve, certify, upper_limit


@pytest.mark.parametrize(
    ("errors", "trials", "limit"),
    [
        (0, 299, 0.00997),
        (0, 298, 0.01000),
        (0, 10, 0.2589),
        (1, 10, 0.3942),
        (5, 100, 0.1022),
        (10, 10, 1.0),
        (0, 0, 1.0),
    ],
)
def test_the_limit_is_clopper_and_pearsons(errors: int, trials: int, limit: float) -> None:
    assert upper_limit(errors, trials) == pytest.approx(limit, abs=6e-5)


@given(st.integers(0, 50), st.integers(1, 500))
def test_more_errors_never_lower_the_limit_and_it_is_above_the_rate(errors: int, trials: int) -> None:
    errors = min(errors, trials)
    assert upper_limit(errors, trials) >= errors / trials
    if errors < trials:
        assert upper_limit(errors + 1, trials) >= upper_limit(errors, trials)


def pairs(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    same = rng.random(count) < 0.5
    return np.where(same, rng.normal(0.95, 0.03, count), rng.normal(0.85, 0.03, count)), same


def test_too_few_different_pairs_certify_nothing() -> None:
    scores, same = np.linspace(0.5, 1.0, 298), np.zeros(298, bool)
    certificate = certify(scores - 1.0, same, 0.01)
    assert certificate.threshold is None
    assert certificate.upper > 0.01
    many = certify(np.concatenate([scores, scores, [2.0]]), np.array([False] * 596 + [True]), 0.01)
    assert many.threshold == 2.0


def test_the_certified_threshold_is_the_loosest_one_in_bound() -> None:
    scores, same = pairs(4000, 1)
    certificate = certify(scores, same, 0.01)
    assert certificate.threshold is not None
    assert certificate.upper <= 0.01
    looser = np.sort(scores[scores < certificate.threshold])[-60]
    errors = int((scores[~same] >= looser).sum())
    assert errors == certificate.false_hits or upper_limit(errors, certificate.different) > 0.01


def test_the_promise_holds_on_pairs_that_were_not_seen() -> None:
    broken = 0
    for seed in range(60):
        certificate = certify(*pairs(1500, seed), 0.02)
        if certificate.threshold is not None:
            fresh, same = pairs(20_000, 1000 + seed)
            broken += bool((fresh[~same] >= certificate.threshold).mean() > 0.02)
    assert broken <= 8  # five per cent of sixty are three; eight are a chance of one in a hundred


@settings(max_examples=50)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=30))
def test_the_area_under_the_curve_agrees_with_its_definition(rows: list[tuple[float, bool]]) -> None:
    scores, same = np.array([s for s, _ in rows]), np.array([x for _, x in rows], bool)
    ours, theirs = scores[same], scores[~same]
    if not len(ours) or not len(theirs):
        assert area_under_curve(scores, same) is None
        return
    wins = [(a > b) + 0.5 * (a == b) for a in ours for b in theirs]
    assert area_under_curve(scores, same) == pytest.approx(float(np.mean(wins)))

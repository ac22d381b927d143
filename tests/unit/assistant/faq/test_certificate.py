"""What is certified holds, and what cannot be certified is not served."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, binomtest

from assistant.faq.certificate import Certificate, area_under_curve, certify, limits, upper_limit


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


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(1, 3000), st.sampled_from([0.9, 0.95, 0.975, 0.99]))
def test_the_limit_is_the_one_scipy_computes(errors: int, trials: int, confidence: float) -> None:
    errors = min(errors, trials)
    expected = 1.0 if errors == trials else float(beta.ppf(confidence, errors + 1, trials - errors))
    assert upper_limit(errors, trials, confidence) == pytest.approx(expected, abs=1e-9)


@settings(max_examples=60)
@given(st.integers(0, 40), st.integers(1, 400))
def test_more_trials_without_a_further_error_and_less_confidence_lower_the_limit(errors: int, more: int) -> None:
    trials = errors + more
    assert upper_limit(errors, trials + 1) < upper_limit(errors, trials)
    assert upper_limit(errors, trials, 0.9) < upper_limit(errors, trials, 0.95) < upper_limit(errors, trials, 0.99)


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(1, 400))
def test_the_interval_contains_the_rate_and_is_scipys(events: int, trials: int) -> None:
    events = min(events, trials)
    found = limits(events, trials)
    assert found is not None
    low, high = found
    assert 0 <= low <= events / trials <= high <= 1
    expected = binomtest(events, trials).proportion_ci(0.95, method="exact")
    assert found == pytest.approx((expected.low, expected.high), abs=1e-9)


def test_without_a_trial_there_is_no_interval_and_nothing_is_known_of_the_rate() -> None:
    assert limits(0, 0) is None
    assert upper_limit(0, 0) == 1.0


Rows = list[tuple[int, bool]]
LABELLED = st.lists(st.tuples(st.integers(-3, 6), st.booleans()), max_size=120)


def certified(rows: Rows, bound: float) -> Certificate:
    return certify(np.array([s for s, _ in rows], float), np.array([same for _, same in rows], bool), bound)


@given(LABELLED.map(lambda rows: rows[:298]), st.integers(0, 298))
def test_fewer_than_299_different_pairs_never_certify_one_percent(rows: Rows, more: int) -> None:
    different = sum(not same for _, same in rows)
    rows += [(-9, False)] * min(more, 298 - different)
    assert certified([*rows, (99, True)], 0.01).threshold is None


@given(st.integers(299, 900), st.integers(-3, 6), st.integers(1, 5))
def test_299_or_more_below_every_same_pair_certify_the_lowest_of_those(count: int, least: int, same: int) -> None:
    rows: Rows = [(least - 1, False)] * count + [(least + n, True) for n in range(same)]
    found = certified(rows, 0.01)
    assert (found.threshold, found.false_hits, found.different) == (least, 0, count)


@settings(max_examples=200)
@given(LABELLED, st.sampled_from([0.1, 0.2, 0.4]))
def test_the_threshold_is_the_lowest_of_those_that_hold_without_a_gap(rows: Rows, bound: float) -> None:
    different = [score for score, same in rows if not same]
    best = None
    for threshold in sorted({score for score, _ in rows}, reverse=True):
        if upper_limit(sum(score >= threshold for score in different), len(different)) > bound:
            break
        best = threshold
    found = certified(rows, bound)
    assert found.threshold == best
    if best is not None:
        assert found.false_hits == sum(score >= best for score in different)
        assert found.upper <= bound


@settings(max_examples=100)
@given(LABELLED, st.randoms(use_true_random=False))
def test_the_order_of_the_pairs_makes_no_difference(rows: Rows, chance: random.Random) -> None:
    mixed = rows.copy()
    chance.shuffle(mixed)
    assert certified(mixed, 0.2) == certified(rows, 0.2)


@settings(max_examples=100)
@given(LABELLED)
def test_an_error_at_the_top_never_loosens_and_a_stricter_bound_never_either(rows: Rows) -> None:
    def least(found: Certificate) -> float:
        return np.inf if found.threshold is None else found.threshold

    before = certified(rows, 0.2)
    if before.threshold is not None:  # else its score is a threshold that was not there to try
        assert least(certified([*rows, (7, False)], 0.2)) >= before.threshold
    assert least(certified(rows, 0.1)) >= least(before)


def test_what_a_guard_stops_counts_as_tried_and_is_never_a_threshold() -> None:
    scores = np.array([-np.inf] * 400 + [3.0, 1.0])
    same = np.array([False] * 400 + [True, True])
    found = certify(scores, same, 0.01)
    assert (found.threshold, found.false_hits, found.different) == (1.0, 0, 400)
    assert certify(scores[:400], same[:400], 0.01).threshold is None


def test_a_certificate_that_was_refused_says_how_far_the_pairs_go() -> None:
    found = certified([(1, False)] * 30, 0.01)
    assert (found.threshold, found.false_hits, found.different) == (None, 0, 30)
    assert found.upper == pytest.approx(1 - 0.05 ** (1 / 30))

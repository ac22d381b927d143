"""What a tenant's judged pairs correct in the shipped verifier, and when that may be used."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.faq import tuning
from assistant.faq.features import WORDS
from assistant.faq.train import FOLDS
from assistant.faq.tuning import Correction, Gate
from assistant.faq.verifier import pair_name

Judged = tuple[list[tuple[str, str]], np.ndarray, np.ndarray, np.ndarray]


def judged(count: int, *, told_by: int | None, noise: float = 1.0, seed: int = 3) -> Judged:
    """Pairs whose shipped score says little; where `told_by` names a feature of words, that one says the rest."""
    chance = np.random.default_rng(seed)
    same = chance.random(count) < 0.5
    words = chance.normal(size=(count, WORDS))
    if told_by is not None:
        words[:, told_by] += np.where(same, 2.0, -2.0)
    scores = np.where(same, 0.5, -0.5) + chance.normal(scale=noise, size=count)
    return [(f"question {n}", f"matter {n}") for n in range(count)], same, scores, words


def test_what_feedback_shows_and_the_shipped_score_does_not_is_learnt_and_passes_the_gate() -> None:
    pairs, same, scores, words = judged(80, told_by=4)
    correction, gate = tuning.learn(1, pairs, same, scores, words)
    assert gate.passed
    assert gate.auc_after > gate.auc_before + 0.05
    assert gate.loss_after < gate.loss_before
    assert correction.heads.shape == (1 + FOLDS, 2 + WORDS)
    assert int(np.argmax(np.abs(correction.heads[0][1:-1]))) == 4


@pytest.mark.parametrize("seed", range(5))
def test_feedback_that_says_nothing_new_does_not_pass(seed: int) -> None:
    pairs, same, scores, words = judged(60, told_by=None, noise=0.2, seed=seed)
    _, gate = tuning.learn(1, pairs, same, scores, words)
    assert not gate.passed


def test_a_slope_and_a_shift_alone_earn_nothing() -> None:
    pairs, same, scores, words = judged(200, told_by=None)
    _, gate = tuning.learn(1, pairs, same, 3 * scores - 8, np.zeros_like(words))
    assert gate.loss_after == pytest.approx(gate.loss_before)
    assert not gate.passed


def test_a_pair_that_was_learnt_is_judged_by_a_head_that_has_not_seen_it() -> None:
    pairs, same, scores, words = judged(60, told_by=2)
    correction, _ = tuning.learn(1, pairs, same, scores, words)
    names = [pair_name(b.upper(), a) for a, b in pairs]
    known, fresh = correction.corrected(scores, words, names), correction.corrected(scores, words)
    assert np.abs(known - fresh).min() > 0
    assert [correction.corrected(scores[:1], words[:1], names[:1])[0]] == pytest.approx([known[0]])


@pytest.mark.parametrize(
    ("same", "different", "enough"), [(20, 20, True), (30, 10, True), (31, 9, False), (19, 20, False), (0, 90, False)]
)
def test_few_pairs_or_pairs_of_one_kind_teach_nothing(same: int, different: int, enough: bool) -> None:
    assert tuning.enough(np.array([True] * same + [False] * different)) == enough


@pytest.mark.parametrize(
    ("gate", "passed"),
    [
        (Gate(0.8, 0.9, 0.5, 0.4), True),
        (Gate(0.8, 0.8, 0.5, 0.4), True),
        (Gate(0.8, 0.79, 0.5, 0.4), False),
        (Gate(0.8, 0.9, 0.5, 0.5), False),
    ],
)
def test_it_must_order_no_worse_and_explain_better(gate: Gate, passed: bool) -> None:
    assert gate.passed is passed


@settings(max_examples=20)
@given(st.integers(40, 90), st.integers(0, 12), st.integers(0, 100))
def test_what_is_written_is_read_back(count: int, told_by: int, seed: int) -> None:
    correction, _ = tuning.learn(7, *judged(count, told_by=told_by, seed=seed))
    again = Correction.parse(7, correction.dump())
    np.testing.assert_array_equal(again.heads, correction.heads)
    np.testing.assert_array_equal(again.learnt, correction.learnt)
    assert (np.diff(again.learnt.astype(object)) > 0).all()


@pytest.mark.parametrize("left", [0, 10, 200])
def test_a_damaged_correction_is_named_as_such(left: int) -> None:
    correction, _ = tuning.learn(1, *judged(40, told_by=1))
    with pytest.raises(ValueError, match="no correction"):
        Correction.parse(1, correction.dump()[:left])

"""What the verifier looks at."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq.features import BUCKETS, WORDS, Question, bucket, features, question, units

FLAT = np.ones(BUCKETS, np.float32)


def asked(text: str, seed: int = 0) -> Question:
    vector = np.random.default_rng(seed).normal(size=16).astype(np.float32)
    return question(text, vector / np.linalg.norm(vector))


@pytest.mark.parametrize(
    ("a", "b"), [("How do I pay?", "Where is my invoice?"), ("怎么开发票", "发票怎么开"), ("", "Is it free?")]
)
def test_the_order_of_a_pair_makes_no_difference(a: str, b: str) -> None:
    one, other = asked(a, 1), asked(b, 2)
    np.testing.assert_array_equal(features(one, other, FLAT), features(other, one, FLAT))
    assert features(one, other, FLAT).shape == (WORDS + 2 * 16,)
    assert np.isfinite(features(one, other, FLAT)).all()


def test_equal_questions_leave_no_word_over() -> None:
    same = asked("Can I return shoes?")
    found = features(same, same, FLAT)
    assert found[0] == pytest.approx(1.0)
    assert found[2] == pytest.approx(1.0, abs=1e-4)
    assert found[5:10].tolist() == [0.0] * 5


def test_greetings_and_function_words_do_not_count() -> None:
    assert asked("Hello, how can I return the shoes? Thanks").units == asked("return shoes").units


def test_a_rare_word_left_over_weighs_more_than_a_usual_one() -> None:
    rarity = FLAT.copy()
    rarity[bucket("platinum")] = 9.0
    base = asked("order a card")
    rare, usual = (features(base, asked(f"order a {word} card"), rarity) for word in ("platinum", "plastic"))
    assert rare[7] == 9.0
    assert usual[7] == 1.0


def test_chinese_counts_characters_and_their_neighbours() -> None:
    assert units(["发", "票"]) == ["发", "票", "发票"]
    assert units(["card", "票"]) == ["card", "票"]


TEXTS = st.lists(
    st.sampled_from(
        ["how do i", "return", "shoes", "refund", "my order 12", "退货", "发票", "怎么", "？", "Café", "-"]
    ),
    max_size=8,
).map(" ".join)
RARE = np.random.default_rng(3).gamma(2.0, 2.0, BUCKETS).astype(np.float32)


@given(TEXTS, TEXTS, st.integers(0, 9), st.integers(0, 9))
def test_no_pair_of_questions_depends_on_its_order_or_breaks_a_number(a: str, b: str, seed: int, more: int) -> None:
    one, other = asked(a, seed), asked(b, more)
    found = features(one, other, RARE)
    np.testing.assert_array_equal(found, features(other, one, RARE))
    assert found.dtype == np.float32
    assert np.isfinite(found).all()


@given(TEXTS, TEXTS)
def test_what_is_shared_and_what_is_left_over_make_up_both_questions(a: str, b: str) -> None:
    one, other = asked(a), asked(b)
    found = features(one, other, FLAT)
    common, less, more = found[4:7]
    assert common == len(one.units & other.units)
    assert less + more == len(one.units ^ other.units)
    assert less <= more
    assert 0 <= found[2] <= found[3] <= 1


@given(TEXTS)
def test_a_word_more_on_one_side_is_seen_as_left_over_on_one_side(text: str) -> None:
    base, longer = asked(text), asked(f"{text} zeppelin")
    found = features(base, longer, FLAT)
    assert (found[5], found[6], found[8], found[9]) == (0.0, 1.0, 0.0, 1.0)


@given(TEXTS, st.integers(0, 99))
def test_the_embeddings_interact_by_product_and_distance(text: str, seed: int) -> None:
    one, other = asked(text, seed), asked(text, seed + 1)
    found = features(one, other, FLAT)[WORDS:]
    np.testing.assert_allclose(found[:16], one.vector * other.vector)
    np.testing.assert_allclose(found[16:], np.abs(one.vector - other.vector))
    assert found[:16].sum() == pytest.approx(float(one.vector @ other.vector), abs=1e-5)


@given(st.text(max_size=30))
def test_every_unit_has_a_place_in_the_table(unit: str) -> None:
    assert 0 <= bucket(unit) < BUCKETS

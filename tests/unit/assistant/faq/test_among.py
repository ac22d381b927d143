"""A threshold that looks safe on pairs, asked among all questions at once."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.faq import among
from assistant.faq.among import Among
from assistant.faq.evaluation import EXACT, Pair, evaluate
from retrieval.protocols import Encoder
from retrieval.types import Vectors

TEXTS = [
    "How do I activate my new card?",
    "How can I activate the new card?",
    "Ways to activate a card",
    "Where is my parcel?",
    "怎么激活新卡？",
]


@pytest.fixture
def vectors(encoder: Encoder) -> dict[str, Vectors]:
    return dict(zip(TEXTS, encoder.encode_questions(TEXTS), strict=True))


def test_a_question_is_asked_among_all_but_those_of_its_own_group(vectors: dict[str, Vectors]) -> None:
    one, other, third, parcel, _ = TEXTS
    alone = among.ask([], vectors)
    place = sorted(TEXTS).index
    assert alone.scores[place(one)] == pytest.approx(alone.scores[place(other)])
    together = among.ask([(one, other)], vectors)
    assert together.scores[place(one)] < alone.scores[place(one)]
    assert together.cosines[place(one)] == pytest.approx(float(vectors[one] @ vectors[third]), abs=1e-6)
    through = among.ask([(one, third), (third, other)], vectors)  # the same through a third one
    assert through.cosines[place(one)] < together.cosines[place(one)]
    assert alone.languages[place(parcel)] == "en"
    assert alone.languages[place(TEXTS[4])] == "zh"


def test_what_a_guard_objects_to_is_not_served_however_near(encoder: Encoder) -> None:
    texts = ["Can I return it within 7 days?", "Can I return it within 15 days?"]
    found = among.ask([], dict(zip(texts, encoder.encode_questions(texts), strict=True)))
    assert found.scores.tolist() == [-np.inf, -np.inf]
    assert found.cosines.min() > 0.9
    assert found.served({"en": -100.0}) == 0.0
    assert found.served_by_cosine(0.9) == 1.0


def test_each_language_is_held_to_its_own_threshold() -> None:
    found = Among(np.array([0.9, 0.9]), np.array([1.0, 1.0]), ("en", "zh"))
    assert found.served({"en": 0.5, "zh": 2.0}) == 0.5
    assert found.served({"en": 0.5, "zh": 0.5}) == 1.0
    assert found.served_by_cosine(0.95) == 0.0


def test_without_questions_there_is_no_share() -> None:
    empty = among.ask([], {})
    assert empty.served({}) is None
    assert empty.served_by_cosine(0.5) is None


def test_a_single_group_has_nothing_to_be_mistaken_for(vectors: dict[str, Vectors]) -> None:
    two = {text: vectors[text] for text in TEXTS[:2]}
    found = among.ask([(TEXTS[0], TEXTS[1])], two)
    assert found.served_by_cosine(-1.0) == 0.0
    assert found.served({"en": -1000.0}) == 0.0


@given(st.lists(st.floats(0.5, 1.0), min_size=1, max_size=60), st.sampled_from([0.01, 0.05, 0.3]))
def test_the_picked_cosine_serves_at_most_the_bound_of_its_own_pairs(cosines: list[float], bound: float) -> None:
    values, same = np.array(cosines), np.zeros(len(cosines), bool)
    picked = among.loosest_cosine(values, same, bound)
    assert (values >= picked).mean() <= bound
    below = np.nextafter(picked, -np.inf)
    assert (values >= below).mean() > bound


def test_without_different_pairs_every_cosine_is_allowed() -> None:
    assert among.loosest_cosine(np.array([0.9]), np.array([True]), 0.01) == -1.0


@given(st.lists(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=12))
def test_groups_are_an_equivalence(same: list[tuple[str, str]]) -> None:
    root = among.groups(same)
    assert all(root(a) == root(b) for a, b in same)
    assert all(root(root(a)) == root(a) for pair in same for a in pair)


def test_a_cosine_that_looks_safe_on_random_pairs_serves_other_questions_among_all(encoder: Encoder) -> None:
    things = ["card", "phone", "lamp", "router", "printer", "account", "watch", "camera"]
    pairs = [Pair(f"How do I set up the {t}?", f"What must I do to set up my {t}?", same=True) for t in things]
    far = ["Is parking free?", "Do you ship to Norway?", "Who is your founder?"]
    pairs += [Pair(f"How do I set up the {t}?", text, same=False) for t in things for text in far]
    figures = evaluate(pairs, pairs, encoder, 0.01)
    assert figures["questions"] == 2 * len(things) + len(far)
    assert figures["cosine_hit_rate"] == 1.0
    assert figures["cosine_served_another_rate"] > 0.5  # "set up the lamp" for "set up the router"
    assert figures["served_another_rate"] < 0.1
    assert figures["threshold"] < EXACT

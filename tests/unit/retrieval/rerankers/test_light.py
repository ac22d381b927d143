from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.rerankers.light import LightReranker, LightWeights
from retrieval.types import Chunk, Hit


def hit(name: str, score: float, similarity: float | None, lexical: float | None, language: str = "en") -> Hit:
    chunk = Chunk(name, "d", 1, "0" * 64, "acme", name, "", language)
    return Hit(chunk, score, similarity, lexical)


HITS = st.lists(
    st.builds(
        hit,
        st.text(min_size=1, max_size=5),
        st.floats(0, 1),
        st.one_of(st.none(), st.floats(-1, 1)),
        st.one_of(st.none(), st.floats(0, 40)),
        st.sampled_from(["zh", "en"]),
    ),
    max_size=12,
)


def test_no_hits_stay_no_hits() -> None:
    assert LightReranker().rerank("what is a refund", []) == []


def test_one_hit_keeps_its_place_and_its_parts() -> None:
    (only,) = LightReranker().rerank("refund", [hit("a", 0.4, 0.8, 3.0)])
    assert (only.similarity, only.lexical) == (0.8, 3.0)
    assert only.score == pytest.approx(0.55 + 0.35 + 0.04)


def test_a_clear_lead_in_meaning_beats_a_hair_s_breadth_in_rank() -> None:
    first_by_rank = hit("a", 0.90, 0.80, 5.0)
    clearly_nearer = hit("b", 0.88, 0.93, 4.9)
    assert LightReranker().rerank("what is it", [first_by_rank, clearly_nearer])[0].chunk.id == "b"


def test_words_shared_across_languages_count_less() -> None:
    rows = [
        hit("words", 0.5, 0.80, 10.0, "zh"),
        hit("meaning", 0.5, 0.84, None, "zh"),
        hit("far", 0.1, 0.70, None, "zh"),
    ]
    within = LightReranker().rerank("这是什么", rows)
    across = LightReranker().rerank("what is this", rows)
    assert within[0].chunk.id == "words"
    assert across[0].chunk.id == "meaning"


def test_a_stray_common_word_does_not_outweigh_meaning() -> None:
    stray = replace(hit("stray", 0.5, 0.80, 2.0), coverage=0.05)
    meant = replace(hit("meant", 0.5, 0.84, None), coverage=0.0)
    far = replace(hit("far", 0.1, 0.70, None), coverage=0.0)
    assert LightReranker().rerank("what is this", [stray, meant, far])[0].chunk.id == "meant"
    covering = [replace(one, coverage=(one.coverage or 0.0) * 8) for one in (stray, meant, far)]
    assert LightReranker().rerank("what is this", covering)[0].chunk.id == "stray"


def test_nearness_without_the_language_s_part_is_what_counts() -> None:
    own = replace(hit("own", 0.5, 0.90, None, "en"), balanced=0.80)
    foreign = replace(hit("foreign", 0.5, 0.86, None, "zh"), balanced=0.85)
    assert LightReranker().rerank("what is this", [own, foreign])[0].chunk.id == "foreign"


def test_hits_without_any_shared_word_are_ordered_by_meaning() -> None:
    rows = [hit("a", 0.2, 0.7, None), hit("b", 0.2, 0.9, None), hit("c", 0.2, 0.8, None)]
    assert [found.chunk.id for found in LightReranker().rerank("q", rows)] == ["b", "c", "a"]


def test_weights_can_be_set() -> None:
    rows = [hit("a", 0.1, 0.9, 1.0), hit("b", 0.1, 0.1, 9.0)]
    only_words = LightReranker(LightWeights(meaning=0.0, words=1.0, fused=0.0))
    assert [found.chunk.id for found in only_words.rerank("what is it", rows)] == ["b", "a"]


@given(HITS)
def test_the_same_hits_come_back_best_first(hits: list[Hit]) -> None:
    found = LightReranker().rerank("what is this", hits)
    assert sorted(one.chunk.id for one in found) == sorted(one.chunk.id for one in hits)
    scores = [one.score for one in found]
    assert scores == sorted(scores, reverse=True)
    assert all(-1e-9 <= score <= 1 + 1e-9 for score in scores)

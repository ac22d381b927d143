"""Training the verifier on a handful of pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assistant.faq import train, verifier
from assistant.faq.features import BUCKETS, SIGNS, WORDS, bucket
from assistant.faq.train import certified, held_to
from assistant.faq.trainpairs import Labelled
from retrieval.protocols import Encoder

THINGS = ("shoes", "lamps", "cups")
PAIRS = [
    *(
        Labelled(f"How can I return {x}?", f"How do I return {x}?", 1, "banking77", x)
        for x in ("shoes", "lamps", "cups")
    ),
    *(Labelled(f"How can I return {x}?", f"Who makes {x}?", 0, "banking77", x) for x in THINGS),
    *(Labelled(f"{x}怎么退", f"如何退{x}", 1, "cmedqq", "") for x in ("鞋子", "台灯", "杯子", "衣服")),
    *(Labelled(f"{x}怎么退", f"{x}多少钱", 0, "cmedqq", "") for x in ("鞋子", "台灯", "杯子", "衣服")),
]


def test_pairs_that_share_a_question_are_never_in_two_folds() -> None:
    chain = [Labelled("a", "b", 1, "", ""), Labelled("B", "c", 0, "", ""), Labelled("x", "c", 0, "", "")]
    assert len(set(train.folds_of(chain).tolist())) == 1
    many = [Labelled(f"a{n}", f"b{n}", 1, "", "") for n in range(60)]
    assert set(train.folds_of(many).tolist()) == set(range(train.FOLDS))


def test_a_word_of_many_texts_is_less_rare_than_one_of_few() -> None:
    rarity = train.rarities(PAIRS)
    assert rarity.shape == (BUCKETS,)
    assert rarity[bucket("return")] < rarity[bucket("鞋")] < rarity[bucket("neverseen")]


def test_what_is_trained_is_written_loaded_and_tells_same_from_different(encoder: Encoder, tmp_path: Path) -> None:
    arrays, note = train.train(PAIRS, encoder)
    train.write(arrays, note, tmp_path)
    judge = verifier.load(tmp_path)
    assert judge.heads.shape == (1 + train.FOLDS, WORDS + 2 * encoder.dimension + 1)
    assert all(judge.knows(pair.text_b, pair.text_a) for pair in PAIRS)
    assert note["sources"] == {"banking77": 6, "cmedqq": 8}
    texts = ["Can I return gloves?", "May I return gloves?", "What colour is the sky?"]
    one, same, other = encoder.encode_questions(texts)
    assert judge.score_pair(texts[0], texts[1], one, same) > judge.score_pair(texts[0], texts[2], one, other)
    assert np.isfinite(arrays["scores_en"]).sum() + np.isneginf(arrays["scores_en"]).sum() == 6


def one_sided(count: int = 300) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose shared words (feature 4) speak against a pair, as they do where the different ones were chosen so."""
    chance = np.random.default_rng(4)
    same = chance.random(count) < 0.5
    rows = chance.normal(size=(count, WORDS + 2 * 6))
    rows[:, 0] += np.where(same, 1.0, -1.0)
    rows[:, 4] += np.where(same, -2.0, 2.0)
    return rows, same


def test_a_feature_never_counts_against_its_sign_however_the_pairs_were_chosen() -> None:
    rows, same = one_sided()
    head = train.fit(rows, same, np.ones(len(same)))
    assert head[0] > 0
    assert head[4] == 0
    for place, sign in enumerate((*SIGNS, *[1] * 6, *[-1] * 6)):
        assert sign * head[place] >= 0, place


def test_within_its_signs_a_fit_is_the_best_there_is() -> None:
    rows, same = one_sided()
    weights = np.ones(len(same))
    head = train.fit(rows, same, weights)

    def loss(at: np.ndarray) -> float:
        margin = np.where(same, 1.0, -1.0) * (rows @ at[:-1] + at[-1])
        held = train.WORD_PENALTY * (at[:WORDS] ** 2).sum() + train.INTERACTION_PENALTY * (at[WORDS:-1] ** 2).sum()
        return float(np.logaddexp(0, -margin).mean() + held / 2)

    chance = np.random.default_rng(8)
    signs = np.array([*SIGNS, *[1] * 6, *[-1] * 6, 0])
    for _ in range(50):
        other = head + chance.normal(scale=0.05, size=len(head))
        allowed = np.where(signs == 0, other, signs * np.maximum(signs * other, 0))
        assert loss(head) <= loss(allowed) + 1e-6


def test_each_set_counts_the_same_and_chinese_its_share() -> None:
    pairs = [
        *(Labelled(f"a{n}", f"b{n}", 1, "banking77", "") for n in range(60)),
        *(Labelled(f"c{n}", f"d{n}", 1, "medquad", "") for n in range(20)),
        *(Labelled(f"e{n}", f"f{n}", 1, "cmedqq", "") for n in range(40)),
    ]
    weights = train.shares(pairs)
    assert weights.sum() == pytest.approx(len(pairs))
    sums = [weights[start:end].sum() / len(pairs) for start, end in ((0, 60), (60, 80), (80, 120))]
    np.testing.assert_allclose(sums, [(1 - train.CHINESE) / 2, (1 - train.CHINESE) / 2, train.CHINESE])


def test_without_a_chinese_set_or_with_nothing_else_the_sets_share_evenly() -> None:
    english = [Labelled("a", "b", 1, "banking77", ""), Labelled("c", "d", 1, "meqsum", "")]
    chinese = [Labelled("e", "f", 1, "cmedqq", "")]
    np.testing.assert_allclose(train.shares(english), [1.0, 1.0])
    np.testing.assert_allclose(train.shares(chinese), [1.0])


def test_a_pair_counts_with_the_worse_of_two_engines_scores() -> None:
    said = [("How do I pay?", 1), ("怎么付款？", 1), ("Is it free?", 0), ("Where is it?", 0), ("要钱吗？", 0)]
    pairs = [Labelled(text, "x", label, "own", str(number)) for number, (text, label) in enumerate(said)]
    arrays = {
        "scores_en": np.array([2.0, 1.0, -np.inf], np.float32), "same_en": np.array([True, False, False]),
        "scores_zh": np.array([1.0, 0.0], np.float32), "same_zh": np.array([True, False]),
    }  # fmt: skip
    held = held_to(arrays, pairs, np.array([1.5, 3.0, 1.25, 5.0, -1.0]))
    assert held["scores_en"].tolist() == [1.5, 1.25, -np.inf]  # what a guard objects to stays out
    assert held["scores_zh"].tolist() == [1.0, 0.0]
    assert arrays["scores_en"].tolist() == [2.0, 1.0, -np.inf]


def test_what_scores_certify_is_noted_by_language() -> None:
    arrays = {
        "scores_en": np.array([3.0] * 10 + [0.0] * 400, np.float32), "same_en": np.array([True] * 10 + [False] * 400),
        "scores_zh": np.array([3.0, 0.0], np.float32), "same_zh": np.array([True, False]),
    }  # fmt: skip
    noted = certified(arrays)["cross_fitted_at_bound_0.01"]
    assert isinstance(noted, dict)
    assert (noted["en"]["pairs"], noted["en"]["same"], noted["en"]["false_hits"]) == (410, 10, 0)
    assert noted["en"]["hit_rate"] == noted["en"]["auc_guarded"] == 1.0
    assert (noted["zh"]["threshold"], noted["zh"]["hit_rate"]) == (None, 0.0)  # one different pair certifies nothing

"""Training the verifier on a handful of pairs."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from assistant.faq import train, verifier
from assistant.faq.features import BUCKETS, WORDS, bucket
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

"""The trained judge of "same question?"."""

from __future__ import annotations

import hashlib
import io
import json
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.faq import guards, issuing, verifier
from assistant.faq.verifier import FILE, FOLDER, NOTE, Question, WeightsDamaged
from retrieval.protocols import Encoder
from tests.unit.assistant.faq import pairs
from tests.unit.assistant.faq.pairs import Written


def test_the_weights_are_the_ones_whose_training_is_noted() -> None:
    note = json.loads((FOLDER / NOTE).read_text(encoding="utf-8"))
    assert hashlib.sha256((FOLDER / FILE).read_bytes()).hexdigest() == note["sha256"]
    assert note["command"].startswith("python -m assistant.faq.train")
    assert set(note["sources"]) <= {"banking77", "cmedqq", "hwu64", "medquad", "meqsum"}


def test_weights_that_were_changed_are_refused(tmp_path: Path) -> None:
    (tmp_path / NOTE).write_text((FOLDER / NOTE).read_text())
    (tmp_path / FILE).write_bytes((FOLDER / FILE).read_bytes() + b"\0")
    with pytest.raises(WeightsDamaged, match="checksum"):
        verifier.load(tmp_path)


def scored(written: list[Written], encoder: Encoder) -> Iterator[tuple[Written, float]]:
    texts = sorted({text for pair in written for text in (pair.a, pair.b)})
    vectors = encoder.encode_questions(texts)
    ready = {text: verifier.question(text, vector) for text, vector in zip(texts, vectors, strict=True)}
    for pair in written:
        yield pair, float(verifier.shipped().score(ready[pair.a], [ready[pair.b]])[0])


@pytest.fixture(scope="module")
def authored(encoder: Encoder) -> list[tuple[Written, bool]]:
    """Every written pair and whether it would be served by the shipped certificates."""
    least = {language: issuing.shipped(language).threshold for language in ("zh", "en")}
    found = []
    for pair, score in scored([*pairs.swaps(), *pairs.paraphrases()], encoder):
        threshold = least[pair.language]
        reached = threshold is not None and score >= threshold
        found.append((pair, reached and guards.conflict(pair.a, pair.b) is None))
    return found


def test_no_authored_swap_is_served_at_the_shipped_certificate(authored: list[tuple[Written, bool]]) -> None:
    swaps = {(pair.a, pair.b) for pair in pairs.swaps()}
    assert [pair for pair, served in authored if served and (pair.a, pair.b) in swaps] == []


@pytest.mark.parametrize("language", ["zh", "en"])
def test_some_authored_paraphrases_are_served_at_the_shipped_certificate(
    authored: list[tuple[Written, bool]], language: str, record_property: Callable[[str, object], None]
) -> None:
    paraphrases = {(pair.a, pair.b) for pair in pairs.paraphrases()}
    served = [hit for pair, hit in authored if pair.language == language and (pair.a, pair.b) in paraphrases]
    rate = sum(served) / len(served)
    record_property(f"paraphrases_served_{language}", rate)
    assert rate >= LEAST_SERVED[language]


LEAST_SERVED = {"zh": 0.7, "en": 0.6}
"""Measured: 0.763 of 156 and 0.673 of 150."""


def test_closer_vectors_and_more_in_common_never_speak_against_a_pair() -> None:
    judge, words = verifier.shipped(), verifier.features.WORDS
    width = (len(judge.middle) - words) // 2
    for place, sign in enumerate((*verifier.features.SIGNS, *[1] * width, *[-1] * width)):
        assert (sign * judge.heads[:, place] >= 0).all(), place


def test_on_sets_it_has_not_learnt_from_it_comes_near_the_cosine() -> None:
    note = json.loads((FOLDER / NOTE).read_text(encoding="utf-8"))
    for source, area in note["sets_left_out"].items():
        assert area["verifier"] >= area["cosine"] - 0.03, source


@pytest.mark.slow  # a time: it says something on a machine that does nothing else
def test_verifier_and_guards_take_at_most_two_milliseconds_a_pair(encoder: Encoder) -> None:
    written = pairs.paraphrases()[:100]
    vectors = encoder.encode_questions([pair.a for pair in written])
    judge, seconds = verifier.shipped(), []
    for pair, vector in zip(written, vectors, strict=True):
        began = time.process_time()
        judge.score_pair(pair.a, pair.b, vector, vector)
        guards.conflict(pair.a, pair.b)
        seconds.append(time.process_time() - began)
    assert sorted(seconds)[len(seconds) // 2] <= 0.002


def test_a_pair_that_taught_the_verifier_is_scored_by_a_head_that_has_not_seen_it(tmp_path: Path) -> None:
    dimension, a, b = 4, "Is it free?", "Does it cost anything?"
    width = verifier.features.WORDS + 2 * dimension
    heads = np.zeros((3, width + 1), np.float32)
    heads[:, -1] = [0.0, 10.0, 20.0]
    arrays = {
        "heads": heads,
        "middle": np.zeros(width, np.float32),
        "spread": np.ones(width, np.float32),
        "rarity": np.ones(verifier.features.BUCKETS, np.float16),
        "learnt": np.array([verifier.pair_name(a, b)], np.uint64),
        "folds": np.array([1], np.uint8),
    }
    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    (tmp_path / FILE).write_bytes(buffer.getvalue())
    (tmp_path / NOTE).write_text(json.dumps({"sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}))
    judge, vector = verifier.load(tmp_path), np.ones(dimension, np.float32)
    assert judge.score_pair(b.upper(), a, vector, vector) == 20.0
    assert judge.score_pair(a, "What does it cost?", vector, vector) == 0.0
    assert judge.knows(a, b)
    assert not judge.knows(a, "What does it cost?")


def test_no_other_question_no_score() -> None:
    asked = verifier.question("Is it free?", np.ones(4, np.float32))
    assert verifier.shipped().score(asked, []).shape == (0,)


def copy_of_the_weights(folder: Path) -> bytes:
    (folder / NOTE).write_bytes((FOLDER / NOTE).read_bytes())
    return (FOLDER / FILE).read_bytes()


@settings(max_examples=15)
@given(st.floats(0, 1, exclude_max=True), st.integers(1, 255))
def test_weights_with_any_byte_changed_are_refused(place: float, change: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = bytearray(copy_of_the_weights(folder))
        data[int(place * len(data))] ^= change
        (folder / FILE).write_bytes(data)
        with pytest.raises(WeightsDamaged, match=FILE):
            verifier.load(folder)


@pytest.mark.parametrize("left", [0, 1, 1000])
def test_weights_that_were_cut_off_are_refused_before_they_are_read(tmp_path: Path, left: int) -> None:
    (tmp_path / FILE).write_bytes(copy_of_the_weights(tmp_path)[:left])
    with pytest.raises(WeightsDamaged, match="checksum"):
        verifier.load(tmp_path)


def test_right_weights_beside_the_note_of_others_are_refused(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(copy_of_the_weights(tmp_path))
    assert verifier.load(tmp_path).checksum == verifier.shipped().checksum
    (tmp_path / NOTE).write_text(json.dumps({"sha256": "0" * 64}))
    with pytest.raises(WeightsDamaged, match="000000000000"):
        verifier.load(tmp_path)


def test_a_checksum_does_not_buy_pickled_objects_their_way_in(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    np.savez(buffer, heads=np.array([{"a": 1}], object))
    (tmp_path / FILE).write_bytes(buffer.getvalue())
    (tmp_path / NOTE).write_text(json.dumps({"sha256": hashlib.sha256(buffer.getvalue()).hexdigest()}))
    with pytest.raises(ValueError, match="pickle"):
        verifier.load(tmp_path)


def test_the_shipped_arrays_fit_each_other() -> None:
    judge = verifier.shipped()
    assert (np.diff(judge.learnt.astype(object)) > 0).all()  # the look-up of learnt pairs is a binary search
    assert len(judge.learnt) == len(judge.folds)
    assert int(judge.folds.max()) + 2 == len(judge.heads)
    assert judge.heads.shape[1] == len(judge.middle) + 1 == len(judge.spread) + 1
    assert (judge.spread > 0).all()


QUESTIONS = ["How do I pay?", "Ways to pay?", "Where is my parcel?", "怎么开发票", "发票怎么开", "退货要多久"]


def prepared() -> list[Question]:
    width = (len(verifier.shipped().middle) - verifier.features.WORDS) // 2
    rows = np.random.default_rng(1).normal(size=(len(QUESTIONS), width)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    return [verifier.question(text, row) for text, row in zip(QUESTIONS, rows, strict=True)]


def test_a_score_depends_neither_on_the_order_of_a_pair_nor_on_who_else_is_judged() -> None:
    judge, ready = verifier.shipped(), prepared()
    together = np.stack([judge.score(asked, ready) for asked in ready])
    np.testing.assert_allclose(together, together.T, rtol=1e-12)
    alone = [[float(judge.score(a, [b])[0]) for b in ready] for a in ready]
    np.testing.assert_allclose(together, alone, rtol=1e-12)
    assert len(set(together[0].round(6))) == len(QUESTIONS)


@given(st.sampled_from(QUESTIONS), st.sampled_from(QUESTIONS))
def test_a_pair_has_one_name_whatever_its_order_case_and_width(a: str, b: str) -> None:
    name = verifier.pair_name(a, b)
    assert name == verifier.pair_name(b, a) == verifier.pair_name(f" {b.upper()}", a.replace("?", "？"))
    assert (name == verifier.pair_name(a, a)) == (a == b)


def test_of_another_encoders_vectors_it_knows_nothing_and_says_so() -> None:
    asked = verifier.question("How long is the warranty?", np.ones(64, np.float32) / 8)
    other = verifier.question("What is the warranty?", np.ones(64, np.float32) / 8)
    assert verifier.shipped().score(asked, [other, other]).tolist() == [-np.inf, -np.inf]


class Shifts:
    """A correction that adds the first feature of words to the score."""

    def __init__(self) -> None:
        self.names: list[np.uint64] = []

    def corrected(self, scores: np.ndarray, words: np.ndarray, names: list[np.uint64] | None = None) -> np.ndarray:
        self.names = list(names or [])
        return scores + words[:, 0]


def test_a_tenants_own_correction_is_told_the_score_the_features_and_the_names_of_the_pairs() -> None:
    judge, ready, own = verifier.shipped(), prepared(), Shifts()
    scores, words = judge.seen(ready[0], ready[1:])
    assert words.shape == (len(ready) - 1, verifier.features.WORDS)
    np.testing.assert_allclose(judge.score(ready[0], ready[1:]), scores)
    np.testing.assert_allclose(judge.score(ready[0], ready[1:], own), scores + words[:, 0])
    assert own.names == [verifier.pair_name(ready[0].text, other.text) for other in ready[1:]]


@pytest.mark.parametrize(("name", "head"), [(3, 1), (5, 2), (9, 1), (4, 0), (99, 0), (0, 0)])
def test_a_learnt_pair_is_found_by_its_name_and_judged_by_the_head_of_its_fold(name: int, head: int) -> None:
    learnt, folds = np.array([3, 5, 9], np.uint64), np.array([0, 1, 0], np.uint8)
    assert verifier.known_by(learnt, folds, np.uint64(name)) == head

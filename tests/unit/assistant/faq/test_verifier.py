"""The trained judge of "same question?"."""

from __future__ import annotations

import hashlib
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.faq import guards, issuing, verifier
from assistant.faq.verifier import FILE, FOLDER, NOTE, WeightsDamaged
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


LEAST_SERVED = {"zh": 0.55, "en": 0.5}
"""Measured: 0.635 of 156 and 0.553 of 150."""


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

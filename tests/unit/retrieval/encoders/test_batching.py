from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from retrieval.encoders.batching import BatchingEncoder
from retrieval.protocols import Encoder
from retrieval.types import Vectors
from tests.unit.retrieval.conftest import HashingEncoder


class Watched(HashingEncoder):
    """Remembers the batches it was given; can be held back, and can fail."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.fails_with: Exception | None = None

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        self.gate.wait(10)
        self.batches.append(list(texts))
        if self.fails_with is not None:
            raise self.fails_with
        return super().encode_questions(texts)


@pytest.fixture
def inner() -> Watched:
    return Watched()


@pytest.fixture
def batching(inner: Watched) -> Iterator[BatchingEncoder]:
    encoder = BatchingEncoder(inner, max_batch=4, max_wait_ms=5)
    yield encoder
    inner.gate.set()
    encoder.close()


def hold_then_submit(inner: Watched, batching: BatchingEncoder, *texts: str) -> list[object]:
    """Submit while the encoder is busy with another question, so that `texts` wait together."""
    inner.gate.clear()
    busy = batching.submit_question("busy")
    while batching._waiting:
        time.sleep(0.001)
    futures = [batching.submit_question(text) for text in texts]
    inner.gate.set()
    busy.result(10)
    return [future.result(10) for future in futures]


def test_it_is_an_encoder_like_the_one_inside(inner: Watched, batching: BatchingEncoder) -> None:
    assert isinstance(batching, Encoder)
    assert (batching.name, batching.dimension) == (inner.name, inner.dimension)
    assert batching.count_tokens(["a b", ""]) == inner.count_tokens(["a b", ""])
    np.testing.assert_array_equal(batching.encode_passages(["x"]), inner.encode_passages(["x"]))


def test_a_question_gets_its_own_vector(inner: Watched, batching: BatchingEncoder) -> None:
    for text in ("refund", "退款", ""):
        np.testing.assert_allclose(
            batching.submit_question(text).result(10), HashingEncoder().encode_questions([text])[0], rtol=1e-6
        )


def test_questions_that_wait_together_are_encoded_together(inner: Watched, batching: BatchingEncoder) -> None:
    hold_then_submit(inner, batching, "a", "b", "c")
    assert inner.batches == [["busy"], ["a", "b", "c"]]


def test_no_batch_is_larger_than_allowed(inner: Watched, batching: BatchingEncoder) -> None:
    vectors = hold_then_submit(inner, batching, *"abcdefghij")
    assert max(len(batch) for batch in inner.batches) == 4
    np.testing.assert_allclose(np.stack(vectors), HashingEncoder().encode_questions(list("abcdefghij")), rtol=1e-6)


def test_equal_questions_share_one_computation(inner: Watched, batching: BatchingEncoder) -> None:
    vectors = hold_then_submit(inner, batching, "same", "same", "other", "same")
    assert inner.batches[1] == ["same", "other"]
    np.testing.assert_array_equal(vectors[0], vectors[3])


def test_what_was_asked_before_is_remembered(inner: Watched, batching: BatchingEncoder) -> None:
    first = batching.submit_question("a").result(10)
    again = batching.submit_question("a")
    assert again.done()
    np.testing.assert_array_equal(again.result(), first)
    assert inner.batches == [["a"]]


def test_the_memory_is_bounded_and_forgets_the_oldest(inner: Watched) -> None:
    encoder = BatchingEncoder(inner, memo=2)
    for text in ("a", "b", "a", "c", "a", "b"):
        encoder.submit_question(text).result(10)
    encoder.close()
    assert [text for batch in inner.batches for text in batch] == ["a", "b", "c", "b"]


def test_a_memory_of_nothing_is_allowed(inner: Watched) -> None:
    encoder = BatchingEncoder(inner, memo=0)
    for _ in range(2):
        encoder.submit_question("a").result(10)
    encoder.close()
    assert inner.batches == [["a"], ["a"]]


def test_nobody_can_spoil_a_remembered_vector(batching: BatchingEncoder) -> None:
    vector = batching.submit_question("a").result(10)
    with pytest.raises(ValueError, match="read-only"):
        vector[0] = 9.0


def test_an_error_reaches_those_who_wait_and_the_next_question_works(inner: Watched, batching: BatchingEncoder) -> None:
    inner.fails_with = RuntimeError("out of memory")
    with pytest.raises(RuntimeError, match="out of memory"):
        batching.submit_question("a").result(10)
    inner.fails_with = None
    assert batching.submit_question("a").result(10).shape == (inner.dimension,)


def test_cancelling_one_leaves_the_others_alone(inner: Watched, batching: BatchingEncoder) -> None:
    inner.gate.clear()
    busy = batching.submit_question("busy")
    while batching._waiting:
        time.sleep(0.001)
    one, other, alone = (batching.submit_question(text) for text in ("same", "same", "alone"))
    assert one.cancel()
    assert alone.cancel()
    inner.gate.set()
    busy.result(10)
    assert other.result(10).shape == (inner.dimension,)
    batching.close()
    assert inner.batches == [["busy"], ["same"]]


def test_many_texts_at_once_come_back_in_order(batching: BatchingEncoder) -> None:
    texts = [f"text {number % 7}" for number in range(40)]
    np.testing.assert_allclose(batching.encode_questions(texts), HashingEncoder().encode_questions(texts), rtol=1e-6)
    assert batching.encode_questions([]).shape == (0, batching.dimension)


def test_closing_finishes_what_waits_and_refuses_what_comes_later(inner: Watched) -> None:
    encoder = BatchingEncoder(inner)
    futures = [encoder.submit_question(str(number)) for number in range(20)]
    encoder.close()
    assert all(future.done() for future in futures)
    with pytest.raises(RuntimeError, match="closed"):
        encoder.submit_question("late")


def test_closing_before_the_first_question_is_fine(inner: Watched) -> None:
    BatchingEncoder(inner).close()
    assert inner.batches == []


def test_a_hundred_threads_get_their_own_answers(inner: Watched) -> None:
    encoder = BatchingEncoder(inner, max_batch=16)
    wrong: list[str] = []

    def ask(number: int) -> None:
        text = f"question {number}"
        expected = HashingEncoder().encode_questions([text])[0]
        if not np.allclose(encoder.submit_question(text).result(30), expected):
            wrong.append(text)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    encoder.close()
    assert wrong == []


async def test_async_callers_await_the_future(batching: BatchingEncoder) -> None:
    texts = [f"question {number}" for number in range(10)]
    vectors = await asyncio.gather(*(asyncio.wrap_future(batching.submit_question(text)) for text in texts))
    np.testing.assert_allclose(np.stack(vectors), HashingEncoder().encode_questions(texts), rtol=1e-6)


async def test_an_async_caller_that_goes_away_does_no_harm(inner: Watched, batching: BatchingEncoder) -> None:
    inner.gate.clear()
    task = asyncio.ensure_future(asyncio.wrap_future(batching.submit_question("gone")))
    await asyncio.sleep(0.02)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    inner.gate.set()
    vector = await asyncio.wrap_future(batching.submit_question("next"))
    assert vector.shape == (inner.dimension,)

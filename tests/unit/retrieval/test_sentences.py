from __future__ import annotations

import numpy as np
import pytest

from retrieval.sentences import (
    MOST_SENTENCES,
    encode_sentences,
    has_sentences,
    pack,
    quantise,
    restore,
    sentences_of,
    unpack,
)
from tests.unit.retrieval.conftest import HashingEncoder, MakeChunk


def unit(rows: int, dimension: int = 384, seed: int = 0) -> np.ndarray:
    vectors = np.random.default_rng(seed).normal(size=(rows, dimension)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_the_title_is_a_sentence_and_both_languages_are_cut(make_chunk: MakeChunk) -> None:
    chunk = make_chunk("退款需要五天。运费不退！ Ask Dr. Smith. He knows.", title="Refunds", headings=("Fees",))
    assert sentences_of(chunk) == ["Refunds > Fees", "退款需要五天。", "运费不退！", "Ask Dr. Smith.", "He knows."]


def test_a_table_of_many_lines_is_put_together(make_chunk: MakeChunk) -> None:
    found = sentences_of(make_chunk("\n".join(f"row {number}" for number in range(100)), title=""))
    assert len(found) <= MOST_SENTENCES
    assert " ".join(found).split() == [word for number in range(100) for word in ("row", str(number))]


def test_each_chunk_gets_its_own_sentences(hashing: HashingEncoder, make_chunk: MakeChunk) -> None:
    chunks = [make_chunk("One thing. Another thing.", title=""), make_chunk("A third.", title="")]
    first, second = encode_sentences(chunks, hashing)
    assert (first.shape, second.shape) == ((2, hashing.dimension), (1, hashing.dimension))
    np.testing.assert_allclose(restore(second), hashing.encode_passages(["A third."]), atol=0.01)
    assert list(encode_sentences([], hashing)) == []


def test_codes_keep_cosines() -> None:
    vectors = unit(200)
    back = restore(quantise(vectors))
    np.testing.assert_allclose(np.linalg.norm(back, axis=1), 1.0, atol=1e-5)
    assert np.abs(vectors @ vectors.T - back @ back.T).max() < 0.005
    assert quantise(np.zeros((1, 4), np.float32)).tolist() == [[0, 0, 0, 0]]


@pytest.mark.parametrize("count", [0, 1, 24])
def test_what_was_packed_is_unpacked(count: int) -> None:
    vector, codes = unit(1)[0], quantise(unit(count, seed=1)) if count else np.empty((0, 384), np.int8)
    data = pack(vector, codes)
    back, same = unpack(data)
    assert has_sentences(data)
    assert same is not None
    np.testing.assert_array_equal(same, codes)
    np.testing.assert_allclose(back, vector, atol=1e-3)


def test_a_row_written_before_there_were_sentences_is_read() -> None:
    vector = unit(1)[0]
    data = vector.astype("<f2").tobytes()
    assert data == pack(vector)
    assert not has_sentences(data)
    back, none = unpack(data)
    assert none is None
    assert np.linalg.norm(back) == pytest.approx(1.0)


def test_bytes_that_do_not_add_up_are_refused() -> None:
    data = pack(unit(1)[0], quantise(unit(3)))
    with pytest.raises(ValueError, match="3 sentences"):
        unpack(data[1:])

"""The native arithmetic against ONNX Runtime, on the real weights."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from retrieval.encoders.native.engine import Engine, Shape, Tensors, rounded
from retrieval.encoders.native.errors import NativeUnavailable
from retrieval.encoders.onnx import OnnxEncoder

TEXTS = (
    "",
    "a",
    "退款",
    "How do I reset my password?",
    "如何重置我的密码？我找了半天也没找到在哪里。",
    "Can I return an item that I bought abroad, without the box, as a gift, after four weeks? " * 3,
    "订单 12345 的发票什么时候能开出来，能不能改抬头？" * 6,
    "word " * 600,
)


@pytest.fixture(scope="module")
def tokens(encoder_dir: Path) -> list[list[int]]:
    tokenizer = OnnxEncoder(encoder_dir)
    rows = tokenizer._tokenizer.encode_batch([f"query: {text}" for text in TEXTS])
    return [tokenizer._truncated(row.ids) for row in rows]


def test_vectors_are_as_near_to_float32_as_those_of_onnx_runtime(
    engine: Engine, encoder_dir: Path, tokens: list[list[int]]
) -> None:
    exact, export = (OnnxEncoder(encoder_dir, file=f"onnx/{file}.onnx") for file in ("model", "model_int8"))
    truth, theirs = (np.concatenate([one._engine.run([text]) for text in tokens]) for one in (exact, export))
    ours = engine.run(tokens)
    near, their_near = np.sum(ours * truth, axis=1), np.sum(theirs * truth, axis=1)
    assert near.min() > 0.998
    assert near.mean() > their_near.mean() - 1e-4
    assert np.sum(ours * theirs, axis=1).min() > 0.998


def test_vectors_have_length_one(engine: Engine, tokens: list[list[int]]) -> None:
    found = engine.run(tokens)
    assert (found.shape, found.dtype) == ((len(tokens), engine.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-5)


def test_a_vector_does_not_depend_on_its_company_to_the_last_bit(engine: Engine, tokens: list[list[int]]) -> None:
    alone = np.concatenate([engine.run([text]) for text in tokens])
    assert np.array_equal(engine.run(tokens), alone)
    assert np.array_equal(engine.run(tokens[::-1]), alone[::-1])


def test_tiles_and_vectors_of_the_processor_give_the_same_bits(
    engine: Engine, encoder_dir: Path, library: Path, tokens: list[list[int]]
) -> None:
    without = Engine(encoder_dir, library, tiles=False)
    assert not without.tiles
    assert np.array_equal(without.run(tokens), engine.run(tokens))


@pytest.mark.parametrize("count", [1, 2, 15, 16, 17, 31, 32, 33, 48, 49, 64, 65])
def test_every_number_of_tokens_around_a_tile_is_computed(
    engine: Engine, encoder_dir: Path, count: int, tokens: list[list[int]]
) -> None:
    text = tokens[-1][:count]
    theirs = OnnxEncoder(encoder_dir)._engine.run([text])[0] if count in {1, 17, 33} else None
    found = engine.run([text, tokens[3]])
    assert np.array_equal(found[0], engine.run([text])[0])
    assert theirs is None or float(found[0] @ theirs) > 0.998


def test_threads_share_one_engine(engine: Engine, tokens: list[list[int]]) -> None:
    expected = engine.run(tokens)
    wrong: list[int] = []

    def ask(number: int) -> None:
        found = [engine.run(tokens[number : number + 3]) for _ in range(5)]
        wrong.extend(number for one in found if not np.array_equal(one, expected[number : number + 3]))

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_nothing_in_nothing_out(engine: Engine) -> None:
    assert engine.run([]).shape == (0, engine.dimension)


@given(arrays(np.float32, (4, 64), elements=st.floats(-1e6, 1e6, width=32)))
def test_rounding_is_within_half_a_step_of_the_largest(matrix: np.ndarray) -> None:
    weights, scales = rounded(matrix)
    assert weights.min() >= -127
    step = np.abs(matrix).max(axis=1, keepdims=True) / 127
    assert (np.abs(weights * scales[:, None] - matrix) <= step * 0.501 + 1e-9).all()


def _config(folder: Path, **other: object) -> Path:
    bert = {"model_type": "bert", "hidden_act": "gelu", "hidden_size": 384, "intermediate_size": 1536}
    sizes = {"num_attention_heads": 12, "num_hidden_layers": 12, "layer_norm_eps": 1e-12}
    (folder / "config.json").write_text(json.dumps({**bert, **sizes, **other}))
    return folder


def test_the_shape_is_read(tmp_path: Path) -> None:
    assert Shape.of(_config(tmp_path)) == Shape(384, 1536, 12, 12, 1e-12)


@pytest.mark.parametrize(
    "other",
    [{"model_type": "t5"}, {"hidden_act": "relu"}, {"num_attention_heads": 6}, {"intermediate_size": 1000}],
)
def test_another_architecture_is_left_to_onnx_runtime(tmp_path: Path, other: dict[str, object]) -> None:
    with pytest.raises(NativeUnavailable):
        Shape.of(_config(tmp_path, **other))


def _safetensors(path: Path, facts: dict[str, object], data: bytes) -> Path:
    head = json.dumps(facts).encode()
    path.write_bytes(len(head).to_bytes(8, "little") + head + data)
    return path


def test_tensors_are_read_where_they_lie(tmp_path: Path) -> None:
    values = np.arange(6, dtype="<f4")
    fact = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    tensors = Tensors(_safetensors(tmp_path / "m.safetensors", {"__metadata__": {}, "a": fact}, values.tobytes()))
    assert list(tensors) == ["a"]
    assert len(tensors) == 1
    assert tensors["a"].tolist() == [[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]


@pytest.mark.parametrize("dtype", ["F16", None])
def test_a_tensor_that_is_missing_or_of_another_kind_is_named(tmp_path: Path, dtype: str | None) -> None:
    facts = {"a": {"dtype": dtype, "shape": [1], "data_offsets": [0, 2]}} if dtype else {}
    tensors = Tensors(_safetensors(tmp_path / "m.safetensors", facts, b"\0\0"))
    with pytest.raises(NativeUnavailable, match="float32 a"):
        tensors["a"]


@pytest.mark.parametrize("content", [None, b"", b"\xff" * 8 + b"no JSON"])
def test_a_file_that_is_none_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "model.safetensors"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(NativeUnavailable, match=r"model\.safetensors cannot be read"):
        Tensors(path)


def test_a_library_that_is_none_is_named(encoder_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "encoder.so"
    path.write_bytes(b"no library")
    with pytest.raises(NativeUnavailable, match="delete it"):
        Engine(encoder_dir, path)

"""Which engine computes, and that it makes no difference to an index."""

from __future__ import annotations

import importlib.util
import logging
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders import engine
from retrieval.encoders.engine import BF16, INT8, open_engine
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.errors import EncoderUnavailable

WITH_AMX = "processor : 0\nflags\t\t: fpu sse amx_tile amx_bf16 amx_int8\n"
WITHOUT = "processor : 0\nflags\t\t: fpu sse avx512_bf16 avx512_vnni\nmodel name : amx_bf16 lookalike\n"
needs_openvino = pytest.mark.skipif(importlib.util.find_spec("openvino") is None, reason="OpenVINO is not installed")
TEXTS = ["如何重置我的密码？", "how do I reset my password", "退款需要几天", "refund " * 90, "a", "字" * 700, ""]


@pytest.fixture
def folder(tmp_path: Path, encoder_dir: Path) -> Path:
    """An encoder's folder whose files a test may replace."""
    (tmp_path / "onnx").mkdir()
    for name in (INT8, BF16, "tokenizer.json"):
        (tmp_path / name).symlink_to(encoder_dir / name)
    return tmp_path


@pytest.fixture
def processor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A processor with AMX, as Linux describes it; a test may write another one."""
    facts = tmp_path / "cpuinfo"
    facts.write_text(WITH_AMX)
    monkeypatch.setattr(engine, "_CPU_FACTS", facts)
    return facts


@pytest.fixture(scope="module")
def int8(encoder_dir: Path) -> OnnxEncoder:
    return OnnxEncoder(encoder_dir, engine="onnxruntime")


@pytest.fixture(scope="module")
def bf16(encoder_dir: Path) -> OnnxEncoder:
    return OnnxEncoder(encoder_dir, engine="openvino")


@pytest.mark.parametrize(("facts", "there"), [(WITH_AMX, True), (WITHOUT, False), ("", False)])
def test_amx_is_read_from_the_flags_of_the_processor(processor: Path, facts: str, there: bool) -> None:
    processor.write_text(facts)
    assert engine.has_amx_bf16() is there


def test_a_system_that_describes_no_processor_has_no_amx(processor: Path) -> None:
    processor.unlink()
    assert not engine.has_amx_bf16()


@needs_openvino
def test_a_processor_with_amx_computes_in_bfloat16(folder: Path, processor: Path) -> None:
    assert open_engine(folder).label == "openvino model_bf16"


def test_without_amx_onnx_runtime_computes(folder: Path, processor: Path) -> None:
    processor.write_text(WITHOUT)
    assert open_engine(folder).label == "onnxruntime model_int8"


def test_an_encoder_converted_before_the_form_existed_stays_with_onnx_runtime(folder: Path, processor: Path) -> None:
    (folder / BF16).unlink()
    assert open_engine(folder).label == "onnxruntime model_int8"


def test_an_installation_without_openvino_stays_with_onnx_runtime(
    folder: Path, processor: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    assert open_engine(folder).label == "onnxruntime model_int8"


@needs_openvino
def test_a_damaged_form_is_no_reason_to_stand_still(
    folder: Path, processor: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (folder / BF16).unlink()
    (folder / BF16).write_bytes(b"not a model")
    with caplog.at_level(logging.WARNING, "retrieval"):
        assert open_engine(folder).label == "onnxruntime model_int8"
    assert "encoder.engine.fallback" in caplog.text
    with pytest.raises(EncoderUnavailable, match="fetch it again"):
        open_engine(folder, "openvino")


def test_asked_for_by_name_a_missing_form_is_an_error_that_says_what_to_do(folder: Path) -> None:
    (folder / BF16).unlink()
    with pytest.raises(EncoderUnavailable, match=r"model_bf16\.onnx is missing.*ENCODER_ENGINE=onnxruntime"):
        open_engine(folder, "openvino")


def test_asked_for_by_name_a_missing_library_is_an_error_that_says_what_to_do(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(EncoderUnavailable, match="pip install openvino"):
        open_engine(folder, "openvino")


def test_an_engine_that_nobody_knows_is_refused(folder: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="auto, openvino, onnxruntime"):
        open_engine(folder, "abacus")  # type: ignore[arg-type]


@needs_openvino
def test_both_engines_keep_vectors_of_one_index(int8: OnnxEncoder, bf16: OnnxEncoder) -> None:
    assert int8.name == bf16.name
    assert int8.dimension == bf16.dimension
    assert int8.engine != bf16.engine
    for ours, theirs in (
        (int8.encode_questions(TEXTS), bf16.encode_questions(TEXTS)),
        (int8.encode_passages(TEXTS), bf16.encode_passages(TEXTS)),
    ):
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        assert (np.sum(ours * theirs, axis=1) > 0.998).all()


@needs_openvino
def test_bfloat16_is_nearer_to_float32_than_int8(encoder_dir: Path, int8: OnnxEncoder, bf16: OnnxEncoder) -> None:
    exact = OnnxEncoder(encoder_dir, file="onnx/model.onnx").encode_passages(TEXTS)
    far_off = {name: 1 - np.sum(exact * own.encode_passages(TEXTS), axis=1).min() for name, own in
               (("int8", int8), ("bf16", bf16))}  # fmt: skip
    assert far_off["bf16"] < 1e-3  # 2e-5 where the processor multiplies in bfloat16
    assert far_off["bf16"] <= far_off["int8"]


@needs_openvino
def test_calls_side_by_side_do_not_mix_their_texts(bf16: OnnxEncoder) -> None:
    texts = [f"text number {number} " * (number % 5 + 1) for number in range(12)]
    expected = bf16.encode_questions(texts)
    wrong: list[str] = []

    def ask(number: int) -> None:
        vectors = [bf16.encode_questions([texts[number]])[0] for _ in range(5)]
        wrong.extend(texts[number] for vector in vectors if float(vector @ expected[number]) < 0.9995)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(len(texts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


@needs_openvino
def test_several_streams_give_each_text_its_own_vector(encoder_dir: Path, bf16: OnnxEncoder) -> None:
    two = OnnxEncoder(encoder_dir, threads=2, engine="openvino")
    texts = [f"passage number {number} " + "word " * (number * 7 % 90) for number in range(40)]
    assert (np.sum(two.encode_passages(texts) * bf16.encode_passages(texts), axis=1) > 0.9995).all()

"""The engine that every processor has."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders.engine_onnxruntime import OnnxRuntimeEngine
from retrieval.errors import EncoderUnavailable


def test_it_embeds_tokens_as_unit_rows_and_leaves_padding_out(encoder_dir: Path) -> None:
    engine = OnnxRuntimeEngine(encoder_dir / "onnx" / "model_int8.onnx")
    ids = np.array([[0, 87, 2], [0, 87, 2]], np.int64)
    padded = np.array([[0, 87, 2, 5, 9], [0, 87, 2, 1, 1]], np.int64)
    mask = np.array([[1, 1, 1, 0, 0]] * 2, np.int64)
    plain = engine.run(ids, np.ones_like(ids))
    assert plain.shape == (2, engine.dimension)
    np.testing.assert_allclose(np.linalg.norm(plain, axis=1), 1.0, atol=1e-5)
    np.testing.assert_allclose(engine.run(padded, mask), plain, atol=1e-4)


def test_a_file_that_is_no_graph_is_said_to_be_broken(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"\x00" * 100)
    with pytest.raises(EncoderUnavailable, match="fetch it again"):
        OnnxRuntimeEngine(tmp_path / "model.onnx")

"""Which encoder a service gets: the compiled one where it can be, ONNX Runtime everywhere else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders import quickest as chooser
from retrieval.encoders.native import build
from retrieval.encoders.native.engine import Engine
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.errors import EncoderUnavailable

quickest = chooser.quickest


def test_an_index_made_with_one_is_searched_with_the_other(encoder_dir: Path) -> None:
    if build.missing():
        pytest.skip("this processor has no AVX-512 VNNI")
    native, export = quickest(encoder_dir, threads=2), OnnxEncoder(encoder_dir)
    assert isinstance(native._engine, Engine)
    assert (native.name, native.dimension) == (export.name, export.dimension)
    texts = ["How do I return an item?", "怎么退货？", "Where is my parcel?", "包裹到哪里了？"]
    nearest = (native.encode_questions(texts) @ export.encode_questions(texts).T).argmax(axis=1)
    assert nearest.tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize("lacks", ["processor", "compiler", "cache"])
def test_without_what_it_needs_onnx_runtime_serves(
    encoder_dir: Path, tmp_path: Path, lacks: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    if lacks == "processor":
        monkeypatch.setattr(build, "NEEDS", frozenset({"no_such_instruction"}))
    elif lacks == "compiler":
        monkeypatch.setattr(build, "COMPILERS", ("no-such-compiler",))
    else:
        cache.write_text("a file")
    encoder = quickest(encoder_dir, cache=cache)
    assert not isinstance(encoder._engine, Engine)
    assert np.isfinite(encoder.encode_questions(["refund"])).all()


def test_a_folder_without_an_encoder_is_an_error_as_ever(tmp_path: Path) -> None:
    with pytest.raises((EncoderUnavailable, OSError)):
        quickest(tmp_path, cache=tmp_path)


def test_libraries_lie_beside_the_folder_of_models(tmp_path: Path) -> None:
    folder = tmp_path / "models" / "multilingual-e5-small" / "1-r3"
    assert chooser.kernels_of(folder) == tmp_path / "kernels"

"""The reference against the ONNX export. Loading torch takes a while; one encoder serves all tests here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders.onnx import OnnxEncoder
from retrieval.encoders.sentence_transformers import SentenceTransformersEncoder
from retrieval.errors import EncoderUnavailable
from retrieval.protocols import Encoder

TEXTS = ["refund policy", "退款政策", "how do I reset my password?", "如何重置密码？", "a longer text " * 30]


@pytest.fixture(scope="module")
def reference(encoder_dir: Path) -> SentenceTransformersEncoder:
    return SentenceTransformersEncoder(encoder_dir, device="cpu")


def test_it_is_an_encoder_of_unit_vectors(reference: SentenceTransformersEncoder) -> None:
    assert isinstance(reference, Encoder)
    vectors = reference.encode_passages(TEXTS)
    assert (vectors.shape, vectors.dtype) == ((len(TEXTS), reference.dimension), np.float32)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-4)


def test_the_full_export_agrees_with_the_reference(reference: SentenceTransformersEncoder, encoder_dir: Path) -> None:
    export = OnnxEncoder(encoder_dir, file="onnx/model.onnx")
    for mine, theirs in (
        (reference.encode_questions(TEXTS), export.encode_questions(TEXTS)),
        (reference.encode_passages(TEXTS), export.encode_passages(TEXTS)),
    ):
        assert (np.sum(mine * theirs, axis=1) > 0.9999).all()


def test_the_small_export_stays_near_the_reference(reference: SentenceTransformersEncoder, encoder: Encoder) -> None:
    assert (np.sum(reference.encode_passages(TEXTS) * encoder.encode_passages(TEXTS), axis=1) > 0.97).all()


def test_tokens_are_counted_alike(reference: SentenceTransformersEncoder, encoder: Encoder) -> None:
    assert reference.count_tokens(TEXTS) == encoder.count_tokens(TEXTS)
    assert reference.count_tokens([]) == []


def test_nothing_in_nothing_out(reference: SentenceTransformersEncoder) -> None:
    assert reference.encode_questions([]).shape == (0, reference.dimension)


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"modules\.json"):
        SentenceTransformersEncoder(tmp_path)

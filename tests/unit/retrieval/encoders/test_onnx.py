"""The real encoder; it is what the quality of search is asserted on."""

from __future__ import annotations

import shutil
import threading
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders.onnx import OnnxEncoder, _runs
from retrieval.errors import EncoderUnavailable
from retrieval.protocols import Encoder

PAIRS = [
    ("如何重置我的密码？", "您可以在登录页面点击“忘记密码”来重置密码。"),
    ("how do I reset my password", "Click “forgot password” on the sign-in page to set a new one."),
    ("What is the delivery fee?", "Shipping costs five euros for orders below fifty."),
    ("运费是多少？", "订单不满五十元时，运费为五元。"),
    ("Can I return an item?", "Items may be sent back within thirty days for a full refund."),
]


@pytest.fixture(scope="module")
def encoder(encoder_dir: Path) -> Encoder:
    """ONNX Runtime's, whatever this machine could compile."""
    return OnnxEncoder(encoder_dir)


def test_it_is_an_encoder_of_unit_vectors(encoder: Encoder) -> None:
    assert isinstance(encoder, Encoder)
    for vectors in (encoder.encode_questions(["a", "退款"]), encoder.encode_passages(["a", "退款"])):
        assert (vectors.shape, vectors.dtype) == ((2, encoder.dimension), np.float32)
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


def test_each_question_finds_its_passage(encoder: Encoder) -> None:
    questions = encoder.encode_questions([question for question, _ in PAIRS])
    passages = encoder.encode_passages([passage for _, passage in PAIRS])
    nearest = (questions @ passages.T).argmax(axis=1)
    assert sum(int(row) in ({0, 1} if number < 2 else {2, 3} if number < 4 else {4}) for number, row in
               enumerate(nearest)) == len(PAIRS)  # fmt: skip


def test_a_chinese_question_finds_the_english_passage(encoder: Encoder) -> None:
    question = encoder.encode_questions([PAIRS[0][0]])[0]
    passages = encoder.encode_passages([PAIRS[number][1] for number in (1, 2, 4)])
    assert int((passages @ question).argmax()) == 0


def test_a_vector_does_not_depend_on_its_company(encoder: Encoder) -> None:
    texts = ["short", "a much longer text " * 20, "退款政策", "middle sized text for once"]
    together = encoder.encode_passages(texts)
    alone = np.concatenate([encoder.encode_passages([text]) for text in texts])
    assert (np.sum(together * alone, axis=1) > 0.99).all()


def test_questions_and_passages_are_told_apart(encoder: Encoder) -> None:
    question, passage = encoder.encode_questions(["refund"])[0], encoder.encode_passages(["refund"])[0]
    assert float(question @ passage) < 0.9999


@pytest.mark.parametrize("text", ["", " ", "\x00", "😀" * 50, "word " * 3000, "字" * 3000])
def test_odd_texts_have_vectors_too(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode_passages([text])).all()


def test_nothing_in_nothing_out(encoder: Encoder) -> None:
    assert encoder.encode_questions([]).shape == (0, encoder.dimension)
    assert encoder.count_tokens([]) == []


def test_tokens_are_counted_without_prompt_ends_or_limit(encoder: Encoder) -> None:
    counts = encoder.count_tokens(["", "refund", "refund refund", "word " * 1000])
    assert counts[0] == 0
    assert counts[1] < counts[2]
    assert counts[3] >= 1000


def test_threads_share_one_encoder(encoder: Encoder) -> None:
    texts = [f"text number {number}" for number in range(6)]
    expected = [encoder.encode_questions([text])[0] for text in texts]
    wrong: list[str] = []

    def ask(number: int) -> None:
        vector = encoder.encode_questions([texts[number]])[0]
        if float(vector @ expected[number]) < 0.9999:
            wrong.append(texts[number])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


def test_the_name_tells_weights_apart(encoder_dir: Path, encoder: Encoder) -> None:
    name, _, digest = encoder.name.partition("@")
    assert name == encoder_dir.name
    assert len(digest) == 12


@pytest.mark.parametrize("missing", ["onnx/model_int8.onnx", "tokenizer.json"])
def test_a_missing_file_is_named(tmp_path: Path, missing: str) -> None:
    for name in ("onnx/model_int8.onnx", "tokenizer.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    (tmp_path / missing).unlink()
    with pytest.raises(EncoderUnavailable, match=missing):
        OnnxEncoder(tmp_path)


def test_broken_weights_are_said_to_be_broken(tmp_path: Path, encoder_dir: Path) -> None:
    shutil.copy(encoder_dir / "tokenizer.json", tmp_path)
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model_int8.onnx").write_bytes(b"not a model")
    with pytest.raises(EncoderUnavailable, match="fetch it again"):
        OnnxEncoder(tmp_path)


def test_a_broken_tokenizer_is_said_to_be_broken(tmp_path: Path, encoder_dir: Path) -> None:
    (tmp_path / "onnx").mkdir()
    (tmp_path / "onnx" / "model_int8.onnx").symlink_to(encoder_dir / "onnx" / "model_int8.onnx")
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderUnavailable, match="fetch it again"):
        OnnxEncoder(tmp_path)


def test_runs_side_by_side_give_each_text_its_own_vector(encoder: Encoder, encoder_dir: Path) -> None:
    texts = [f"passage number {number} " + "word " * (number * 7 % 90) for number in range(40)]
    two = OnnxEncoder(encoder_dir, threads=2)
    np.testing.assert_allclose(two.encode_passages(texts), encoder.encode_passages(texts), atol=1e-5)


def test_no_texts_have_no_vectors(encoder_dir: Path) -> None:
    two = OnnxEncoder(encoder_dir, threads=2)
    assert two.encode_passages([]).shape == (0, two.dimension)


@pytest.mark.parametrize("lengths", [[], [5], [512, 3, 512, 80, 80, 80, 7], [1] * 2000])
def test_a_run_holds_texts_of_like_length_and_no_more_tokens_than_fit(lengths: list[int]) -> None:
    runs = list(_runs(lengths))
    assert sorted(row for run in runs for row in run) == list(range(len(lengths)))
    assert all(len(run) == 1 or len(run) * max(lengths[row] for row in run) <= 512 for run in runs)

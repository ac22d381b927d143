"""A cross-encoder by name: a tiny one is made here, with weights of chance, in both forms."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from retrieval.errors import RerankerUnavailable
from retrieval.rerankers import cross_encoder
from retrieval.rerankers.cross_encoder import CrossEncoderReranker
from retrieval.types import Hit
from tests.unit.retrieval.conftest import MakeChunk

WORDS = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "refund", "takes", "five", "days", "piano", "how", "long", "does", "a"]
Folder = Callable[[], Path]


def tokenizer_json() -> str:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: number for number, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return str(tokenizer.to_str())


@pytest.fixture
def onnx_folder(tmp_path: Path) -> Path:
    """Its logit is how many tokens of the pair are the word "refund", less one for each padded place."""
    import onnx
    from onnx import TensorProto, helper, numpy_helper

    ids, mask = (
        helper.make_tensor_value_info(n, TensorProto.INT64, ["b", "t"]) for n in ("input_ids", "attention_mask")
    )
    nodes = [
        helper.make_node("Equal", ["input_ids", "refund"], ["is"]),
        helper.make_node("Cast", ["is"], ["counted"], to=TensorProto.FLOAT),
        helper.make_node("Cast", ["attention_mask"], ["there"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["counted", "there"], ["both"]),
        helper.make_node("ReduceSum", ["both", "axis"], ["logits"], keepdims=1),
    ]
    graph = helper.make_graph(
        nodes, "tiny", [ids, mask], [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["b", 1])],
        [numpy_helper.from_array(np.asarray(4), "refund"), numpy_helper.from_array(np.asarray([1]), "axis")],
    )  # fmt: skip
    folder = tmp_path / "tiny-onnx"
    (folder / "onnx").mkdir(parents=True)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    onnx.save(model, str(folder / "onnx" / "model.onnx"))
    (folder / "tokenizer.json").write_text(tokenizer_json())
    note(folder, "onnx/model.onnx")
    return folder


@pytest.fixture
def torch_folder(tmp_path: Path) -> Path:
    """A BERT of two layers as sentence-transformers saves it, in safetensors."""
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast, set_seed

    set_seed(0)
    folder = tmp_path / "tiny-torch"
    config = BertConfig(
        vocab_size=len(WORDS), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=64, num_labels=1,
    )  # fmt: skip
    BertForSequenceClassification(config).save_pretrained(str(folder))
    (folder / "tokenizer.json").write_text(tokenizer_json())
    named = {"unk_token": "[UNK]", "pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    PreTrainedTokenizerFast(tokenizer_file=str(folder / "tokenizer.json"), **named).save_pretrained(str(folder))
    note(folder, "model.safetensors")
    return folder


def note(folder: Path, name: str) -> str:
    digest = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    (folder / "SHA256SUMS").write_text(f"{'0' * 64}  other.bin\n{digest}  {name}\n")
    return digest


@pytest.fixture
def hits(make_chunk: MakeChunk) -> list[Hit]:
    texts = ["piano", "refund takes five days", "refund refund", "piano days", "a"]
    return [Hit(make_chunk(text, title=""), 0.5, similarity=0.8, lexical=2.0) for text in texts]


def test_what_the_model_finds_best_comes_first_and_the_rest_stays_in_order(onnx_folder: Path, hits: list[Hit]) -> None:
    reranker = CrossEncoderReranker(onnx_folder)
    found = reranker.rerank("how long does a refund take", hits)
    assert [hit.chunk.text for hit in found] == ["refund refund", "refund takes five days", "piano", "piano days", "a"]
    assert [round(hit.score, 4) for hit in found[:3]] == [0.9526, 0.8808, 0.7311]  # three, two and one in the pair
    assert {(hit.similarity, hit.lexical) for hit in found} == {(0.8, 2.0)}
    assert reranker.name.startswith("tiny-onnx@")
    assert reranker.rerank("refund", []) == []


def test_many_and_long_passages_are_read_in_parts_and_cut(onnx_folder: Path, make_chunk: MakeChunk) -> None:
    many = [Hit(make_chunk(f"refund {'days ' * 2_000} {n}", id=str(n), title=""), 0.1) for n in range(21)]
    assert {round(hit.score, 4) for hit in CrossEncoderReranker(onnx_folder).rerank("how long", many)} == {0.7311}


def test_a_folder_of_sentence_transformers_gives_the_model_s_own_scores(torch_folder: Path, hits: list[Hit]) -> None:
    from sentence_transformers import CrossEncoder

    found = CrossEncoderReranker(torch_folder).rerank("how long does a refund take", hits)
    model = CrossEncoder(str(torch_folder), local_files_only=True)
    expected = model.predict([("how long does a refund take", hit.chunk.text) for hit in hits])
    scores = {hit.chunk.text: hit.score for hit in found}
    np.testing.assert_allclose([scores[hit.chunk.text] for hit in hits], expected, atol=1e-4)
    assert [hit.score for hit in found] == sorted(scores.values(), reverse=True)


def test_weights_that_are_not_the_ones_meant_are_refused(onnx_folder: Path) -> None:
    digest = note(onnx_folder, "onnx/model.onnx")
    (onnx_folder / "SHA256SUMS").unlink()
    CrossEncoderReranker(onnx_folder, sha256=digest.upper())
    with pytest.raises(RerankerUnavailable, match="nothing says which weights"):
        CrossEncoderReranker(onnx_folder)
    weights = onnx_folder / "onnx" / "model.onnx"
    weights.write_bytes(weights.read_bytes() + b"\0")
    with pytest.raises(RerankerUnavailable, match="not what is expected"):
        CrossEncoderReranker(onnx_folder, sha256=digest)


def test_pickled_weights_are_no_weights(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").write_bytes(b"anything")
    (tmp_path / "config.json").write_text(json.dumps({}))
    with pytest.raises(RerankerUnavailable, match="holds no weights"):
        CrossEncoderReranker(tmp_path)


def test_a_library_that_is_missing_is_named(onnx_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> object:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(cross_encoder, "import_module", missing)
    with pytest.raises(RerankerUnavailable, match="needs onnxruntime"):
        CrossEncoderReranker(onnx_folder)


@pytest.mark.parametrize("name", ["tokenizer.json", "onnx/model.onnx"])
def test_a_broken_file_is_said_to_be_broken(onnx_folder: Path, name: str) -> None:
    (onnx_folder / name).write_bytes(b"{")
    note(onnx_folder, "onnx/model.onnx")
    with pytest.raises(RerankerUnavailable, match="copy the model's folder again"):
        CrossEncoderReranker(onnx_folder)
    (onnx_folder / name).unlink()
    with pytest.raises(RerankerUnavailable, match=r"is missing|holds no weights"):
        CrossEncoderReranker(onnx_folder)

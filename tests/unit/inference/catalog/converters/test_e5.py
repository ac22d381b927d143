import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tokenizers import Tokenizer

from inference.catalog.converters.e5 import convert

TEXTS = ["query: 重置密码", "passage: password word", "query: hello"]


@pytest.fixture
def folder(make_e5: Any, tmp_path: Path) -> Any:
    target = tmp_path / "out"
    target.mkdir()
    convert(make_e5(), target, None, lambda _: None)
    return target


def test_sentence_transformers_loads_it_with_its_prompts(folder: Any) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu")
    assert model.prompts["query"] == "query: "
    assert model.prompts["passage"] == "passage: "
    vectors = model.encode(TEXTS)
    assert vectors.shape == (3, 64)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_a_server_with_tokenizers_and_onnx_runtime_alone_gets_the_same_vectors(folder: Any) -> None:
    import onnxruntime
    from sentence_transformers import SentenceTransformer

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.enable_padding(pad_id=1, pad_token="<pad>")
    encoded = tokenizer.encode_batch(TEXTS)
    session = onnxruntime.InferenceSession(folder / "onnx" / "model.onnx", providers=["CPUExecutionProvider"])
    (ours,) = session.run(
        None,
        {
            "input_ids": np.array([e.ids for e in encoded], np.int64),
            "attention_mask": np.array([e.attention_mask for e in encoded], np.int64),
        },
    )
    theirs = SentenceTransformer(str(folder), device="cpu").encode(TEXTS)
    np.testing.assert_allclose(ours, theirs, atol=2e-6)


def test_texts_are_cut_at_512_tokens(folder: Any) -> None:
    settings = json.loads((folder / "sentence_bert_config.json").read_text())
    assert settings["max_seq_length"] == 512


def test_progress_counts_the_weights_and_both_graphs(make_e5: Any, tmp_path: Path) -> None:
    target, done = tmp_path / "counted", []
    target.mkdir()
    convert(make_e5(), target, None, done.append)
    graphs = sum(path.stat().st_size for path in (target / "onnx").iterdir())
    assert sum(done) > graphs

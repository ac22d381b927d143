"""The ONNX forms against BertModel, and against themselves in other batches."""

from typing import Any

import numpy as np
import onnxruntime
import pytest
import torch
from transformers import AutoModel

from inference.catalog.converters.e5 import convert

SIZE = 42
FORMS = ["model.onnx", "model_int8.onnx"]


@pytest.fixture(scope="module")
def made() -> Any:
    return {}


@pytest.fixture
def folder(make_e5: Any, tmp_path_factory: pytest.TempPathFactory, made: Any) -> Any:
    if "folder" not in made:
        made["folder"] = tmp_path_factory.mktemp("e5")
        convert(make_e5(), made["folder"], None, lambda _: None)
    return made["folder"]


@pytest.fixture
def run(folder: Any) -> Any:
    def embed(form: Any, ids: Any, mask: Any) -> Any:
        session = onnxruntime.InferenceSession(folder / "onnx" / form, providers=["CPUExecutionProvider"])
        feed = {"input_ids": np.array(ids, np.int64), "attention_mask": np.array(mask, np.int64)}
        return session.run(["sentence_embedding"], feed)[0]

    return embed


@pytest.fixture
def reference(folder: Any) -> Any:
    model = AutoModel.from_pretrained(folder).eval()

    def embed(ids: Any, mask: Any) -> Any:
        mask = torch.tensor(mask)
        with torch.no_grad():
            states = model(torch.tensor(ids), mask).last_hidden_state
        mean = (states * mask[..., None]).sum(1) / mask.sum(1, keepdim=True)
        return torch.nn.functional.normalize(mean, dim=1).numpy()

    return embed


@pytest.fixture
def batch() -> Any:
    draw = np.random.default_rng(1)
    lengths = [1, 2, 7, 12, 30]
    ids = [[*draw.integers(0, SIZE, length).tolist(), *[1] * (30 - length)] for length in lengths]
    mask = [[1] * length + [0] * (30 - length) for length in lengths]
    return ids, mask


def test_the_float_form_computes_what_bert_and_mean_pooling_compute(run: Any, reference: Any, batch: Any) -> None:
    np.testing.assert_allclose(run("model.onnx", *batch), reference(*batch), atol=2e-6)


def test_the_int8_form_points_the_same_way(run: Any, reference: Any, batch: Any) -> None:
    cosines = (run("model_int8.onnx", *batch) * reference(*batch)).sum(axis=1)
    assert cosines.min() > 0.99


@pytest.mark.parametrize("form", FORMS)
def test_vectors_have_length_one(run: Any, batch: Any, form: Any) -> None:
    np.testing.assert_allclose(np.linalg.norm(run(form, *batch), axis=1), 1, atol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_a_vector_depends_neither_on_its_batch_mates_nor_on_padding(run: Any, batch: Any, form: Any) -> None:
    together = run(form, *batch)
    for row, (ids, mask) in enumerate(zip(*batch, strict=True)):
        length = sum(mask)
        alone = run(form, [ids[:length]], [mask[:length]])
        np.testing.assert_allclose(alone[0], together[row], atol=1e-5)


@pytest.mark.parametrize("form", FORMS)
def test_inputs_and_output_are_named_for_their_consumers(folder: Any, form: Any) -> None:
    session = onnxruntime.InferenceSession(folder / "onnx" / form, providers=["CPUExecutionProvider"])
    assert [(i.name, i.type, len(i.shape)) for i in session.get_inputs()] == [
        ("input_ids", "tensor(int64)", 2),
        ("attention_mask", "tensor(int64)", 2),
    ]
    (output,) = session.get_outputs()
    assert (output.name, output.type, output.shape) == ("sentence_embedding", "tensor(float)", ["batch", 64])


def test_the_int8_form_is_the_smaller_file(folder: Any) -> None:
    sizes = [(folder / "onnx" / form).stat().st_size for form in FORMS]
    assert sizes[1] < sizes[0] / 2

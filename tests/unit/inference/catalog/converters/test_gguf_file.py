from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from gguf import GGUFReader
from gguf.quants import dequantize

from inference.catalog.converters import gguf_file
from inference.catalog.converters.gguf_file import GgufFile
from inference.catalog.errors import MalformedArtefact


def test_dimensions_come_from_the_file(make_gguf: Any) -> None:
    shape = GgufFile(make_gguf()).shape()
    assert (shape.layers, shape.hidden, shape.ffn, shape.heads, shape.kv_heads) == (2, 64, 96, 4, 2)
    assert shape.norm_epsilon == 1e-6
    assert shape.rope_theta == 1e6
    assert shape.vocabulary == 263


@pytest.mark.parametrize("name", ["token_embd.weight", "blk.1.ffn_down.weight", "blk.0.attn_k.bias"])
@pytest.mark.parametrize("block", [1, 100, 10_000])
def test_blocks_put_together_are_the_dequantised_tensor_in_bfloat16(
    make_gguf: Any, monkeypatch: pytest.MonkeyPatch, name: str, block: Any
) -> None:
    monkeypatch.setattr(gguf_file, "_BLOCK_ELEMENTS", block)
    path = make_gguf()
    (tensor,) = (t for t in GGUFReader(path).tensors if t.name == name)
    expected = torch.from_numpy(np.array(dequantize(tensor.data, tensor.tensor_type))).to(torch.bfloat16)
    raw = b"".join(GgufFile(path).bf16_blocks(name))
    read = torch.frombuffer(bytearray(raw), dtype=torch.bfloat16).reshape(GgufFile(path).tensor_shape(name))
    assert torch.equal(read, expected)


def test_no_output_matrix_means_that_the_embedding_table_is_it(make_gguf: Any) -> None:
    file = GgufFile(make_gguf(output="absent"))
    assert file.shape().tied
    assert file.embedding_name() == "token_embd.weight"


def test_one_matrix_at_two_precisions_is_known_as_one_and_the_better_copy_is_used(make_gguf: Any) -> None:
    file = GgufFile(make_gguf(output="same"))
    assert file.shape().tied
    assert file.embedding_name() == "output.weight"


def test_two_different_matrices_stay_two(make_gguf: Any) -> None:
    file = GgufFile(make_gguf(output="other"))
    assert not file.shape().tied
    assert file.embedding_name() == "token_embd.weight"


@pytest.mark.parametrize("content", [b"", b"GGUF", b"\0" * 200, b"PK\3\4" * 50])
def test_what_is_no_gguf_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.gguf"
    path.write_bytes(content)
    with pytest.raises(MalformedArtefact, match="not a GGUF file"):
        GgufFile(path)


def test_another_architecture_is_refused_by_name(make_gguf: Any) -> None:
    with pytest.raises(MalformedArtefact, match="architecture is llama"):
        GgufFile(make_gguf(architecture="llama"))


def test_a_missing_tensor_and_missing_metadata_are_named(make_gguf: Any) -> None:
    file = GgufFile(make_gguf(drop="blk.1.ffn_up.weight"))
    with pytest.raises(MalformedArtefact, match=r"no tensor blk\.1\.ffn_up\.weight"):
        file.tensor_shape("blk.1.ffn_up.weight")
    with pytest.raises(MalformedArtefact, match=r"no metadata qwen2\.expert_count"):
        file.value("qwen2.expert_count")

"""E5S1 file -> a folder that sentence-transformers loads by name, with ONNX forms of the same encoder inside.

model.safetensors, config.json, tokenizer.json     BertModel in float32 (the source's 4-bit weights, dequantised: exact)
modules.json, 1_Pooling/, 2_Normalize/             mean over tokens, length one
config_sentence_transformers.json                  prompts "query: " and "passage: "
onnx/model.onnx, onnx/model_int8.onnx              see `e5_onnx`
"""

import importlib.metadata
import json
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from inference.catalog.converters.e5_file import E5File, Float32
from inference.catalog.converters.e5_onnx import Fp32Weights, Int8Weights, write_graph
from inference.catalog.converters.e5_tokenizer import MAX_TOKENS, write_tokenizer
from inference.catalog.converters.safetensors_stream import StreamedTensor, write_shards
from inference.catalog.types import Options, Progress

_LINEAR = {
    "q": "attention.self.query",
    "k": "attention.self.key",
    "v": "attention.self.value",
    "ao": "attention.output.dense",
    "fi": "intermediate.dense",
    "fo": "output.dense",
}
_NORMS = {"aln": "attention.output.LayerNorm", "oln": "output.LayerNorm"}


def convert(source: Path, target: Path, options: Options | None, progress: Progress) -> None:
    """See `inference.catalog.types.Converter`. An encoder has no options; `options` is ignored."""
    del options
    file = E5File(source)
    write_shards(target, _tensors(file), progress)
    write_tokenizer(target, file.pieces)
    _write_configuration(target, file)
    (target / "onnx").mkdir()
    for name, weights in (("model.onnx", Fp32Weights(file)), ("model_int8.onnx", Int8Weights(file))):
        path = target / "onnx" / name
        write_graph(path, file, weights)
        progress(path.stat().st_size)


def _tensors(file: E5File) -> Iterator[StreamedTensor]:
    shape = file.shape
    hidden = shape.hidden

    def matrix(new: str, old: str, rows: int, columns: int) -> StreamedTensor:
        return _float32(new, (rows, columns), partial(file.matrix, old, rows, columns))

    def floats(new: str, old: str, *dims: int) -> StreamedTensor:
        return _float32(new, dims, partial(file.floats, old, *dims))

    def norm(new: str, old: str) -> Iterator[StreamedTensor]:
        yield floats(f"{new}.weight", f"{old}.w", hidden)
        yield floats(f"{new}.bias", f"{old}.b", hidden)

    yield matrix("embeddings.word_embeddings.weight", "emb.word", shape.vocabulary, hidden)
    yield floats("embeddings.position_embeddings.weight", "emb.pos", shape.positions, hidden)
    yield floats("embeddings.token_type_embeddings.weight", "emb.type", shape.types, hidden)
    yield from norm("embeddings.LayerNorm", "emb.ln")
    sizes = {"fi": (shape.ffn, hidden), "fo": (hidden, shape.ffn)}
    for layer in range(shape.layers):
        theirs, ours = f"l{layer}.", f"encoder.layer.{layer}."
        for old, new in _LINEAR.items():
            rows, columns = sizes.get(old, (hidden, hidden))
            yield matrix(f"{ours}{new}.weight", f"{theirs}{old}.w", rows, columns)
            yield floats(f"{ours}{new}.bias", f"{theirs}{old}.b", rows)
        for old, new in _NORMS.items():
            yield from norm(ours + new, theirs + old)
    # Mean pooling does not use BERT's pooler, but the loader reports it missing unless it is there.
    yield _float32("pooler.dense.weight", (hidden, hidden), partial(np.zeros, (hidden, hidden), np.float32))
    yield _float32("pooler.dense.bias", (hidden,), partial(np.zeros, hidden, np.float32))


def _float32(name: str, shape: tuple[int, ...], values: partial[Float32]) -> StreamedTensor:
    def blocks() -> Iterable[bytes]:
        yield values().tobytes()

    return StreamedTensor((name,), shape, blocks, dtype="F32")


def _write_configuration(target: Path, file: E5File) -> None:
    shape, pieces = file.shape, file.pieces
    bert = {
        "architectures": ["BertModel"],
        "model_type": "bert",
        "vocab_size": shape.vocabulary,
        "hidden_size": shape.hidden,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn,
        "max_position_embeddings": shape.positions,
        "type_vocab_size": shape.types,
        "layer_norm_eps": shape.epsilon,
        "hidden_act": "gelu",
        "pad_token_id": pieces.pad,
        # Without a version transformers takes the tokenizer for one with a known fault and warns on every load.
        "transformers_version": importlib.metadata.version("transformers"),
        "dtype": "float32",
    }
    stages = ("Transformer", ""), ("Pooling", "1_Pooling"), ("Normalize", "2_Normalize")
    modules = [
        {"idx": index, "name": str(index), "path": path, "type": f"sentence_transformers.models.{kind}"}
        for index, (kind, path) in enumerate(stages)
    ]
    _write_json(target / "config.json", bert)
    _write_json(target / "modules.json", modules)
    _write_json(target / "sentence_bert_config.json", {"max_seq_length": MAX_TOKENS, "do_lower_case": False})
    _write_json(target / "1_Pooling" / "config.json", {"embedding_dimension": shape.hidden, "pooling_mode": "mean"})
    (target / "2_Normalize").mkdir()
    prompts = {"query": "query: ", "passage": "passage: ", "document": "passage: "}
    _write_json(
        target / "config_sentence_transformers.json",
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )


def _write_json(path: Path, content: Any) -> None:  # noqa: ANN401 - JSON
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")

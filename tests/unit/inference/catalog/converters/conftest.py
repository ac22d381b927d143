"""Models small enough to make in milliseconds, in the very formats the converters read."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import gguf
import numpy as np
import pytest

LAYERS, HIDDEN, FFN, HEADS, KV_HEADS = 2, 64, 96, 4, 2
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
TEMPLATE = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}"

MakeGguf = Callable[..., Path]


@pytest.fixture
def make_gguf(tmp_path: Path) -> MakeGguf:
    """A Qwen2 decoder of random 8-bit weights with a byte-level tokenizer, as a GGUF file."""

    def make(
        name: str = "tiny.gguf", seed: int = 0, output: str = "absent", architecture: str = "qwen2", drop: str = ""
    ) -> Path:
        path = tmp_path / name
        writer = gguf.GGUFWriter(path, architecture)
        vocabulary = _write_metadata(writer)
        draw = np.random.default_rng(seed)
        table = draw.standard_normal((vocabulary, HIDDEN)).astype(np.float32)
        _add(writer, "token_embd.weight", table, gguf.GGMLQuantizationType.Q5_0)
        if output == "same":
            _add(writer, "output.weight", table, gguf.GGMLQuantizationType.Q8_0)
        elif output == "other":
            _add(writer, "output.weight", draw.standard_normal(table.shape), gguf.GGMLQuantizationType.Q8_0)
        for tensor, shape in _tensors().items():
            if tensor != drop:
                values = draw.standard_normal(shape) * (0.3 if len(shape) > 1 else 0.1) + (
                    tensor.endswith("norm.weight")
                )
                kind = gguf.GGMLQuantizationType.Q8_0 if len(shape) > 1 else gguf.GGMLQuantizationType.F32
                _add(writer, tensor, values, kind)
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
        writer.close()
        return path

    return make


def _write_metadata(writer: gguf.GGUFWriter) -> int:
    """Dimensions and tokenizer; returns the size of the vocabulary."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    writer.add_block_count(LAYERS)
    writer.add_context_length(128)
    writer.add_embedding_length(HIDDEN)
    writer.add_feed_forward_length(FFN)
    writer.add_head_count(HEADS)
    writer.add_head_count_kv(KV_HEADS)
    writer.add_rope_freq_base(1e6)
    writer.add_layer_norm_rms_eps(1e-6)
    tokens = [*bytes_to_unicode().values(), "he", "ll", "hell", "hello", *SPECIAL]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types([gguf.TokenType.NORMAL] * (len(tokens) - 3) + [gguf.TokenType.CONTROL] * 3)
    writer.add_token_merges(["h e", "l l", "he ll", "hell o"])
    writer.add_bos_token_id(len(tokens) - 3)
    writer.add_pad_token_id(len(tokens) - 3)
    writer.add_eos_token_id(len(tokens) - 1)
    writer.add_add_bos_token(False)  # noqa: FBT003 - gguf's signature
    writer.add_chat_template(TEMPLATE)
    return len(tokens)


def _tensors() -> dict[str, tuple[int, ...]]:
    kv = HIDDEN // HEADS * KV_HEADS
    layer = {
        "attn_norm.weight": (HIDDEN,),
        "ffn_norm.weight": (HIDDEN,),
        "attn_q.weight": (HIDDEN, HIDDEN),
        "attn_k.weight": (kv, HIDDEN),
        "attn_v.weight": (kv, HIDDEN),
        "attn_q.bias": (HIDDEN,),
        "attn_k.bias": (kv,),
        "attn_v.bias": (kv,),
        "attn_output.weight": (HIDDEN, HIDDEN),
        "ffn_gate.weight": (FFN, HIDDEN),
        "ffn_up.weight": (FFN, HIDDEN),
        "ffn_down.weight": (HIDDEN, FFN),
    }
    every = {f"blk.{number}.{name}": shape for number in range(LAYERS) for name, shape in layer.items()}
    return {**every, "output_norm.weight": (HIDDEN,)}


def _add(writer: gguf.GGUFWriter, name: str, values: np.ndarray, kind: gguf.GGMLQuantizationType) -> None:
    quantised = gguf.quants.quantize(np.ascontiguousarray(values, np.float32), kind)
    writer.add_tensor(name, quantised, raw_dtype=kind)


E5_HIDDEN, E5_FFN, E5_HEADS, E5_LAYERS, E5_POSITIONS = 64, 128, 4, 2, 40
PIECES = [
    ("<s>", 0.0), ("<pad>", 0.0), ("</s>", 0.0), ("<unk>", 0.0), ("▁", -3.0),
    ("▁pass", -4.0), ("word", -4.5), ("▁password", -6.0), ("▁query", -5.0), (":", -3.5),
    ("密码", -6.0), ("密", -8.0), ("码", -8.0), ("重置", -6.0), ("A", -5.0), ("1", -5.0),
    *((letter, -9.0) for letter in "abcdefghijklmnopqrstuvwxyz"),
]  # fmt: skip
NORMALISATION = {0x01: "", 0x0A: " ", 0x200B: " ", 0xFF21: "A", 0xFF11: "1"}

MakeE5 = Callable[..., Path]


@pytest.fixture
def make_e5(tmp_path: Path) -> MakeE5:
    """An encoder of random 4-bit weights as an E5S1 file."""

    def make(seed: int = 0, magic: bytes = b"E5S1", block: int = 32, keep: int | None = None) -> Path:
        draw = np.random.default_rng(seed)
        head = magic + struct.pack("<I", 1)
        sizes = (E5_HIDDEN, E5_LAYERS, E5_HEADS, E5_FFN, len(PIECES), E5_POSITIONS, 2)
        head += struct.pack("<7ifi", *sizes, 1e-12, block)
        head += _e5_tokenizer()
        payload = head + _e5_tensors(draw, len(head))
        path = tmp_path / "tiny-e5.bin"
        path.write_bytes(payload[:keep])
        return path

    return make


def _e5_tokenizer() -> bytes:
    encoded = [piece.encode() for piece, _ in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)])
    out = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, sum(map(len, encoded)))
    out += struct.pack(f"<{len(offsets)}I", *offsets) + struct.pack(f"<{len(PIECES)}f", *(s for _, s in PIECES))
    out += b"".join(encoded)
    table = b"".join(
        struct.pack(f"<IB{len(text)}I", point, len(text), *map(ord, text)) for point, text in NORMALISATION.items()
    )
    return out + struct.pack("<iI", len(NORMALISATION), len(table)) + table


def _e5_tensors(draw: np.random.Generator, start: int) -> bytes:
    floats = {"emb.pos": (E5_POSITIONS, E5_HIDDEN), "emb.type": (2, E5_HIDDEN)}
    blocks = {"emb.word": (len(PIECES), E5_HIDDEN)}
    norms = ["emb.ln"]
    for layer in range(E5_LAYERS):
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            rows, columns = {"fi": (E5_FFN, E5_HIDDEN), "fo": (E5_HIDDEN, E5_FFN)}.get(name, (E5_HIDDEN, E5_HIDDEN))
            blocks[f"l{layer}.{name}.w"] = (rows, columns)
            floats[f"l{layer}.{name}.b"] = (rows,)
        norms += [f"l{layer}.aln", f"l{layer}.oln"]
    data: dict[str, bytes] = {}
    for name, (rows, columns) in blocks.items():
        scales = draw.uniform(0.005, 0.03, (rows * columns // 32, 1)).astype("<f2").view(np.uint8)
        data[name] = np.concatenate((scales, draw.integers(0, 256, (len(scales), 16), np.uint8)), axis=1).tobytes()
    for name, shape in floats.items():
        data[name] = (draw.standard_normal(shape) * 0.1).astype("<f4").tobytes()
    for name in norms:
        data[f"{name}.w"] = (1 + draw.standard_normal(E5_HIDDEN) * 0.1).astype("<f4").tobytes()
        data[f"{name}.b"] = (draw.standard_normal(E5_HIDDEN) * 0.1).astype("<f4").tobytes()
    directory_size = 4 + sum(2 + len(name) + 21 for name in data)
    offset, directory = start + directory_size, struct.pack("<i", len(data))
    for name, content in data.items():
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", 0, 0, offset, len(content))
        offset += len(content)
    return directory + b"".join(data.values())

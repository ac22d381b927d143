"""The encoder's own arithmetic: `source/encoder.cpp` over the weights of a sentence-transformers folder.

It computes what `onnx/model_int8.onnx` does, from the same weights rounded in the same way, so its vectors may stand
beside those of ONNX Runtime in one index: both are as near to float32 (see the tests). What it saves is everything
between the products, on which ONNX Runtime spends two thirds of a question's time, and padding.
"""

from __future__ import annotations

import ctypes
import json
import mmap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.encoders.native.errors import NativeUnavailable
from retrieval.types import Vectors

ABI = 1
HEAD_WIDTH, STEP = 32, 64
"""What the source was written for: heads so wide, and matrices whose sides are multiples of STEP."""
_INT8_MAX = 127
_TINY = 1e-12
_P, _I32, _I64, _F32 = ctypes.c_void_p, ctypes.c_int32, ctypes.c_int64, ctypes.c_float
_SIGNATURES: dict[str, tuple[type | None, tuple[type, ...]]] = {
    "encoder_abi": (_I32, ()),
    "encoder_has_tiles": (_I32, ()),
    "encoder_new": (_P, (_I64, _I64, _I64, _I64, _F32, _I32)),
    "encoder_free": (None, (_P,)),
    "encoder_linear": (_I32, (_P, _I64, _I32, _P, _P, _P, _I64, _I64)),
    "encoder_norm": (_I32, (_P, _I64, _I32, _P, _P)),
    "encoder_run": (_I32, (_P, _P, _P, _I64, _P)),
}
_ATTENTION = "attention.self.{}"
_LINEARS = (
    tuple(_ATTENTION.format(part) for part in ("query", "key", "value")),
    ("attention.output.dense",),
    ("intermediate.dense",),
    ("output.dense",),
)
_NORMS = ("attention.output.LayerNorm", "output.LayerNorm")
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Shape:
    """Of the encoder: sizes of a state, of the wide layer, and how many heads and layers there are."""

    hidden: int
    wide: int
    heads: int
    layers: int
    epsilon: float

    @classmethod
    def of(cls, folder: Path) -> Shape:
        """Read config.json. Raises NativeUnavailable for what the source was not written for."""
        said: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
        if (said.get("model_type"), said.get("hidden_act")) != ("bert", "gelu"):
            raise NativeUnavailable(f"{folder.name} is no BERT with GELU")
        shape = cls(
            int(said["hidden_size"]),
            int(said["intermediate_size"]),
            int(said["num_attention_heads"]),
            int(said["num_hidden_layers"]),
            float(said["layer_norm_eps"]),
        )
        if shape.hidden != HEAD_WIDTH * shape.heads or shape.hidden % STEP or shape.wide % STEP:
            raise NativeUnavailable(f"{folder.name} has heads or layers of a width that is not computed here")
        return shape


class Engine:
    """Loaded weights. Calls may come from any threads; each computes in its own, without the interpreter's lock.

    `tiles` False leaves the processor's matrix tiles (AMX) alone; the results are the same, bit by bit.
    """

    def __init__(self, folder: Path, library: Path, *, tiles: bool = True) -> None:
        """Load. Raises NativeUnavailable."""
        self._shape = Shape.of(folder)
        self._calls = _load(library)
        self._tensors = Tensors(folder / "model.safetensors")
        self.tiles = tiles and bool(self._calls.encoder_has_tiles())
        shape = self._shape
        self._held = self._calls.encoder_new(
            shape.hidden, shape.heads, shape.wide, shape.layers, shape.epsilon, self.tiles
        )
        if not self._held:
            raise NativeUnavailable("no memory for the encoder's weights")
        self._fill()
        self._words = self._tensors["embeddings.word_embeddings.weight"]
        # Every token is of type 0: its vector is added to the positions once, here.
        types = self._tensors["embeddings.token_type_embeddings.weight"]
        self._positions = self._tensors["embeddings.position_embeddings.weight"] + types[0]

    def __del__(self) -> None:
        if getattr(self, "_held", None):
            self._calls.encoder_free(self._held)

    @property
    def dimension(self) -> int:
        """Length of a vector."""
        return self._shape.hidden

    def run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        """Encode texts given as token ids, special tokens among them; returns float32 [texts, dimension], unit rows.

        Raises NativeUnavailable when there is no memory.
        """
        lengths = [len(text) for text in tokens]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        ids = np.fromiter((token for text in tokens for token in text), np.int64, int(starts[-1]))
        places = np.arange(len(ids)) - np.repeat(starts[:-1], lengths)
        rows = np.ascontiguousarray(self._words[ids] + self._positions[places])
        found = np.empty((len(tokens), self._shape.hidden), np.float32)
        pointers = (rows.ctypes.data, starts.ctypes.data, len(tokens), found.ctypes.data)
        _check(self._calls.encoder_run(self._held, *pointers))
        return found

    def _fill(self) -> None:
        self._norm(-1, 0, "embeddings.LayerNorm")
        for layer in range(self._shape.layers):
            before = f"encoder.layer.{layer}."
            for which, parts in enumerate(_LINEARS):
                self._linear(layer, which, [before + part for part in parts])
            for which, part in enumerate(_NORMS):
                self._norm(layer, which, before + part)

    def _linear(self, layer: int, which: int, names: Sequence[str]) -> None:
        matrix = np.concatenate([self._tensors[f"{name}.weight"] for name in names])
        bias = np.concatenate([self._tensors[f"{name}.bias"] for name in names])
        weights, scales = rounded(matrix)
        pointers = (weights.ctypes.data, scales.ctypes.data, bias.ctypes.data)
        _check(self._calls.encoder_linear(self._held, layer, which, *pointers, *matrix.shape))

    def _norm(self, layer: int, which: int, name: str) -> None:
        weight, bias = (np.array(self._tensors[f"{name}.{part}"]) for part in ("weight", "bias"))
        _check(self._calls.encoder_norm(self._held, layer, which, weight.ctypes.data, bias.ctypes.data))


class Tensors(Mapping[str, Floats]):
    """The float32 tensors of a safetensors file, mapped: only what is looked at comes into memory, shared by all."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raises NativeUnavailable when it is not there, or is none."""
        try:
            with path.open("rb") as file:
                self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            size = int.from_bytes(self._bytes[:8], "little")
            self._facts: dict[str, Any] = json.loads(self._bytes[8 : 8 + size])
        except (OSError, ValueError) as error:
            raise NativeUnavailable(f"{path} cannot be read ({error})") from error
        self._facts.pop("__metadata__", None)
        self._start = 8 + size

    def __getitem__(self, name: str) -> Floats:
        fact = self._facts.get(name)
        if fact is None or fact["dtype"] != "F32":
            raise NativeUnavailable(f"the encoder's weights hold no float32 {name}")
        first, last = fact["data_offsets"]
        found = np.frombuffer(self._bytes, "<f4", (last - first) // 4, self._start + first)
        return found.reshape(fact["shape"])

    def __iter__(self) -> Any:  # noqa: ANN401 - an iterator over names
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def rounded(matrix: Floats) -> tuple[NDArray[np.int8], Floats]:
    """Round [rows, columns] to int8 with a scale a row, as the ONNX export does."""
    scales = np.maximum(np.abs(matrix).max(axis=1) / _INT8_MAX, _TINY).astype(np.float32)
    return np.ascontiguousarray(np.rint(matrix / scales[:, None]).astype(np.int8)), scales


def _load(library: Path) -> Any:  # noqa: ANN401 - ctypes finds functions by name
    try:
        calls = ctypes.CDLL(str(library))
        for name, (result, arguments) in _SIGNATURES.items():
            function = getattr(calls, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError) as error:
        raise NativeUnavailable(f"{library} cannot be loaded ({error}): delete it, it is built again") from error
    if calls.encoder_abi() != ABI:
        raise NativeUnavailable(f"{library} is of another version: delete it, it is built again")
    return calls


def _check(code: int) -> None:
    if code != 0:
        raise NativeUnavailable("no memory for the encoder's activations")

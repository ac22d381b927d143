"""A model of transformers that computes with our packed weights, layer by layer as the plugin does in vLLM.

Experts in the format asked for, attention and output head beside quantised experts as `formats` decides; router, norms
and embedding stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from inference.moe.kernels.cpu import formats
from inference.moe.kernels.cpu.library import HEAD_TOKENS, Library
from inference.moe.kernels.cpu.packed import Format, Inputs

_LEAST = 64
"""Rows and columns below which a linear layer is left alone, as the plugin leaves it."""


@contextmanager
def packed(
    model: nn.Module, library: Library, fmt: Format, inputs: Inputs = Inputs.AUTO, *, experts_only: bool = False
) -> Iterator[int]:
    """Let the model compute with packed weights; as before afterwards. Gives the bytes of the packed weights.

    Args:
        model: with experts as three-dimensional `gate_up_proj` and `down_proj`, as transformers holds them.
        library: our kernels.
        fmt: of the experts; BF16 packs nothing else.
        inputs: how activations enter quantised products.
        experts_only: leave attention and output head in bf16.

    Raises:
        ValueError: the model has no such experts.
    """
    changed: list[nn.Module] = []
    size, found = 0, False
    rest = fmt is not Format.BF16 and not experts_only
    named = getattr(model, "get_output_embeddings", None)
    head = named() if named is not None else None
    try:
        for module in model.modules():
            if isinstance(getattr(module, "gate_up_proj", None), nn.Parameter) and _three(module):
                size, found = size + _experts(module, library, fmt, inputs), True
            elif rest and fmt is Format.INT4 and module is head:
                size += _head(module, library)
            elif rest and isinstance(module, nn.Linear) and min(module.weight.shape) >= _LEAST:
                size += _linear(module, library, fmt, inputs)
            else:
                continue
            changed.append(module)
        if not found:
            raise ValueError("the model has no experts in the layout of transformers (gate_up_proj, down_proj)")
        yield size
    finally:
        for module in changed:
            del vars(module)["forward"]


def _three(module: Any) -> bool:  # noqa: ANN401 - a class of transformers, whose name changes
    return bool(module.gate_up_proj.dim() == 3)


def _experts(module: Any, library: Library, fmt: Format, inputs: Inputs) -> int:  # noqa: ANN401 - see above
    w13, w2 = module.gate_up_proj.data, module.down_proj.data
    kept = library.pack_experts(w13, w2, fmt, formats.of_down_projection(library, w2, fmt))

    def forward(x: Tensor, ids: Tensor, shares: Tensor) -> Tensor:
        return library.experts(x, kept, ids, shares, inputs=inputs)

    vars(module)["forward"] = forward
    return kept.w13.numel() + kept.w2.numel()


def _linear(module: nn.Linear, library: Library, fmt: Format, inputs: Inputs) -> int:
    kept = formats.pack_linear(library, module.weight.data, fmt, [module.out_features])
    bias = module.bias.data if module.bias is not None else None

    def forward(x: Tensor) -> Tensor:
        return library.linear(x, kept, bias, inputs)

    vars(module)["forward"] = forward  # in front of the class's own
    return kept.bytes


def _head(module: Any, library: Library) -> int:  # noqa: ANN401 - a linear layer, as transformers names it
    rough, exact = (library.pack(module.weight.data, fmt) for fmt in (Format.INT4, Format.INT8))

    def forward(x: Tensor) -> Tensor:
        rows = torch.split(x.reshape(-1, x.shape[-1]).contiguous(), HEAD_TOKENS)
        parts = [library.head(some, rough, exact, formats.HEAD_MARGIN) for some in rows]
        return torch.cat(parts).reshape(*x.shape[:-1], -1)

    vars(module)["forward"] = forward
    return rough.bytes + exact.bytes


def mean_loss(model: Any, ids: Tensor, window: int) -> tuple[float, int]:  # noqa: ANN401 - any that gives logits
    """Mean of -ln p of each next token in ids [tokens], in nats, and of how many.

    The text is cut into windows; nothing is predicted across a cut, and nothing from nothing.
    """
    total, count = 0.0, 0
    with torch.inference_mode():
        for part in torch.split(ids, window):
            if len(part) < 2:
                continue
            logits = model(part[None]).logits[0, :-1].float()
            losses = nn.functional.cross_entropy(logits, part[1:], reduction="sum")
            total, count = total + losses.item(), count + len(part) - 1
    if not count:
        raise ValueError("the text is shorter than two tokens")
    return total / count, count

"""The worked example of an expert of one's own: one that copies.

A token that is routed here keeps what the layers before made of it, and costs no weights: of the experts that compute
nothing in MoE++ (Jin et al., arXiv 2410.07348), the one that passes its input on.

    python -m inference.serving --name NAME ... --expert 3=inference.moe.copying:make
"""

from __future__ import annotations

from torch import Tensor

from inference.moe.own import OwnExpert

FIRST = 1
"""The first layer reads the embedding, which is worth a look by real weights."""


def make(layer: int, hidden: int) -> OwnExpert | None:
    """On every layer but the first; any hidden size."""
    del hidden
    return copy if layer >= FIRST else None


def copy(x: Tensor) -> Tensor:
    """The rows themselves."""
    return x

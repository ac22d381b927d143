"""Packed weights: one block of bytes, and the shape it stands for."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import torch
from torch import Tensor


class Format(IntEnum):
    """How a weight is stored. int8: 8.5 bits with its scale; int4: 4.75 bits with scale and zero point."""

    BF16 = 0
    INT8 = 1
    INT4 = 2


class Inputs(IntEnum):
    """How a quantised product takes its activations.

    AUTO: int8 by groups of 32 (VNNI), except for 16 rows and more where the processor multiplies tiles of bf16 (AMX).
    BF16: weights are widened as they are used ("weight only"). INT8: always rounded.
    """

    AUTO = 0
    BF16 = 1
    INT8 = 2


@dataclass(frozen=True, slots=True)
class Packed:
    """A matrix [rows, cols]. `data`: uint8, starting on a multiple of 64 bytes. `tail`: further rows below these, in a
    format of their own.
    """

    data: Tensor
    format: Format
    rows: int
    cols: int
    tail: Packed | None = None

    @property
    def outputs(self) -> int:
        """Rows, those of the tail included."""
        return self.rows + (self.tail.rows if self.tail is not None else 0)

    @property
    def bytes(self) -> int:
        """What one product reads."""
        return self.data.numel() + (self.tail.bytes if self.tail is not None else 0)


@dataclass(frozen=True, slots=True)
class PackedExperts:
    """Experts' matrices. `w13`: [experts] x (gate, up), each [inner, hidden]; `w2`: [experts] x [hidden, inner].

    `shared`: all experts are copies of the first, whose matrices alone are there. Whoever is routed to any of them is
    computed by the same weights, which are read once for all.
    """

    w13: Tensor
    w2: Tensor
    formats: tuple[Format, Format]
    experts: int
    hidden: int
    inner: int
    shared: bool = False

    @property
    def kept(self) -> int:
        """How many experts' matrices are there."""
        return min(1, self.experts) if self.shared else self.experts


@dataclass(frozen=True, slots=True)
class Tally:
    """Who watches the routing. `labels` [tokens] uint8, whose each token is; tokens past its end are padding.
    `counts` [labels, experts] int64: slots so far, added to in place. A label that has no row is not counted.
    """

    labels: Tensor
    counts: Tensor


def all_first(table: Tensor | None, experts: int) -> Tensor:
    """The map [global experts] to local ones where all of the `experts` here are the first; -1 stays elsewhere."""
    if table is None:
        return torch.zeros(experts, dtype=torch.int32)
    return torch.where((table >= 0) & (table < experts), 0, table)

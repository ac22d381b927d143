"""The experts' rows back to their tokens.

EXACT returns a row a slot, and the source weights and sums them in the order of its top-k: the same additions in the
same order for every number of ranks and every placement. PARTIAL sums on each rank first and returns one row a token
and rank: fewer bytes, and a result that depends on who computed what, in the last bits.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

import torch
from torch import Tensor

from inference.moe.parallel.dispatch import Received, Sent
from inference.moe.parallel.group import Group

Compute = Callable[[Tensor, Tensor], Tensor]
"""Rows [n, hidden] and their places [n] int64 -> each expert's output [n, hidden]; n may be 0."""


class Combine(Enum):
    """How the rows come back."""

    EXACT = "exact"
    PARTIAL = "partial"


def computed(received: Received, compute: Compute) -> tuple[Tensor, Tensor]:
    """Every slot's row [slots, hidden], and which received row each belongs to [slots] int64."""
    row, position = (received.places >= 0).nonzero(as_tuple=True)
    return compute(received.x[row], received.places[row, position]), row


def exact(received: Received, sent: Sent, weights: Tensor, compute: Compute, group: Group) -> Tensor:
    """The layer's output [tokens, hidden] float32; weights [tokens, top_k] are the source's own."""
    rows, row = computed(received, compute)
    return summed_at_source(rows, row, received, sent, weights, group)


def summed_at_source(
    rows: Tensor, row: Tensor, received: Received, sent: Sent, weights: Tensor, group: Group
) -> Tensor:
    """Return every slot's row, in any dtype, and sum what comes back: the second half of `exact`.

    Args:
        rows: [slots, hidden], computed here, in the order of `computed`.
        row: [slots] int64, the received row that each belongs to.
        received: what `dispatch` brought here.
        sent: what it sent from here.
        weights: [tokens, top_k], the source's own.
        group: the ranks.

    Returns:
        [tokens, hidden] float32.
    """
    slots_of = torch.bincount(row, minlength=len(received.x))
    back = [int(part.sum()) for part in torch.split(slots_of, received.rows)]
    mine = [int(part.sum()) for part in torch.split(sent.here, sent.rows)]
    got = group.exchange(rows, back, mine, "combine (slots)")
    tokens, top_k = weights.shape
    by_slot = got.new_zeros((tokens, top_k, got.shape[1]), dtype=torch.float32)
    sender, position = sent.here.nonzero(as_tuple=True)
    by_slot[sent.token[sender], position] = got.float()
    total = torch.zeros_like(by_slot[:, 0])
    for slot in range(top_k):
        total = total + by_slot[:, slot] * weights[:, slot, None].float()
    return total


def partial(received: Received, sent: Sent, tokens: int, compute: Compute, group: Group) -> Tensor:
    """The layer's output [tokens, hidden] float32, summed rank by rank."""
    rows, row = computed(received, compute)
    total = rows.new_zeros((len(received.x), rows.shape[1]), dtype=torch.float32)
    shares = received.weights[received.places >= 0]
    _, position = (received.places >= 0).nonzero(as_tuple=True)
    for slot in range(received.places.shape[1]):  # a row has one slot a position: no two additions meet
        mine = position == slot
        total[row[mine]] += rows[mine].float() * shares[mine, None]
    got = group.exchange(total, received.rows, sent.rows, "combine (sums)")
    output = total.new_zeros((tokens, rows.shape[1]))
    for part, token in zip(torch.split(got, sent.rows), torch.split(sent.token, sent.rows), strict=True):
        output[token] += part
    return output

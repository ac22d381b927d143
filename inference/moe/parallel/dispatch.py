"""Rows to the ranks that hold their experts. A row goes to a rank once, however many of its slots are there."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from inference.moe.parallel.group import Group
from inference.moe.parallel.placement import NOWHERE


@dataclass(frozen=True, slots=True)
class Sent:
    """What the source remembers: for each row it sent, in the order sent, by rank and then by token.

    token [n] int64; here [n, top_k] bool, the slots computed at that rank; rows: how many went to each rank.
    """

    token: Tensor
    here: Tensor
    rows: list[int]


@dataclass(frozen=True, slots=True)
class Received:
    """What a rank computes.

    x [n, hidden]; places [n, top_k] int64, place on this rank or -1; weights [n, top_k] float32; rows from each rank.
    """

    x: Tensor
    places: Tensor
    weights: Tensor
    rows: list[int]


def dispatch(x: Tensor, physical: Tensor, weights: Tensor, slots: int, group: Group) -> tuple[Sent, Received]:
    """Send x [tokens, hidden] by physical slots [tokens, top_k].

    Three exchanges whatever is sent, so that ranks with nothing to send keep in step.

    Raises:
        RankLost: see `Group.exchange`.
    """
    target = torch.where(physical >= 0, physical // slots, NOWHERE)
    here = target[None] == torch.arange(group.size)[:, None, None]
    wanted = here.any(2)
    rank, token = wanted.nonzero(as_tuple=True)
    sent = Sent(token, here[rank, token], wanted.sum(1).tolist())
    places = torch.where(sent.here, physical[token] % slots, NOWHERE)
    rows = group.lengths(wanted.sum(1), "dispatch (lengths)").tolist()
    about = torch.cat([places.to(torch.int32), weights[token].float().view(torch.int32)], dim=1)
    told = group.exchange(about, sent.rows, rows, "dispatch (slots)")
    got = group.exchange(x[token], sent.rows, rows, "dispatch (rows)")
    theirs, shares = told.chunk(2, dim=1)
    return sent, Received(got, theirs.long(), shares.contiguous().view(torch.float32), rows)

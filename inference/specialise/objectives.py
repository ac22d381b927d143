"""What the router is taught beside the next token: to spread its work, and to know a domain by its text."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def next_token(logits: Tensor, ids: Tensor) -> Tensor:
    """Mean of -ln p of each next token: logits [tokens, vocabulary], ids [tokens]."""
    return functional.cross_entropy(logits[:-1].float(), ids[1:])


def balance(logits: Sequence[Tensor], load: Tensor) -> Tensor:
    """Switch's auxiliary loss (Fedus et al., arXiv 2101.03961), with loads of all domains together.

    A window speaks of one domain and must not be spread over all experts, so the load is that of the last step's
    windows (Qiu et al., arXiv 2501.11873: balance over the global batch). 1 where the load is even.

    Args:
        logits: of each layer, [tokens, experts].
        load: share of each expert in each layer, [layers, experts], rows that sum to one.
    """
    likely = torch.stack([torch.softmax(each.float(), dim=-1).mean(dim=0) for each in logits])
    return load.shape[1] * (load * likely).sum(dim=1).mean()


def domain(logits: Sequence[Tensor], expert: int) -> Tensor:
    """Mean of -ln of the router's share for the domain's expert, over tokens and layers. logits: as in `balance`."""
    losses = [-torch.log_softmax(each.float(), dim=-1)[:, expert].mean() for each in logits]
    return torch.stack(losses).mean()


def load(ids: Sequence[Tensor], experts: int) -> Tensor:
    """Share of each expert in the slots of each layer: ids of each layer [tokens, top_k] -> [layers, experts]."""
    counts = torch.stack([torch.bincount(each.flatten(), minlength=experts).float() for each in ids])
    return counts / counts.sum(dim=1, keepdim=True)

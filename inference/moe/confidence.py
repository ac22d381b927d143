"""Fewer experts for tokens whose router is sure: adaptive top-k, off unless asked for.

A token keeps the fewest of its experts, likeliest first, that hold the wanted share of its weights; the kept ones are
scaled up to the same sum. A share of 1 keeps all that weigh anything. (Adaptive gating: Li et al., arXiv 2310.07188.)
"""

from __future__ import annotations

import torch
from torch import Tensor


def sure(ids: Tensor, weights: Tensor, share: float) -> tuple[Tensor, Tensor]:
    """Ids [tokens, top_k] with -1 where an expert is left out, and weights [tokens, top_k] float32.

    Args:
        ids: experts of each token, in any order.
        weights: their weights, none negative.
        share: of a token's weights that must be kept, above 0 to 1.
    """
    wide = weights.float()
    ranked, order = wide.sort(dim=1, descending=True, stable=True)
    total = ranked.sum(dim=1, keepdim=True)
    before = ranked.cumsum(dim=1) - ranked
    needed = before < share * total * (1 - 1e-6)
    needed[:, 0] = True
    keep = torch.zeros_like(needed).scatter_(1, order, needed)
    kept = torch.where(keep, wide, 0.0)
    scale = total / kept.sum(dim=1, keepdim=True).clamp_min(1e-30)
    return torch.where(keep, ids, -1), kept * scale

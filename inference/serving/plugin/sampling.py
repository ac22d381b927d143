"""What a token is drawn from, without a pass over the vocabulary for each rule.

vLLM sorts all 151,936 logits for top-p and counts every token of the vocabulary for a repetition penalty: 20 and 2.8 ms
of processor time a token of the 1.5B on one core of an Intel Xeon, a fifth of what the model itself takes there. Top-p
keeps a handful of tokens and a penalty touches those that were said; here only those are sorted and touched, which
takes 0.5 and 0.2 ms. The same tokens remain, with the same logits.
"""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from inference.serving.plugin import loaded

logger = logging.getLogger(__name__)

_REACH = (6.0, 12.0, math.inf)
"""In logarithms: what is e^-6 as likely as the likeliest token is seldom among those that hold nine tenths."""

Narrow = Callable[[Tensor, Tensor | None, Tensor | None], Tensor]
Spread = Callable[..., Tensor]
Penalise = Callable[[Tensor, Tensor, Tensor, Tensor, Tensor, Tensor], Tensor]


def likeliest(logits: Tensor, top_p: Tensor) -> Tensor:
    """Logits [rows, vocabulary] float32, in place: -inf but for the fewest likeliest tokens that hold `top_p` [rows].

    Those that come within `_REACH` of the greatest are sorted, if they hold as much; all of them at the worst.
    """
    for row, share in zip(logits, top_p.tolist(), strict=True):
        if share >= 1:
            continue
        greatest, total = float(row.max()), row.logsumexp(0)
        for reach in _REACH:
            near = (row >= greatest - reach).nonzero().squeeze(1)
            if float((row[near] - total).exp().sum()) >= share:
                break
        values, order = row[near].sort(descending=True)
        shares = (values - total).exp()
        kept = shares.cumsum(0) - shares < share
        kept[0] = True  # at least one
        row.fill_(-math.inf)
        row[near[order[kept]]] = values[kept]
    return logits


def penalise(
    logits: Tensor, prompt: Tensor, output: Tensor, presence: Tensor, frequency: Tensor, repetition: Tensor
) -> Tensor:
    """OpenAI's presence and frequency penalties and the repetition penalty (Keskar et al., 2019), in place.

    Args:
        logits: [rows, vocabulary] float32.
        prompt: token ids [rows, longest], filled up with ids beyond the vocabulary.
        output: the same of what was written.
        presence: [rows], 0 for none, as `frequency`.
        frequency: [rows].
        repetition: [rows], 1 for none.
    """
    strengths = zip(presence.tolist(), frequency.tolist(), repetition.tolist(), strict=True)
    for row, told, said, (once, each, again) in zip(logits, prompt, output, strengths, strict=True):
        said = said[said < len(row)]  # noqa: PLW2901 - what is left of it
        if again != 1:
            seen = torch.unique(torch.cat((told[told < len(row)], said)))
            values = row[seen]
            row[seen] = torch.where(values > 0, values * (1 / again), values * again)
        if once or each:
            written, counts = torch.unique(said, return_counts=True)
            row[written] -= each * counts.to(row.dtype) + once
    return logits


def spread(given: Tensor, ends: Tensor, tokens: int, replace_from: int = 0, replace_to: int = 0) -> Tensor:
    """What a request is sampled with, once for each of its guessed tokens: [tokens], of the kind of `given` [requests].

    vLLM 0.32 does this on CPUs with whole numbers, in a copy: temperatures of guessed tokens were what the memory held,
    and a sampled answer beside `--guess` ended its engine.

    Args:
        given: one value a request.
        ends: [requests], how many tokens were guessed for the requests up to and with this one.
        tokens: guessed for all of them.
        replace_from: a value that is not taken over,
        replace_to: and the one in its place.
    """
    counts = torch.diff(ends, prepend=ends.new_zeros(1)).to(torch.int64)
    values = torch.where(given == replace_from, replace_to, given)
    return torch.repeat_interleave(values.to(given.dtype), counts, output_size=tokens)


def spreading(theirs: Spread) -> Spread:
    """Wrap vLLM's `expand_batch_to_tokens`: ours where our library computes in this process."""

    @functools.wraps(theirs)
    def expand(x: Tensor, cu_num_tokens: Tensor, num_tokens: int, replace_from: int = 0, replace_to: int = 0) -> Tensor:
        apply = spread if loaded.live() else theirs
        return apply(x, cu_num_tokens, num_tokens, replace_from, replace_to)

    return expand


def narrowing(theirs: Narrow) -> Narrow:
    """Wrap vLLM's `apply_top_k_top_p`: ours for top-p alone where our library computes in this process."""

    @functools.wraps(theirs)
    def narrow(logits: Tensor, k: Tensor | None, p: Tensor | None) -> Tensor:
        if k is not None or p is None or not loaded.live():
            return theirs(logits, k, p)
        return likeliest(logits, p)

    return narrow


def penalising(theirs: Penalise) -> Penalise:
    """Wrap vLLM's `apply_penalties`: ours where our library computes in this process."""

    @functools.wraps(theirs)
    def apply(*given: Tensor) -> Tensor:
        return penalise(*given) if loaded.live() else theirs(*given)

    return apply


def offer() -> None:
    """Put ours where vLLM looks them up; a vLLM that has neither keeps its own."""
    try:
        from vllm.v1.sample import rejection_sampler
        from vllm.v1.sample.ops import penalties, topk_topp_sampler

        narrow = narrowing(topk_topp_sampler.apply_top_k_top_p)
        apply = penalising(penalties.apply_penalties)
        expand = spreading(rejection_sampler.expand_batch_to_tokens)
    except (ImportError, AttributeError) as missing:
        logger.info("plugin.without_sampling reason=%s", missing)
        return
    users: tuple[Any, ...] = (topk_topp_sampler, rejection_sampler)
    for user in users:
        user.apply_top_k_top_p = narrow
    penalties.apply_penalties = apply
    rejection_sampler.expand_batch_to_tokens = expand

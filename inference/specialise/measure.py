"""Held-out perplexity by domain, where its tokens go, and which domains have earned their name."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from inference.specialise import objectives
from inference.specialise.adapters import Adapters
from inference.specialise.texts import Domain

_SURE = 1.645
"""Standard errors of a one-sided 95 % bound."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Mean -ln p of each held-out window, in nats, and the share of tokens whose likeliest expert is the domain's,
    over layers.
    """

    losses: tuple[float, ...]
    share: float

    @property
    def perplexity(self) -> float:
        """Of all windows together; they are equally long."""
        return math.exp(sum(self.losses) / len(self.losses))


@dataclass(frozen=True, slots=True)
class Outcome:
    """A domain before and after training, on text that was held out. `named`: it may call the expert its own."""

    name: str
    expert: int
    before: float
    after: float
    share_before: float
    share: float
    named: bool


def read(model: Any, adapters: Adapters, domain: Domain, windows: int) -> Reading:  # noqa: ANN401 - any of transformers
    """Measure one domain with the deltas that are enabled."""
    model.eval()
    adapters.eval()
    losses: list[float] = []
    shares: list[float] = []
    device = next(adapters.parameters()).device
    with torch.inference_mode():
        for held in domain.held_out(windows):
            ids = held.to(device)
            losses.append(objectives.next_token(model(ids[None]).logits[0], ids).item())
            first = [layer.ids[:, 0] for layer in adapters if layer.ids is not None]
            shares.append(torch.stack([(each == domain.expert).float().mean() for each in first]).mean().item())
    return Reading(tuple(losses), sum(shares) / len(shares))


def fell(before: Reading, after: Reading) -> bool:
    """Whether perplexity fell by more than chance: the upper 95 % bound of the windows' mean difference is below 0."""
    differences = torch.tensor(after.losses, dtype=torch.float64) - torch.tensor(before.losses, dtype=torch.float64)
    error = differences.std(unbiased=True) / math.sqrt(len(differences))
    return bool(differences.mean() + _SURE * error < 0)


def judge(model: Any, adapters: Adapters, domains: Sequence[Domain], windows: int) -> tuple[Outcome, ...]:  # noqa: ANN401 - any of transformers
    """Take back the deltas of domains that did not gain, until all that are left have.

    A domain is named when its held-out perplexity fell, with just the named deltas in the model, and its expert is the
    likeliest for more of its tokens than an even router's would be. Afterwards those deltas are enabled.
    """
    adapters.enable(set())
    before = {domain.name: read(model, adapters, domain, windows) for domain in domains}
    left = {domain.expert for domain in domains}
    while True:
        adapters.enable(left)
        after = {domain.name: read(model, adapters, domain, windows) for domain in domains}
        failed = {
            domain.expert
            for domain in domains
            if domain.expert in left
            and not (fell(before[domain.name], after[domain.name]) and after[domain.name].share > 1 / adapters.experts)
        }
        if not failed:
            break
        left -= failed
    return _outcomes(domains, before, after, left)


def compare(
    model: Any,  # noqa: ANN401 - any of transformers
    adapters: Adapters,
    domains: Sequence[Domain],
    named: set[int],
    windows: int,
) -> tuple[Outcome, ...]:
    """Domains of any text with the named deltas and without; a domain that has no expert says expert -1."""
    adapters.enable(set())
    before = {domain.name: read(model, adapters, domain, windows) for domain in domains}
    adapters.enable(named)
    after = {domain.name: read(model, adapters, domain, windows) for domain in domains}
    return _outcomes(domains, before, after, named)


def _outcomes(
    domains: Sequence[Domain], before: Mapping[str, Reading], after: Mapping[str, Reading], named: set[int]
) -> tuple[Outcome, ...]:
    return tuple(
        Outcome(
            name=domain.name,
            expert=domain.expert,
            before=before[domain.name].perplexity,
            after=after[domain.name].perplexity,
            share_before=before[domain.name].share,
            share=after[domain.name].share,
            named=domain.expert in named,
        )
        for domain in domains
    )

"""The training run: a window of each domain a step, deltas and router learn, the rest is frozen.

Every step is a function of the seed and its number, so that a run that was stopped goes on as if it had not been.
Memory: the model once in its own dtype, one window's activations, and three float32 copies of what learns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from inference.specialise import checkpoints, objectives
from inference.specialise.adapters import Adapters
from inference.specialise.texts import Domain


@dataclass(frozen=True, slots=True)
class Plan:
    """How to learn.

    `steps`: each reads one window of every domain. `learning_rate`: of the deltas; `router_rate`: of the router.
    `balance` and `routing`: weights of `objectives.balance` and `objectives.domain` beside the next token. `warm_up`:
    share of the steps in which rates rise; afterwards they fall to nothing. `keep_every`: steps between checkpoints.
    """

    steps: int = 200
    learning_rate: float = 1e-3
    router_rate: float = 1e-2
    balance: float = 0.01
    routing: float = 0.1
    warm_up: float = 0.1
    clip: float = 1.0
    keep_every: int = 20
    seed: int = 0

    def rate(self, step: int) -> float:
        """Share of the full rate at a step: linear up, linear down."""
        rising = max(1, round(self.steps * self.warm_up))
        return min((step + 1) / rising, (self.steps - step) / max(1, self.steps - rising))


@dataclass(frozen=True, slots=True)
class Losses:
    """Of one step, means over domains."""

    step: int
    text: float
    balance: float
    routing: float


def identity(plan: Plan, domains: Sequence[Domain], **about: object) -> dict[str, str]:
    """What must not change between the beginning of a run and its continuation."""
    settings = {key: str(value) for key, value in asdict(plan).items() if key != "keep_every"}
    texts = {
        f"domain {domain.name}": f"{domain.expert} {domain.sha256} {domain.window} {domain.learnt}"
        for domain in domains
    }
    return settings | texts | {key: str(value) for key, value in about.items()}


def run(
    model: Any,  # noqa: ANN401 - any of transformers
    adapters: Adapters,
    domains: Sequence[Domain],
    plan: Plan,
    folder: Path,
    about: dict[str, str],
    progress: Callable[[Losses], None] = lambda _: None,
) -> int:
    """Learn until the plan's last step; returns the step it went on from, 0 for a new run.

    Args:
        model: adapted by `adapters.adapt`.
        adapters: what learns.
        domains: by expert.
        plan: how.
        folder: of the checkpoints.
        about: see `identity`.
        progress: called after each step.

    Raises:
        RunDiffers: the folder's checkpoint is of another run.
    """
    model.train()
    adapters.train()
    adapters.enable({domain.expert for domain in domains})
    routers = [parameter for name, parameter in adapters.named_parameters() if name.endswith("router")]
    deltas = [parameter for name, parameter in adapters.named_parameters() if not name.endswith("router")]
    learn = torch.optim.AdamW([{"params": deltas}, {"params": routers}], lr=plan.learning_rate, weight_decay=0.0)
    began, load = checkpoints.restore(folder, about, adapters, learn)
    device = routers[0].device
    layers = len(routers)
    load = torch.full((layers, adapters.experts), 1 / adapters.experts) if load is None else load
    for step in range(began, plan.steps):
        for group, full in zip(learn.param_groups, (plan.learning_rate, plan.router_rate), strict=True):
            group["lr"] = full * plan.rate(step)
        losses, load = _step(model, adapters, domains, plan, step, load.to(device))
        torch.nn.utils.clip_grad_norm_(deltas, plan.clip)
        torch.nn.utils.clip_grad_norm_(routers, plan.clip)
        learn.step()
        learn.zero_grad(set_to_none=True)
        progress(losses)
        if (step + 1) % plan.keep_every == 0 or step + 1 == plan.steps:
            checkpoints.save(folder, about, step + 1, adapters, learn, load)
    return began


def _step(
    model: Any,  # noqa: ANN401 - any of transformers
    adapters: Adapters,
    domains: Sequence[Domain],
    plan: Plan,
    step: int,
    load: Tensor,
) -> tuple[Losses, Tensor]:
    """Gradients of one window of each domain, one after the other: memory holds one."""
    sums = [0.0, 0.0, 0.0]
    seen = torch.zeros_like(load)
    for domain in domains:
        ids = domain.to_learn(step, plan.seed).to(load.device)
        text = objectives.next_token(model(ids[None]).logits[0], ids)
        logits = [layer.logits for layer in adapters if layer.logits is not None]
        spread, routing = objectives.balance(logits, load), objectives.domain(logits, domain.expert)
        whole = (text + plan.balance * spread + plan.routing * routing) / len(domains)
        whole.backward()  # type: ignore[no-untyped-call]
        seen += objectives.load([layer.ids for layer in adapters if layer.ids is not None], adapters.experts)
        for place, value in enumerate((text, spread, routing)):
            sums[place] += value.item() / len(domains)
    return Losses(step, *sums), seen / len(domains)

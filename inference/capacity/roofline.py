"""A model on machines, at best: the slower of reading and computing, then what has to be sent.

The roofline of Williams, Waterman and Patterson (2009), for a step that writes a token for every answer under way, and
for a prompt. Nothing here knows of launch times, waiting, sampling or uneven experts: `evidence` says how far real
servers stay below.
"""

from __future__ import annotations

from dataclasses import dataclass

from inference.capacity.machines import Machine
from inference.capacity.models import Kept, Model
from inference.serving.config import Layout

ENGINE_BYTES = 2 * 2**30
"""Of a rank beside weights and key-value cache: CUDA context and graphs, or on a CPU interpreter and torch."""
USABLE = 0.9
"""Of a device's memory, vLLM's `--gpu-memory-utilization` by default."""


@dataclass(frozen=True, slots=True)
class Load:
    """`users`: answers written at once; `context`: tokens that each has before it on average."""

    users: int
    context: int = 2048


@dataclass(frozen=True, slots=True)
class Prediction:
    """At best.

    weight_bytes: on the fullest device; cache_tokens: tokens whose keys and values fit on all devices; users: answers
    of that context that fit; step_seconds: time of one token for each of the load's users; tokens_per_second: of all
    together, and `each` of one; prompt_tokens_per_second; bound: what the step waits for, "memory", "matrix" or
    "network"; None in figures where the model does not fit.
    """

    weight_bytes: float
    cache_tokens: int = 0
    users: int = 0
    step_seconds: float | None = None
    tokens_per_second: float | None = None
    each: float | None = None
    prompt_tokens_per_second: float | None = None
    bound: str = "memory"


def predict(model: Model, kept: Kept, machine: Machine, layout: Layout, load: Load) -> Prediction:
    """What the roofline says. Ranks fill a node before the next begins."""
    weights = weights_of_a_rank(model, kept, layout)
    room = machine.memory * USABLE - ENGINE_BYTES - weights
    spread = min(layout.tensor, model.heads)  # cached heads are shared out; more ranks than heads hold copies
    tokens = int(room * spread * layout.data // model.cache_bytes) if room > 0 else 0
    if tokens < load.context:
        return Prediction(weights)
    read, compute, sent = step(model, kept, machine, layout, load)
    seconds = max(read, compute) + sent
    bound = "network" if sent > max(read, compute) else "memory" if read >= compute else "matrix"
    prompt = layout.ranks * rate(machine, kept) / (2 * model.active)
    rate_of_all = load.users / seconds
    return Prediction(weights, tokens, tokens // load.context, seconds, rate_of_all, 1 / seconds, prompt, bound)


def weights_of_a_rank(model: Model, kept: Kept, layout: Layout) -> float:
    """Bytes. Tensor ranks share every matrix; with experts on all ranks, data-parallel groups share the experts too."""
    routed = model.routed * kept.expert_bits / 8 / (layout.ranks if layout.experts else layout.tensor)
    return routed + model.unrouted_bits(kept) / 8 / layout.tensor


def step(model: Model, kept: Kept, machine: Machine, layout: Layout, load: Load) -> tuple[float, float, float]:
    """Seconds of reading, computing and sending of one step, on each rank; users are spread over the groups evenly."""
    group = load.users / layout.data
    meeting = load.users if layout.experts else group  # tokens that meet at one set of experts
    over = layout.ranks if layout.experts else layout.tensor
    experts = model.mixed * model.chosen(meeting) * model.expert * kept.expert_bits / 8 / over
    read = experts + model.others * kept.other_bits / 8 / layout.tensor
    read += group * load.context * model.cache_bytes / min(layout.tensor, model.heads)
    flops = 2 * group * model.active / layout.tensor  # attention over the context is read, not computed, at such sizes
    return read / machine.read, flops / rate(machine, kept), sending(model, machine, layout, group)


def sending(model: Model, machine: Machine, layout: Layout, tokens: float) -> float:
    """Seconds of a step's exchanges for the `tokens` of a group: sums over tensor ranks twice a layer, and rows to the
    experts' ranks (a byte a number there, two back) and their results, each row to a rank at most once.
    """
    if layout.ranks == 1:
        return 0.0
    speed = machine.link if layout.ranks <= machine.devices else machine.network
    total = 0.0
    if layout.tensor > 1:
        inside = machine.link if layout.tensor <= machine.devices else machine.network
        total += 2 * model.layers * 2 * tokens * model.hidden * 2 * (layout.tensor - 1) / layout.tensor / inside
    if layout.experts and layout.data > 1:
        away = min(model.top_k, layout.ranks) * (layout.ranks - 1) / layout.ranks
        total += model.mixed * tokens / layout.tensor * away * model.hidden * 3 / speed
    return total


def rate(machine: Machine, kept: Kept) -> float:
    """FLOP a second for weights kept so: fp8 multiplies as fp8 where the device can, all else as bf16."""
    return machine.fp8 if kept is Kept.FP8 and machine.fp8 else machine.bf16


def experts_seconds(model: Model, kept: Kept, machine: Machine, tokens: int, ranks: int = 1) -> float:
    """Of the routed experts of one layer, for so many tokens on each of the ranks that share them."""
    chosen = model.chosen(tokens * ranks) / ranks
    read = chosen * model.expert * kept.expert_bits / 8 / machine.read
    return max(read, 2 * tokens * model.top_k * model.expert / rate(machine, kept))

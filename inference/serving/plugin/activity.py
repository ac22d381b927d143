"""Which experts are asked for, by layer and by domain: counted by the kernel while it plans, written down now and then.

One table a process, [layers, domains, experts]. A request says its domain in its id (`house.<domain>.<anything>`, which
the client sends as X-Request-Id); what does not is "other". vLLM tells nobody below the model whose rows a batch holds,
so its runner is asked at the beginning of each step; where a version of vLLM has no such place, everything is "other".
"""

from __future__ import annotations

import functools
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from inference.moe.kernels.cpu.packed import Tally
from inference.serving.plugin import loaded
from inference.serving.plugin.trace import Trace

OTHER = "other"
MOST_DOMAINS = 16
EVERY_SECONDS = 2.0
_ID = re.compile(r"(?:^|-)house\.([a-z_]{1,32})\.")
_LAYER = re.compile(r"\.(\d+)\.")


@dataclass(slots=True)
class Table:
    """The counts of one process. `domains[0]` is "other"; layers are added as they are built."""

    domains: list[str] = field(default_factory=lambda: [OTHER])
    layers: dict[int, Tensor] = field(default_factory=dict)
    labels: Tensor | None = None
    """[tokens of this step] uint8, index into `domains`; None where nobody tells."""

    def layer(self, name: str, experts: int) -> tuple[int, Tensor]:
        """Number and counts [domains, experts] int64 of the layer whose name in the model holds its number."""
        number = number_of(name, len(self.layers))
        return number, self.layers.setdefault(number, torch.zeros((MOST_DOMAINS, experts), dtype=torch.int64))

    def step(self, requests: Sequence[str], tokens: Sequence[int]) -> None:
        """Note whose rows the next forward pass holds: `tokens` of each request, in the order of the batch."""
        labels = np.repeat(np.array([self._domain(request) for request in requests], dtype=np.uint8), tokens)
        self.labels = torch.from_numpy(labels)

    def idle(self) -> None:
        """The next forward pass holds no request's rows: vLLM measures itself, or keeps in step with other ranks."""
        self.labels = torch.zeros(0, dtype=torch.uint8)

    def tally(self, counts: Tensor, tokens: int) -> Tally:
        """What the kernel adds a layer's slots to."""
        labels = self.labels
        return Tally(labels if labels is not None else torch.zeros(tokens, dtype=torch.uint8), counts)

    def add(self, counts: Tensor, ids: Tensor) -> None:
        """Count ids [tokens, top_k] where no kernel does it: rows that travel to other ranks forget whose they are."""
        tally = self.tally(counts, len(ids))
        known = min(len(tally.labels), len(ids))
        slots = ids[:known].long()
        places = tally.labels[:known, None].long() * counts.shape[1] + slots
        counts.view(-1).add_(torch.bincount(places[slots >= 0], minlength=counts.numel()))

    def total(self) -> int:
        """Slots counted so far."""
        return sum(int(counts.sum()) for counts in self.layers.values())

    def save(self, path: Path) -> None:
        """Replace the file: `layers` [n], `domains` [m], `counts` [layers, domains, experts]."""
        numbers = sorted(self.layers)
        counts = [self.layers[number][: len(self.domains)].numpy() for number in numbers]
        beside = path.with_name(f".{path.name}.tmp")
        with beside.open("wb") as file:
            np.savez(file, layers=np.array(numbers), domains=np.array(self.domains), counts=np.stack(counts))
        beside.replace(path)

    def _domain(self, request: str) -> int:
        found = _ID.search(request)
        if found is None:
            return 0
        name = found.group(1)
        if name in self.domains:
            return self.domains.index(name)
        if len(self.domains) == MOST_DOMAINS:  # whoever names more is not told apart: series stay bounded
            return 0
        self.domains.append(name)
        return len(self.domains) - 1


def number_of(name: str, otherwise: int = 0) -> int:
    """The layer's number in its name in the model; `otherwise` where it has none."""
    found = _LAYER.search(name)
    return int(found.group(1)) if found else otherwise


def listen(table: Table, runner: type[Any]) -> bool:
    """Have vLLM's runner say whose rows come next; False where it can't be asked. Calling it again changes nothing."""
    prepare, dummy = getattr(runner, "_prepare_inputs", None), getattr(runner, "_dummy_run", None)
    if prepare is None or dummy is None:
        return False
    if not hasattr(prepare, "house"):
        runner._prepare_inputs = _announced(table, prepare)  # noqa: SLF001 - there is no other place
        runner._dummy_run = _quiet(table, dummy)  # noqa: SLF001
    return True


def _announced(table: Table, prepare: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(prepare)
    def call(runner: Any, scheduled: Any, tokens: Any, *rest: Any, **named: Any) -> Any:
        table.step(runner.input_batch.req_ids, tokens)
        return prepare(runner, scheduled, tokens, *rest, **named)

    call.house = True  # type: ignore[attr-defined]
    return call


def _quiet(table: Table, dummy: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(dummy)
    def call(*given: Any, **named: Any) -> Any:
        table.idle()
        return dummy(*given, **named)

    return call


class Writer(threading.Thread):
    """Saves the table under the process's number as long as it grows, and the recording when it grows no more."""

    def __init__(self, table: Table, folder: Path, every: float = EVERY_SECONDS, trace: Trace | None = None) -> None:
        super().__init__(name="activity", daemon=True)
        self._table, self._every, self._trace = table, every, trace
        self._path = folder / f"rank-{os.getpid()}.npz"
        self._stopped = threading.Event()

    def run(self) -> None:
        """Until the process ends."""
        seen = -1
        while not self._stopped.wait(self._every):
            total = self._table.total()
            if total != seen:
                self._table.save(self._path)
                seen = total
            elif self._trace is not None:
                self._trace.flush(self._table.domains)

    def stop(self) -> None:
        """For tests."""
        self._stopped.set()
        self.join()


@dataclass(frozen=True, slots=True)
class Watch:
    """One layer's place in the table, and the recording if there is one."""

    table: Table
    number: int
    counts: Tensor
    trace: Trace | None = None

    def tally(self, ids: Tensor) -> Tally:
        """What the kernel adds the slots of ids [tokens, top_k] to."""
        tally = self.table.tally(self.counts, len(ids))
        self.record(ids)
        return tally

    def labels(self, tokens: int) -> Tensor:
        """Whose the tokens of this step are, [tokens] uint8."""
        return self.table.tally(self.counts, tokens).labels

    def add(self, ids: Tensor) -> None:
        """Count ids [tokens, top_k] where no kernel does it."""
        self.table.add(self.counts, ids)
        self.record(ids)

    def record(self, ids: Tensor) -> None:
        """Note ids [tokens, top_k], already counted, in the recording if there is one."""
        if self.trace is not None:
            self.trace.add(self.number, ids, self.labels(len(ids)), self.table.domains)


def watch(layer: Any, *, split: bool) -> Watch | None:
    """The watch of a layer of this process; None where nothing is to be counted.

    Args:
        layer: vLLM's, with its name and number of experts.
        split: ranks of one tensor-parallel group see the same slots, and the first of them counts for all; otherwise
            each computes experts of its own, and counts those.
    """
    from vllm.distributed import get_tensor_model_parallel_rank

    settings = loaded.settings()
    if settings is None or settings.activity is None or (split and get_tensor_model_parallel_rank() > 0):
        return None
    table, trace = _of_process(settings.activity, settings.trace_bytes)
    number, counts = table.layer(layer.layer_name, layer.global_num_experts)
    return Watch(table, number, counts, trace)


@functools.cache
def _of_process(folder: Path, trace_bytes: int) -> tuple[Table, Trace | None]:
    """The table and the recording of this process, written into `folder` from now on."""
    from vllm.v1.worker.gpu_model_runner import GPUModelRunner

    table = Table()
    folder.mkdir(parents=True, exist_ok=True)
    listen(table, GPUModelRunner)
    trace = Trace(folder, trace_bytes) if trace_bytes else None
    Writer(table, folder, trace=trace).start()
    return table, trace

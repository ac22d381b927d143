"""Routings as they happened, in files that `python -m benchmarks.ep --trace` reads.

Off unless asked for. Ids of a rank are held back until a part is full or nobody asks any more, then written as one
.npz; when a rank's parts are larger than the limit the oldest go. A part holds `ids` [rows, top_k] int16, `layer`
[rows] int16, `step` [rows] int64 and `domain` [rows] uint8 with `domains` [n], whose rows are tokens in the order they
were computed.
"""

from __future__ import annotations

import os
import threading
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from torch import Tensor

PARTS = 8
"""A part is full at this fraction of the limit, before it is compressed."""


@dataclass(slots=True)
class Trace:
    """One rank's recording under `folder`, at most `limit` bytes. Rows are added by one thread, flushed by any."""

    folder: Path
    limit: int
    _ids: list[Tensor] = field(default_factory=list)
    _about: list[tuple[int, int, Tensor]] = field(default_factory=list)
    _held: int = 0
    _step: int = -1
    _layer: int = -1
    _part: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, layer: int, ids: Tensor, labels: Tensor, domains: list[str]) -> None:
        """Note ids [tokens, top_k] of a layer; rows past the labels [tokens] uint8 are padding and left out."""
        ids = ids[: len(labels)]
        if not len(ids):
            return
        with self._lock:
            if layer <= self._layer or self._step < 0:  # layers come in order, so the next step has begun
                self._step += 1
            self._layer = layer
            self._ids.append(ids.to("cpu", copy=True))
            self._about.append((layer, self._step, labels))
            self._held += 2 * ids.numel()
        if self._held >= self.limit // PARTS:
            self.flush(domains)

    def flush(self, domains: list[str]) -> None:
        """Write what is held back, and let the oldest parts go when there is too much."""
        with self._lock:
            held, about = self._ids, self._about
            self._ids, self._about, self._held = [], [], 0
        if not held:
            return
        ids = np.concatenate([one.numpy().astype(np.int16) for one in held])
        rows = [len(one) for one in held]
        layers = np.repeat(np.array([layer for layer, _, _ in about], dtype=np.int16), rows)
        steps = np.repeat(np.array([step for _, step, _ in about], dtype=np.int64), rows)
        whose = np.concatenate([labels.numpy()[:count] for (_, _, labels), count in zip(about, rows, strict=True)])
        path = self.folder / f"trace-{os.getpid()}-{self._part:06}.npz"
        beside = path.with_name(f".{path.name}.tmp")
        with beside.open("wb") as file:
            np.savez_compressed(file, ids=ids, layer=layers, step=steps, domain=whose, domains=np.array(domains))
        beside.replace(path)
        self._part += 1
        self._forget()

    def _forget(self) -> None:
        parts = sorted(self.folder.glob(f"trace-{os.getpid()}-*.npz"))
        total = sum(part.stat().st_size for part in parts)
        for part in parts[:-1]:
            if total <= self.limit:
                break
            total -= part.stat().st_size
            part.unlink(missing_ok=True)

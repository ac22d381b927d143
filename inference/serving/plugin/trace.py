"""Routings as they happened, in files that `python -m benchmarks.ep --trace` reads.

Off unless asked for. Ids of a rank are held back until a part is full, then written as one .npz; when the parts reach
the limit the oldest goes. A part holds `ids` [rows, top_k] int16, `layer` [rows] int16, `step` [rows] int64 and
`domain` [rows] uint8 with `domains` [n], whose rows are tokens in the order they were computed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from torch import Tensor

PARTS = 8
"""Files that a limit is spread over."""


@dataclass(slots=True)
class Trace:
    """One rank's recording under `folder`, at most `limit` bytes of ids."""

    folder: Path
    limit: int
    _ids: list[Tensor] = field(default_factory=list)
    _about: list[tuple[int, int, Tensor]] = field(default_factory=list)
    _held: int = 0
    _step: int = -1
    _layer: int = -1
    _part: int = 0

    def add(self, layer: int, ids: Tensor, labels: Tensor, domains: list[str]) -> None:
        """Note ids [tokens, top_k] of a layer; rows past the labels [tokens] uint8 are padding and left out."""
        ids = ids[: len(labels)]
        if not len(ids):
            return
        if layer <= self._layer or self._step < 0:  # layers come in order, so the next step has begun
            self._step += 1
        self._layer = layer
        self._ids.append(ids.to("cpu", copy=True))
        self._about.append((layer, self._step, labels))
        self._held += 2 * ids.numel()
        if self._held >= self.limit // PARTS:
            self.flush(domains)

    def flush(self, domains: list[str]) -> None:
        """Write what is held back, and let the oldest part go when there is one too many."""
        if not self._ids:
            return
        ids = np.concatenate([one.numpy().astype(np.int16) for one in self._ids])
        rows = [len(one) for one in self._ids]
        layers = np.repeat(np.array([layer for layer, _, _ in self._about], dtype=np.int16), rows)
        steps = np.repeat(np.array([step for _, step, _ in self._about], dtype=np.int64), rows)
        whose = np.concatenate(
            [labels.numpy()[:count] for (_, _, labels), count in zip(self._about, rows, strict=True)]
        )
        path = self.folder / f"trace-{os.getpid()}-{self._part:06}.npz"
        beside = path.with_name(f".{path.name}.tmp")
        with beside.open("wb") as file:
            np.savez_compressed(file, ids=ids, layer=layers, step=steps, domain=whose, domains=np.array(domains))
        beside.replace(path)
        self._ids, self._about, self._held, self._part = [], [], 0, self._part + 1
        for old in sorted(self.folder.glob(f"trace-{os.getpid()}-*.npz"))[:-PARTS]:
            old.unlink(missing_ok=True)

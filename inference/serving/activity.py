"""What the ranks have counted, put together: read by the launcher, and by the metrics in the server's front process.

A rank writes its own file and nobody else's; sums are made here, whenever somebody looks. No torch.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Activity:
    """Slots computed so far: `counts` [layers, domains, experts]; `layers` are their numbers in the model."""

    layers: tuple[int, ...]
    domains: tuple[str, ...]
    counts: Counts

    @property
    def slots(self) -> int:
        """All of them."""
        return int(self.counts.sum())

    def evenness(self) -> npt.NDArray[np.float64]:
        """Mean over max of the experts' slots, a layer each: 1 where all are asked for equally, 0 where none was."""
        by_expert = self.counts.sum(axis=1).astype(np.float64)
        most = by_expert.max(axis=1)
        even: npt.NDArray[np.float64] = by_expert.mean(axis=1) / np.maximum(most, 1)
        return even


def read(folder: Path) -> Activity | None:
    """Everything that the ranks of one server have written; None while there is nothing."""
    found = [one for path in sorted(folder.glob("rank-*.npz")) if (one := _read(path)) is not None]
    if not found:
        return None
    layers = sorted({number for one in found for number in one.layers})
    domains = list(dict.fromkeys(name for one in found for name in one.domains))
    experts = max(one.counts.shape[2] for one in found)
    total = np.zeros((len(layers), len(domains), experts), dtype=np.int64)
    for one in found:
        rows = [layers.index(number) for number in one.layers]
        columns = [domains.index(name) for name in one.domains]
        total[np.ix_(rows, columns, range(one.counts.shape[2]))] += one.counts
    return Activity(tuple(layers), tuple(domains), total)


def clear(folder: Path) -> None:
    """Forget what an earlier server has counted."""
    for path in folder.glob("rank-*.npz"):
        path.unlink(missing_ok=True)


def _read(path: Path) -> Activity | None:
    try:
        with np.load(path) as file:
            held: Mapping[str, npt.NDArray[np.generic]] = file
            layers = tuple(int(number) for number in held["layers"])
            domains = tuple(str(name) for name in held["domains"])
            counts = np.asarray(held["counts"], dtype=np.int64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None  # gone, or of another version
    if counts.ndim != 3 or counts.shape[:2] != (len(layers), len(domains)):
        return None
    return Activity(layers, domains, counts)

"""How honest a confidence is, and the temperature that makes it so."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.intents.model import Floats, softmax

BINS = 15


def calibration_error(confidence: NDArray[np.floating[Any]], right: NDArray[np.bool_]) -> float | None:
    """Expected calibration error over equal-width bins (Naeini et al., 2015); None without questions."""
    if len(confidence) == 0:
        return None
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    gaps = [abs(confidence[bins == b].mean() - right[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    return float(sum(gaps))


def temperature(scores: Floats, labels: NDArray[np.int64]) -> float:
    """Find the temperature that gives held-out questions [n, C] the highest likelihood (Guo et al., 2017)."""
    grid = np.geomspace(0.01, 2.0, 80)
    rows = np.arange(len(labels))
    losses = [-np.log(np.maximum(softmax(scores / np.float32(t))[rows, labels], 1e-12)).mean() for t in grid]
    return float(grid[int(np.argmin(losses))])

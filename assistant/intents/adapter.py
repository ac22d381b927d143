"""Fine-tuning, as an option: a linear map of the embeddings, learnt from the tenant's own examples.

Directions in which questions of one intent differ among themselves are shortened, those that tell intents apart thereby
count for more (within-class covariance normalisation: Hatch, Kajarekar and Stolcke, 2006). A map is served by numpy
with any encoder, and is learnt in closed form within a second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from assistant.intents.model import Floats

STRENGTH = 0.25
"""0 changes nothing, 0.5 makes all directions within an intent equal. banking77, 8,031 to train and 1,962 held out:
0, 0.25, 0.5 give accuracy 0.938, 0.941, 0.940."""
FLOOR = 0.1
"""Share of the mean variance that is added to each direction's: a few examples say little about most of them."""


def learn(known: Floats, numbers: NDArray[np.int64]) -> Floats:
    """Return the map [d, d] for centred unit vectors [n, d] with class numbers [n]; examples of no class stay out."""
    classes = int(numbers.max()) + 1
    counts = np.bincount(numbers, minlength=classes)
    means = np.zeros((classes, known.shape[1]), np.float32)
    np.add.at(means, numbers, known)
    spread = known - (means / np.maximum(counts, 1)[:, None])[numbers]
    covariance = spread.T @ spread / max(1, len(known) - classes)
    variances, directions = np.linalg.eigh(covariance.astype(np.float64))
    mean = float(np.maximum(variances, 0.0).mean())
    if mean <= 0.0:  # one example an intent: nothing to learn from
        return np.eye(known.shape[1], dtype=np.float32)
    shortened = (np.maximum(variances, 0.0) / mean + FLOOR) ** -STRENGTH
    found: Floats = ((directions * shortened) @ directions.T).astype(np.float32)
    return found

"""The trained check at work: features, one dot product, a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from domains.errors import WeightsDamaged
from domains.evidence import features
from domains.types import Evidence
from retrieval.types import Hit

WEIGHTS = Path(__file__).parent / "weights.json"


class Weights(BaseModel):
    """The weights file: one entry a feature, so that a file of another version is refused by name."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weight: tuple[float, ...]
    bias: float
    threshold: float
    trained_on: dict[str, int]

    @model_validator(mode="after")
    def _fits(self) -> Weights:
        if self.names != features.NAMES:
            raise ValueError(
                "the features changed since these weights were trained: run python -m domains.evidence.train"
            )
        if not len(self.names) == len(self.mean) == len(self.scale) == len(self.weight):
            raise ValueError("names, mean, scale and weight must be of one length")
        return self


class EvidenceCheck:
    """Judges whether hits answer a question. Thread-safe, holds no state but its weights."""

    def __init__(self, weights: Weights, *, threshold: float | None = None) -> None:
        self.weights = weights
        self.threshold = weights.threshold if threshold is None else threshold

    @classmethod
    def load(cls, path: Path | None = None, *, threshold: float | None = None) -> EvidenceCheck:
        """Read a weights file (the one that comes with the code by default). Raises WeightsDamaged, OSError."""
        file = path or WEIGHTS
        try:
            weights = Weights.model_validate_json(file.read_bytes())
        except ValidationError as error:
            reason = "; ".join(one["msg"] for one in error.errors(include_url=False)[:3])
            raise WeightsDamaged(
                f"{file.name}: {reason}. Restore the file, or run python -m domains.evidence.train."
            ) from error
        return cls(weights, threshold=threshold)

    def judge(self, question: str, hits: Sequence[Hit]) -> Evidence:
        """Return the hits, in their order, with the probability that they answer; without hits it is 0."""
        if not hits:
            return Evidence(hits=(), answerable=0.0, sufficient=False)
        answerable = self.probability(features.extract(question, hits))
        return Evidence(hits=tuple(hits), answerable=answerable, sufficient=answerable >= self.threshold)

    def probability(self, row: features.Features) -> float:
        """Probability for features of shape [len(NAMES)]; unknown ones count as the mean."""
        known = np.where(np.isnan(row), self.weights.mean, row)
        return float(1.0 / (1.0 + np.exp(-(known @ self._slope + self._offset))))

    @cached_property
    def _slope(self) -> NDArray[np.float64]:
        slope: NDArray[np.float64] = np.array(self.weights.weight) / np.array(self.weights.scale)
        return slope

    @cached_property
    def _offset(self) -> float:
        return float(self.weights.bias - np.array(self.weights.mean) @ self._slope)

"""The trained check at work: features, one dot product, a threshold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError, model_validator

from domains.errors import WeightsDamaged
from domains.evidence import features
from domains.types import Evidence
from retrieval.types import Hit

_NEARLY = 0.75
"""Share of the threshold from which hits are about the question, whatever the second head says."""

WEIGHTS = Path(__file__).parent / "weights.json"


class Head(BaseModel):
    """One question asked of the features: a weight for each, a bias, the probability from which the answer is yes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    weight: tuple[float, ...]
    bias: float
    threshold: float


class Weights(BaseModel):
    """The weights file: one entry a feature, so that a file of another version is refused by name.

    `answers` is whether the hits answer the question, `about` whether they are about what it is about at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    names: tuple[str, ...]
    mean: tuple[float, ...]
    scale: tuple[float, ...]
    answers: Head
    about: Head
    trained_on: dict[str, int]

    @model_validator(mode="after")
    def _fits(self) -> Weights:
        if self.names != features.NAMES:
            raise ValueError(
                "the features changed since these weights were trained: run python -m domains.evidence.train"
            )
        lengths = {len(part) for part in (self.mean, self.scale, self.answers.weight, self.about.weight)}
        if lengths != {len(self.names)}:
            raise ValueError("names, mean, scale and weights must be of one length")
        return self


class EvidenceCheck:
    """Judges whether hits answer a question. Thread-safe, holds no state but its weights."""

    def __init__(self, weights: Weights, *, threshold: float | None = None) -> None:
        self.weights = weights
        self.threshold = weights.answers.threshold if threshold is None else threshold

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
        """Return the hits, in their order, with the probability that they answer; without hits it is 0.

        Whatever the probability, hits that do not name the year of the question do not suffice.
        """
        if not hits:
            return Evidence(hits=(), answerable=0.0, sufficient=False)
        row = features.extract(question, hits)
        answerable = self.probability(row)
        sufficient = answerable >= self.threshold and not features.lacks_year(question, hits)
        nearly = answerable >= _NEARLY * self.threshold
        related = nearly or self._of(row, self._about) >= self.weights.about.threshold
        return Evidence(tuple(hits), answerable, sufficient, related)

    def probability(self, row: features.Features) -> float:
        """Probability that the hits answer, for features of shape [len(NAMES)]; unknown ones count as the mean."""
        return self._of(row, self._answers)

    def _of(self, row: features.Features, line: _Line) -> float:
        known = np.where(np.isnan(row), self.weights.mean, row)
        return float(1.0 / (1.0 + np.exp(-(known @ line.slope + line.offset))))

    @cached_property
    def _answers(self) -> _Line:
        return _line(self.weights, self.weights.answers)

    @cached_property
    def _about(self) -> _Line:
        return _line(self.weights, self.weights.about)


@dataclass(frozen=True, slots=True)
class _Line:
    """A head for features that are not scaled: `slope` of shape [len(NAMES)]."""

    slope: NDArray[np.float64]
    offset: float


def _line(weights: Weights, head: Head) -> _Line:
    slope: NDArray[np.float64] = np.array(head.weight) / np.array(weights.scale)
    return _Line(slope, float(head.bias - np.array(weights.mean) @ slope))

"""The arithmetic of the classifier: a linear head, calibrated probabilities, and a score for strangers. numpy only."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.intents.grams import Grams, absent
from retrieval.types import Vectors

Floats = NDArray[np.float32]

NEAR = 5
"""The distance to known questions is the similarity to the fifth nearest: one odd example does not make a friend."""
STRANGE_NEAR = 3


@dataclass(frozen=True, slots=True)
class Scores:
    """What the head says of n questions: probabilities [n, classes], and how strange each is [n], 0 to 1."""

    probabilities: Floats
    strangeness: Floats


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A trained head. All arrays are plain float32 or fixed-width text, so that it is stored without pickle.

    `classes` [C] names; `mean` [d] is subtracted before a vector is brought to unit length again, since embeddings of
    this kind share a large common part (E5's cosines start at 0.7); `weights` [C, d] and `bias` [C] are the head;
    `temperature` [1] calibrates it. `known` [n, d] are the training vectors and `strangers` [m, d] the examples of
    what is out of scope; `strange_weights` [5] with bias [1] weigh the features of `features_of`; a question is out of
    scope when that probability is over `threshold` [1]. `grams` is a second opinion from the words themselves, whose
    margins are added to the logits `gram_weight` [1] times.
    """

    classes: NDArray[np.str_]
    mean: Floats
    weights: Floats
    bias: Floats
    temperature: Floats
    known: Floats
    strangers: Floats
    strange_weights: Floats
    strange_bias: Floats
    threshold: Floats
    grams: Grams | None = None
    gram_weight: Floats = field(default_factory=lambda: np.zeros(1, np.float32))

    def scores(self, vectors: Vectors, texts: Sequence[str] | None = None) -> Scores:
        """Judge question embeddings [n, d] and, where the head was trained with them, their n texts."""
        centred = centre(vectors, self.mean)
        logits = centred @ self.weights.T + self.bias
        margins = self._margins(logits, texts)
        strange = self.features(centred, logits, margins) @ self.strange_weights + self.strange_bias[0]
        fused = logits + self.gram_weight[0] * margins
        return Scores(softmax(fused / self.temperature[0]), 1.0 / (1.0 + np.exp(-strange)))

    def features(self, centred: Floats, logits: Floats, margins: Floats) -> Floats:
        """Describe how strange questions are."""
        return features_of(logits, centred @ self.known.T, centred @ self.strangers.T, margins)

    def _margins(self, logits: Floats, texts: Sequence[str] | None) -> Floats:
        if self.grams is None or texts is None:
            return np.zeros_like(logits)
        return self.grams.margins(texts)

    def dump(self) -> bytes:
        """Write the arrays as .npz."""
        buffer = io.BytesIO()
        arrays = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "grams"}
        grams = self.grams or absent(len(self.classes))
        arrays |= {f"gram_{entry.name}": getattr(grams, entry.name) for entry in fields(grams)} | {
            "gram_fusion": arrays.pop("gram_weight")
        }
        # Half precision for what is only compared by cosine: ten thousand examples are 8 MB instead of 15.
        arrays |= {name: arrays[name].astype(np.float16) for name in ("known", "strangers")}
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def parse(cls, data: bytes) -> LinearModel:
        """Read `dump`'s bytes. Raises ValueError when they are damaged."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                found = {name: arrays[name] for name in cls.__dataclass_fields__ if not name.startswith("gram")}
                if "gram_fusion" in arrays:
                    parts = {name: arrays[f"gram_{name}"] for name in Grams.__dataclass_fields__}
                    grams, fusion = Grams(**parts), arrays["gram_fusion"]
                else:  # trained before words were looked at
                    grams, fusion = absent(len(found["classes"])), np.zeros(1, np.float32)
                    found["strange_weights"] = np.append(found["strange_weights"], np.float32(0))
        except (BadZipFile, EOFError, KeyError, OSError) as error:
            raise ValueError(f"These {len(data)} bytes are no trained classifier: {error}. Train again.") from error
        found |= {name: found[name].astype(np.float32) for name in ("known", "strangers")}
        return cls(**found, grams=grams if len(grams.keys) else None, gram_weight=fusion)


def centre(vectors: Vectors, mean: Floats) -> Floats:
    """Subtract the common part and bring the rest to unit length: [n, d] to [n, d]."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    centred: Floats = (moved / np.maximum(lengths, 1e-9)).astype(np.float32)
    return centred


def softmax(logits: Floats) -> Floats:
    """Turn logits [n, C] into probabilities, row by row."""
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    probabilities: Floats = shifted / shifted.sum(axis=1, keepdims=True)
    return probabilities


def energy(logits: Floats) -> Floats:
    """Free energy, negative log-sum-exp of the logits [n]: high for what no class claims (Liu et al., 2020)."""
    top = logits.max(axis=1)
    value: Floats = -(top + np.log(np.exp(logits - top[:, None]).sum(axis=1)))
    return value


def features_of(logits: Floats, near: Floats, strange: Floats, margins: Floats | None = None) -> Floats:
    """Describe strangeness [n, 5]: energy, similarity to known questions and to known strangers, spread of the logits,
    and the best margin that the words alone give [n, C].

    `near` [n, known] and `strange` [n, strangers] are cosines; without strangers their feature is zero.
    """
    kth = _mean_of_top(near, NEAR, only_last=True)
    stranger = _mean_of_top(strange, STRANGE_NEAR, only_last=False)
    margin = logits.max(axis=1) - logits.mean(axis=1)
    words = np.zeros(len(logits), np.float32) if margins is None else margins.max(axis=1)
    return np.stack([energy(logits), kth, stranger, margin, words], axis=1).astype(np.float32)


def _mean_of_top(similarities: Floats, k: int, *, only_last: bool) -> Floats:
    count = similarities.shape[1]
    if count == 0:
        return np.zeros(len(similarities), np.float32)
    k = min(k, count)
    top = np.partition(similarities, count - k, axis=1)[:, count - k :]
    result: Floats = top.min(axis=1) if only_last else top.mean(axis=1)
    return result

"""The arithmetic of the classifier: a kernel head, calibrated probabilities, and a score for strangers. numpy only."""

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

GAMMA = 1.0
"""Width of the Gaussian over unit vectors. banking77, 7,994 to train and 1,999 held out, embedding alone: GAMMA 0.5, 1,
2, 4 give accuracy 0.923, 0.926, 0.925, 0.918; logistic regression on the same vectors 0.909."""
NEAR = 5
"""The distance to known questions is the similarity to the fifth nearest: one odd example does not make a friend."""
FEATURES = 5


@dataclass(frozen=True, slots=True)
class Scores:
    """What the head says of n questions: probabilities [n, classes], and how strange each is [n], 0 to 1."""

    probabilities: Floats
    strangeness: Floats


@dataclass(frozen=True, slots=True)
class KernelModel:
    """A trained head. All arrays are plain floats or fixed-width text, so that it is stored without pickle.

    `classes` [C] names; `mean` [d] is subtracted before a vector is brought to unit length again, since embeddings of
    this kind share a large common part (E5's cosines start at 0.7); `known` [m, d] are examples that a question is
    compared with, the last `strangers` [1] of them out of scope; `weights` [m, C + 1] turn the kernel's values into
    scores, the last column being that of strangers; `grams` adds what the words say, [C + 1] as well. `temperature`
    [1] calibrates the scores; `strange_weights` [FEATURES] with `strange_bias` [1] weigh the features of `features_of`;
    a question is out of scope when that probability is over `threshold` [1]. `adapter` is the map [d, d] of a
    fine-tuned version, [0, 0] without one.
    """

    classes: NDArray[np.str_]
    mean: Floats
    known: Floats
    strangers: NDArray[np.int64]
    weights: Floats
    temperature: Floats
    strange_weights: Floats
    strange_bias: Floats
    threshold: Floats
    grams: Grams
    adapter: Floats = field(default_factory=lambda: np.zeros((0, 0), np.float32))

    def scores(self, vectors: Vectors, texts: Sequence[str] | None = None) -> Scores:
        """Judge question embeddings [n, d] and, where the head was trained with them, their n texts."""
        near = seen(vectors, self.mean, self.adapter) @ self.known.T
        raw = gaussian(near) @ self.weights
        if texts is not None and len(self.grams.keys):
            raw = raw + self.grams.margins(texts)
        strange = features_of(raw, self._friends(near)) @ self.strange_weights + self.strange_bias[0]
        return Scores(softmax(raw[:, :-1] / self.temperature[0]), 1.0 / (1.0 + np.exp(-strange)))

    def _friends(self, near: Floats) -> Floats:
        return near[:, : near.shape[1] - int(self.strangers[0])]

    def dump(self) -> bytes:
        """Write the arrays as .npz, in half precision what is only compared: ten thousand examples are 8 MB."""
        buffer = io.BytesIO()
        arrays = {entry.name: getattr(self, entry.name) for entry in fields(self) if entry.name != "grams"}
        arrays |= {name: arrays[name].astype(np.float16) for name in ("known", "weights")}
        arrays |= {f"gram_{entry.name}": getattr(self.grams, entry.name) for entry in fields(Grams)}
        np.savez(buffer, **arrays)
        return buffer.getvalue()

    @classmethod
    def parse(cls, data: bytes) -> KernelModel:
        """Read `dump`'s bytes. Raises ValueError when they are damaged."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                here = [name for name in cls.__dataclass_fields__ if name != "grams"]
                found = {name: arrays[name] for name in here if name != "adapter" or name in arrays}  # older versions
                words = Grams(**{name: arrays[f"gram_{name}"] for name in Grams.__dataclass_fields__})
        except (BadZipFile, EOFError, KeyError, OSError) as error:
            raise ValueError(f"These {len(data)} bytes are no trained classifier: {error}. Train again.") from error
        found |= {name: found[name].astype(np.float32) for name in ("known", "weights")}
        return cls(**found, grams=words)


def wordless(classes: int) -> Grams:
    """Return words that say nothing about `classes` intents and strangers."""
    return absent(classes + 1)


def centre(vectors: Vectors, mean: Floats) -> Floats:
    """Subtract the common part and bring the rest to unit length: [n, d] to [n, d]."""
    moved = vectors - mean
    lengths = np.linalg.norm(moved, axis=1, keepdims=True)
    centred: Floats = (moved / np.maximum(lengths, 1e-9)).astype(np.float32)
    return centred


def seen(vectors: Vectors, mean: Floats, adapter: Floats) -> Floats:
    """Return unit vectors [n, d] as the head sees them: centred and, with an adapter [d, d], mapped."""
    near = centre(vectors, mean)
    return centre(near @ adapter, np.zeros(adapter.shape[1], np.float32)) if adapter.size else near


def gaussian(cosines: Floats) -> Floats:
    """Turn cosines of unit vectors into exp(-GAMMA times the squared distance)."""
    values: Floats = np.exp(np.float32(2.0 * GAMMA) * (cosines - np.float32(1.0)))
    return values


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


def features_of(raw: Floats, near: Floats) -> Floats:
    """Describe strangeness [n, FEATURES] from scores [n, C + 1] and cosines [n, known in scope].

    Energy of the scores, the best score and its lead over the second, the strangers' score, and the similarity to the
    NEAR-th known question. The scores fall off with the distance to everything known, the Gaussian sees to that.
    """
    inside, stranger = raw[:, :-1], raw[:, -1]
    top = np.sort(inside, axis=1)[:, -2:] if inside.shape[1] > 1 else np.repeat(inside, 2, axis=1)
    return np.stack([energy(inside), top[:, 1], top[:, 1] - top[:, 0], stranger, kth(near)], axis=1).astype(np.float32)


def kth(near: Floats) -> Floats:
    """Return the NEAR-th greatest cosine of each row, or the least where there are fewer."""
    count = near.shape[1]
    if count == 0:
        return np.zeros(len(near), np.float32)
    k = min(NEAR, count)
    nearest: Floats = np.partition(near, count - k, axis=1)[:, count - k]
    return nearest

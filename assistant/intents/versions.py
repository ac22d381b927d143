"""May a new version go live? It must not be worse on questions that neither it nor the one before has learnt from.

Every training judges its examples by heads that have not seen them (`training.Judged`). What was right is kept with
the version, so that two versions are compared question by question over the examples that both have under the same
label: an editor who adds five hundred wrong examples makes the old questions worse, and that is what is looked at. The
new version is held back only when McNemar's exact test says that noise does not explain the loss.
"""

from __future__ import annotations

import io
import math
from dataclasses import asdict, dataclass
from hashlib import blake2b
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from assistant.intents.training import Judged

FEWEST = 20
"""With fewer questions in common there is nothing to tell a loss from noise by; the new version goes live."""
NOISE = 0.01
"""A new version is held back when so great a loss would come from noise less often than this. At 0.05 a new intent of
two examples among sixty is held back, which an editor would not understand; at 0.01 seven losses and no gain are."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a version made of its held-out questions: hashes of text and label [n], sorted, and whether it was right."""

    keys: NDArray[np.uint64]
    right: NDArray[np.bool_]

    @classmethod
    def of(cls, judged: Judged) -> Outcomes:
        """Take what was judged."""
        keys = np.array([_key(text, label) for text, label in zip(judged.texts, judged.labels, strict=True)], np.uint64)
        keys, first = np.unique(keys, return_index=True)
        return cls(keys, judged.right()[first])

    def dump(self) -> bytes:
        """Write as .npz."""
        buffer = io.BytesIO()
        np.savez_compressed(buffer, keys=self.keys, right=self.right)
        return buffer.getvalue()

    @classmethod
    def parse(cls, data: bytes) -> Outcomes:
        """Read `dump`'s bytes. Raises ValueError when they are damaged."""
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
                return cls(arrays["keys"], arrays["right"])
        except (BadZipFile, EOFError, KeyError, OSError) as error:
            raise ValueError(f"These {len(data)} bytes are no held-out outcomes: {error}. Train again.") from error


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on `shared` held-out questions: accuracies, and how many only one of them has right.

    `low` and `high` bound the gain (new minus old) with 95 % confidence; `p_worse` is the probability that noise
    alone makes so many losses among the questions on which they differ. `before` is the older version's number, 0
    when there was none.
    """

    before: int
    shared: int
    old_accuracy: float | None
    new_accuracy: float | None
    gained: int
    lost: int
    low: float | None
    high: float | None
    p_worse: float | None
    passed: bool

    def as_json(self) -> dict[str, Any]:
        """For the row and for the API."""
        return asdict(self)


def compare(old: Outcomes | None, new: Outcomes | None, before: int = 0) -> Comparison:
    """Compare outcomes question by question."""
    if old is None or new is None:
        return Comparison(before, 0, None, None, 0, 0, None, None, None, passed=True)
    _, at_old, at_new = np.intersect1d(old.keys, new.keys, assume_unique=True, return_indices=True)
    was, now = old.right[at_old], new.right[at_new]
    shared, gained, lost = len(was), int((now & ~was).sum()), int((was & ~now).sum())
    if shared == 0:
        return Comparison(before, 0, None, None, 0, 0, None, None, None, passed=True)
    low, high = difference_interval(gained, lost, shared)
    p_worse = tail(lost, gained + lost)
    passed = shared < FEWEST or p_worse >= NOISE
    return Comparison(before, shared, float(was.mean()), float(now.mean()), gained, lost, low, high, p_worse, passed)


def tail(lost: int, different: int) -> float:
    """Return the probability of `lost` or more among `different` fair coins: McNemar's exact test, one-sided."""
    ways = sum(math.comb(different, k) for k in range(lost, different + 1))
    return float(ways / 2**different)


def difference_interval(gained: int, lost: int, shared: int) -> tuple[float, float]:
    """Bound a paired difference of rates with 95 %, half a question added to each cell (Agresti and Min, 2005)."""
    n, b, c = shared + 2, gained + 0.5, lost + 0.5
    middle, width = (b - c) / n, 1.96 * math.sqrt(b + c - (b - c) ** 2 / n) / n
    return max(-1.0, middle - width), min(1.0, middle + width)


def _key(text: str, label: str) -> int:
    return int.from_bytes(blake2b(f"{label}\0{text}".encode(), digest_size=8).digest(), "little")

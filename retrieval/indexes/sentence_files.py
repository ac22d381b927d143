"""Codes of sentences in a generation: all rows in one file, and where those of each chunk end in another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.indexes.vector_file import CodeFile, open_codes
from retrieval.types import Codes

CODES = "sentences.npy"
ENDS = "sentence_ends.npy"


@dataclass(frozen=True, slots=True)
class Sentences:
    """`codes` int8 [sentences, dimension], memory-mapped; `ends` int64 [chunks + 1]: those of chunk i lie between
    `ends[i]` and `ends[i + 1]`.
    """

    codes: Codes
    ends: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.ends) - 1

    def of(self, row: int) -> Codes:
        """Codes of a chunk, [its sentences, dimension]; none for a chunk whose sentences were not embedded."""
        return self.codes[int(self.ends[row]) : int(self.ends[row + 1])]


class SentenceFiles:
    """Writes both files, chunk by chunk; neither when no chunk has any sentences."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends = [0]
        self._file: CodeFile | None = None

    def append(self, codes: Codes | None, dimension: int) -> None:
        """Add the next chunk's. Raises ValueError for codes of another dimension."""
        if codes is not None and len(codes):
            if self._file is None:
                self._file = CodeFile(self._folder / CODES, dimension)
            self._file.extend(codes)
        self._ends.append(0 if self._file is None else self._file.count)

    def close(self) -> None:
        """Finish the files."""
        if self._file is None:
            return
        with self._file:
            np.save(self._folder / ENDS, np.asarray(self._ends, dtype=np.int64), allow_pickle=False)


def open_sentences(folder: Path) -> Sentences:
    """Map what was written. Raises ValueError when the two files do not belong together."""
    codes = open_codes(folder / CODES)
    ends = np.load(folder / ENDS, allow_pickle=False)
    if ends.dtype != np.int64 or ends.ndim != 1 or not len(ends):
        raise ValueError(f"{folder / ENDS}: not a list of numbers")
    if ends[0] != 0 or ends[-1] != len(codes) or (np.diff(ends) < 0).any():
        raise ValueError(f"{folder}: {ENDS} does not fit {CODES}")
    return Sentences(codes, ends)

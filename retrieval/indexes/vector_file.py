"""A .npy file of float32 rows, written without knowing how many there will be."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from retrieval.types import Vectors

_HEADER_BYTES = 128
_MAGIC = b"\x93NUMPY\x01\x00"


class VectorFile:
    """Appends rows; the header's count is filled in when the file is closed. Use as a context manager."""

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension = dimension
        self._file = path.open("wb")
        self._file.write(_header(0, dimension))
        self.count = 0

    def append(self, vector: Vectors) -> None:
        """Add one row [dimension]. Raises ValueError for another shape, or numbers that are not finite."""
        row = np.ascontiguousarray(vector, dtype="<f4")
        if row.shape != (self._dimension,) or not np.isfinite(row).all():
            raise ValueError(f"row {self.count}: expected {self._dimension} finite numbers, got shape {row.shape}")
        self._file.write(row.tobytes())
        self.count += 1

    def __enter__(self) -> VectorFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                self._file.seek(0)
                self._file.write(_header(self.count, self._dimension))
        finally:
            self._file.close()


def open_vectors(path: Path) -> Vectors:
    """Map the rows into memory, [count, dimension] float32, read-only. Raises ValueError when the file is no such."""
    if path.stat().st_size == _HEADER_BYTES:  # an empty file cannot be mapped
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]


def _header(count: int, dimension: int) -> bytes:
    """Format 1.0 of numpy's header, padded to a fixed length so that it can be written again."""
    room = _HEADER_BYTES - len(_MAGIC) - 2
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({count}, {dimension}), }}"
    return _MAGIC + room.to_bytes(2, "little") + text.ljust(room - 1).encode("ascii") + b"\n"

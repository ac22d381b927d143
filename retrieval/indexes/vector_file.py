"""A .npy file of rows, written without knowing how many there will be."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import numpy as np

from retrieval.types import Codes, Vectors

_HEADER_BYTES = 128
_MAGIC = b"\x93NUMPY\x01\x00"
_FLOAT32, _INT8 = "<f4", "|i1"


class VectorFile:
    """Appends float32 rows; the header's count is filled in when the file is closed. Use as a context manager."""

    _kind = _FLOAT32

    def __init__(self, path: Path, dimension: int) -> None:
        self._dimension = dimension
        self._file = path.open("wb")
        self._file.write(_header(0, dimension, self._kind))
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
                self._file.write(_header(self.count, self._dimension, self._kind))
        finally:
            self._file.close()


class CodeFile(VectorFile):
    """The same for int8 rows, any number of them at once."""

    _kind = _INT8

    def extend(self, codes: Codes) -> None:
        """Add rows [n, dimension]. Raises ValueError for another shape."""
        rows = np.ascontiguousarray(codes, dtype=np.int8)
        if rows.ndim != 2 or rows.shape[1] != self._dimension:
            raise ValueError(f"row {self.count}: expected rows of {self._dimension} codes, got shape {rows.shape}")
        self._file.write(rows.tobytes())
        self.count += len(rows)


def open_codes(path: Path) -> Codes:
    """Map codes into memory, [count, dimension] int8, read-only. Raises ValueError when the file is no such."""
    codes = np.load(path, mmap_mode=None if path.stat().st_size == _HEADER_BYTES else "r", allow_pickle=False)
    if codes.dtype != np.int8 or codes.ndim != 2:
        raise ValueError(f"{path}: {codes.dtype} of {codes.ndim} dimensions, expected rows of int8")
    return codes  # type: ignore[no-any-return]


def open_vectors(path: Path) -> Vectors:
    """Map the rows into memory, [count, dimension] float32, read-only. Raises ValueError when the file is no such."""
    if path.stat().st_size == _HEADER_BYTES:  # an empty file cannot be mapped
        return np.load(path, allow_pickle=False)  # type: ignore[no-any-return]
    return np.load(path, mmap_mode="r", allow_pickle=False)  # type: ignore[no-any-return]


def _header(count: int, dimension: int, kind: str) -> bytes:
    """Format 1.0 of numpy's header, padded to a fixed length so that it can be written again."""
    room = _HEADER_BYTES - len(_MAGIC) - 2
    text = f"{{'descr': '{kind}', 'fortran_order': False, 'shape': ({count}, {dimension}), }}"
    return _MAGIC + room.to_bytes(2, "little") + text.ljust(room - 1).encode("ascii") + b"\n"

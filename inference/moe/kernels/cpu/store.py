"""Packed weights kept on disk, one file a matrix or a layer's experts, so that a second start packs nothing.

A file is a header (one line of JSON, filled up to a page) and the packed bytes, in the byte order of the kernel. It is
written beside and moved into place; each part has its checksum, and a file that does not hold what it says is removed
and made again. Experts that are copies of each other are kept once.

Files are read into memory of our own and not mapped: large pages are worth a fifth of the speed of a token, and the
kernel gives none under a mapped file.

What the folder stands for (which model, which kernel, how packed) is said by its name; whoever names it answers for
that.
"""

from __future__ import annotations

import logging
import os
import zlib
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed, PackedExperts

log = logging.getLogger(__name__)

_HEADER = 4096


class _Part(BaseModel):
    """`bytes` that stand there, and their CRC-32."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bytes: int
    crc: int


class _Header(BaseModel):
    """`shape` is [rows, cols] of a matrix or [experts, hidden, inner]; a format for each part; `shared`: experts are
    copies of the one that is kept; `tail_rows`: of a matrix's second part.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    shape: tuple[int, ...]
    formats: tuple[Format, ...]
    parts: tuple[_Part, ...]
    shared: bool = False
    tail_rows: int = 0


@dataclass(frozen=True, slots=True)
class PackedStore:
    """The files of one model in `folder`, which exists. `library` gives the memory they are read into."""

    folder: Path
    library: Library

    def matrix(self, name: str, rows: int, cols: int) -> Packed | None:
        """The kept matrix of that name and shape, None where there is none that is whole."""
        found = self._read(name, (rows, cols), parts=(1, 2))
        if not found:
            return None
        header, (data, *rest) = found
        below = header.tail_rows
        tail = Packed(rest[0], header.formats[1], below, cols) if rest else None
        return Packed(data, header.formats[0], rows - below, cols, tail)

    def experts(self, name: str, experts: int, hidden: int, inner: int) -> PackedExperts | None:
        """The kept experts of one layer, None where there are none that are whole."""
        found = self._read(name, (experts, hidden, inner), parts=(2,))
        if not found:
            return None
        header, (w13, w2) = found
        first, second = header.formats
        return PackedExperts(w13, w2, (first, second), experts, hidden, inner, header.shared)

    def keep_matrix(self, name: str, packed: Packed) -> None:
        """Write it down. A disk that is full or read-only is told in the log, no more."""
        parts = (packed, packed.tail) if packed.tail is not None else (packed,)
        formats, below = tuple(part.format for part in parts), packed.outputs - packed.rows
        header = _Header(shape=(packed.outputs, packed.cols), formats=formats, parts=(), tail_rows=below)
        self._write(name, header, tuple(part.data for part in parts))

    def keep_experts(self, name: str, packed: PackedExperts) -> None:
        """The same for a layer's experts."""
        shape = packed.experts, packed.hidden, packed.inner
        header = _Header(shape=shape, formats=packed.formats, parts=(), shared=packed.shared)
        self._write(name, header, (packed.w13, packed.w2))

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.packed"

    def _read(self, name: str, shape: tuple[int, ...], parts: tuple[int, ...]) -> tuple[_Header, list[Tensor]] | None:
        path = self._path(name)
        try:
            with path.open("rb") as file:
                header = _Header.model_validate_json(file.read(_HEADER).rstrip(b"\0"))
                _require(header, shape, parts)
                return header, [self._part(file, part) for part in header.parts]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ValidationError) as error:
            log.warning("packed weights %s are damaged and made again: %s", path, str(error).splitlines()[0])
            path.unlink(missing_ok=True)
            return None

    def _part(self, file: BufferedReader, part: _Part) -> Tensor:
        if part.bytes > os.fstat(file.fileno()).st_size:  # before memory is asked for
            raise ValueError("it ends early")
        room = self.library.room(part.bytes)
        if file.readinto(room.numpy().data) != part.bytes:
            raise ValueError("it ends early")
        if zlib.crc32(room.numpy().data) != part.crc:
            raise ValueError("its checksum does not fit")
        return room

    def _write(self, name: str, about: _Header, parts: tuple[Tensor, ...]) -> None:
        path = self._path(name)
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        bodies = [data.numpy().data for data in parts]
        kept = tuple(_Part(bytes=len(body), crc=zlib.crc32(body)) for body in bodies)
        header = about.model_copy(update={"parts": kept}).model_dump_json().encode()
        try:
            with beside.open("wb") as file:
                file.write(header.ljust(_HEADER, b"\0"))
                for body in bodies:
                    file.write(body)
            beside.replace(path)
        except OSError as error:
            log.warning("packed weights can't be kept in %s (%s); every start packs them anew", self.folder, error)
            beside.unlink(missing_ok=True)


def _require(header: _Header, shape: tuple[int, ...], parts: tuple[int, ...]) -> None:
    if header.shape != shape or len(header.parts) not in parts or len(header.formats) != len(header.parts):
        raise ValueError(f"it holds {list(header.shape)}, not {list(shape)}")

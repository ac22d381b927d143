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

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from torch import Tensor

from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed, PackedExperts

log = logging.getLogger(__name__)

_HEADER = 4096


class _Part(BaseModel):
    """`bytes` that stand there, `repeats` of them in memory, CRC-32 of what stands there."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    bytes: int
    repeats: int
    crc: int


class _Header(BaseModel):
    """`shape` is [rows, cols] of a matrix or [experts, hidden, inner]; a format for each part."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    shape: tuple[int, ...]
    formats: tuple[Format, ...]
    parts: tuple[_Part, ...]


@dataclass(frozen=True, slots=True)
class PackedStore:
    """The files of one model in `folder`, which exists. `library` gives the memory they are read into."""

    folder: Path
    library: Library

    def matrix(self, name: str, rows: int, cols: int) -> Packed | None:
        """The kept matrix of that name and shape, None where there is none that is whole."""
        found = self._read(name, (rows, cols), parts=1)
        return Packed(found[1][0], found[0][0], rows, cols) if found else None

    def experts(self, name: str, experts: int, hidden: int, inner: int) -> PackedExperts | None:
        """The kept experts of one layer, None where there are none that are whole."""
        found = self._read(name, (experts, hidden, inner), parts=2)
        if not found:
            return None
        (first, second), (w13, w2) = found
        return PackedExperts(w13, w2, (first, second), experts, hidden, inner)

    def keep_matrix(self, name: str, packed: Packed) -> None:
        """Write it down. A disk that is full or read-only is told in the log, no more."""
        self._write(name, (packed.rows, packed.cols), (packed.format,), ((packed.data, 1),))

    def keep_experts(self, name: str, packed: PackedExperts) -> None:
        """The same for a layer's experts."""
        shape = packed.experts, packed.hidden, packed.inner
        parts = tuple((part, _copies(part, packed.experts)) for part in (packed.w13, packed.w2))
        self._write(name, shape, packed.formats, parts)

    def _path(self, name: str) -> Path:
        return self.folder / f"{name}.packed"

    def _read(self, name: str, shape: tuple[int, ...], parts: int) -> tuple[tuple[Format, ...], list[Tensor]] | None:
        path = self._path(name)
        try:
            with path.open("rb") as file:
                header = _Header.model_validate_json(file.read(_HEADER).rstrip(b"\0"))
                _require(header, shape, parts)
                return header.formats, [self._part(file, part) for part in header.parts]
        except FileNotFoundError:
            return None
        except (OSError, ValueError, ValidationError) as error:
            log.warning("packed weights %s are damaged and made again: %s", path, str(error).splitlines()[0])
            path.unlink(missing_ok=True)
            return None

    def _part(self, file: BufferedReader, part: _Part) -> Tensor:
        if part.bytes > os.fstat(file.fileno()).st_size:  # before memory is asked for
            raise ValueError("it ends early")
        room = self.library.room(part.bytes * part.repeats)
        first = room.numpy().data[: part.bytes]
        if file.readinto(first) != part.bytes:
            raise ValueError("it ends early")
        if zlib.crc32(first) != part.crc:
            raise ValueError("its checksum does not fit")
        if part.repeats > 1:
            room.view(part.repeats, part.bytes)[1:] = room[: part.bytes]
        return room

    def _write(
        self, name: str, shape: tuple[int, ...], formats: tuple[Format, ...], parts: tuple[tuple[Tensor, int], ...]
    ) -> None:
        path = self._path(name)
        beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
        bodies = [data.numpy().data[: data.numel() // copies] for data, copies in parts]
        kept = tuple(
            _Part(bytes=len(body), repeats=copies, crc=zlib.crc32(body))
            for body, (_, copies) in zip(bodies, parts, strict=True)
        )
        header = _Header(shape=shape, formats=formats, parts=kept).model_dump_json().encode()
        try:
            with beside.open("wb") as file:
                file.write(header.ljust(_HEADER, b"\0"))
                for body in bodies:
                    file.write(body)
            beside.replace(path)
        except OSError as error:
            log.warning("packed weights can't be kept in %s (%s); every start packs them anew", self.folder, error)
            beside.unlink(missing_ok=True)


def _require(header: _Header, shape: tuple[int, ...], parts: int) -> None:
    if header.shape != shape or len(header.parts) != parts or len(header.formats) != parts:
        raise ValueError(f"it holds {list(header.shape)}, not {list(shape)}")


def _copies(data: Tensor, experts: int) -> int:
    """How many times the first expert's bytes stand there: all of them or once."""
    if experts < 2:
        return 1
    each = data.view(experts, -1)
    return experts if all(torch.equal(each[0], other) for other in each[1:]) else 1

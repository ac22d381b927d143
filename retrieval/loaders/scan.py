"""Pictures of pages into sections, within a budget of pages and time for each document."""

from __future__ import annotations

from collections.abc import Iterator
from math import ceil
from pathlib import Path
from time import monotonic

import numpy as np

from retrieval.config import LoaderLimits
from retrieval.errors import RecogniserUnavailable, UnreadableDocument
from retrieval.loaders import progress
from retrieval.loaders.layout import Block, blocks
from retrieval.loaders.paragraphs import paragraphs
from retrieval.loaders.recogniser import Pixels, recogniser
from retrieval.loaders.rows import table_section
from retrieval.types import Section

READ_SIDE = 2400
"""Pixels of a page's longer side: a page of A4 at 200 dpi."""
_LONG = 3.0
_SEARCHED = 0.2
_INK = 48
"""Difference between the darkest and the lightest point of a row that has something written in it."""


class Scans:
    """Reads the pictures of one document."""

    def __init__(self, path: Path, limits: LoaderLimits) -> None:
        self._path = path
        self._limits = limits
        self._pages = 0
        self._deadline = 0.0

    def sections(self, picture: Pixels, page: int | None) -> list[Section]:
        """Read a page: running text, and tables where rows have equally many cells.

        Raises UnreadableDocument with the code `too_many_scans`, `scan_too_slow` or `no_recogniser`.
        """
        self._begin()
        found = [block for part in _parts(picture) for block in self._read(part)]
        progress.report(self._pages)
        return list(_sections(found, page))

    def _begin(self) -> None:
        self._pages += 1
        if self._pages == 1:
            self._deadline = monotonic() + self._limits.scan_seconds
        if self._pages > self._limits.scanned_pages:
            raise self._beyond("too_many_scans", f"more than {self._limits.scanned_pages} scanned pages",
                               str(self._limits.scanned_pages))  # fmt: skip

    def _read(self, part: Pixels) -> list[Block]:
        if monotonic() > self._deadline:
            raise self._beyond("scan_too_slow", f"text recognition had reached page {self._pages} when its time was up",
                               f"{self._limits.scan_seconds:g} s")  # fmt: skip
        try:
            return blocks(recogniser().lines(part))
        except RecogniserUnavailable as error:
            raise UnreadableDocument("no_recogniser", f"{self._path.name} holds pictures of text, and {error}",
                                     filename=self._path.name, reason=str(error)) from error  # fmt: skip

    def _beyond(self, code: str, reason: str, limit: str) -> UnreadableDocument:
        return UnreadableDocument(code, f"{self._path.name}: {reason} (limit {limit})", filename=self._path.name,
                                  pages=self._pages, limit=limit)  # fmt: skip


def _sections(found: list[Block], page: int | None) -> Iterator[Section]:
    for block in found:
        if block.table:
            yield table_section(block.rows, page=page)
        else:
            yield Section(paragraphs("\n".join(" | ".join(row) for row in block.rows)), page=page)


def _parts(picture: Pixels) -> Iterator[Pixels]:
    """Cut a picture that is much higher than wide (a long screenshot) where a line of it is empty."""
    height, width = picture.shape[:2]
    if height <= _LONG * width:
        yield picture
        return
    ink = np.ptp(picture.max(axis=2), axis=1) > _INK
    step = ceil(height / ceil(height / (_LONG / 2 * width)))
    start = 0
    while height - start > step * (1 + _SEARCHED):
        first = start + int(step * (1 - _SEARCHED))
        window = ink[first : start + int(step * (1 + _SEARCHED))]
        cut = first + _emptiest(window)
        yield picture[start:cut]
        start = cut
    yield picture[start:]


def _emptiest(ink: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> int:
    """Middle of the longest run of rows without ink; the middle of all where there is none."""
    best, begin = (0, len(ink) // 2), 0
    for row in range(len(ink) + 1):
        if row == len(ink) or ink[row]:
            best = max(best, (row - begin, (begin + row) // 2))
            begin = row + 1
    return best[1]

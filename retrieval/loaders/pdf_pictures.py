"""Pages of a pdf as pictures, drawn by PDFium."""

from __future__ import annotations

import ctypes
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
import pypdfium2
from pypdfium2 import raw

from retrieval.loaders.layout import Line, has_columns
from retrieval.loaders.recogniser import Pixels
from retrieval.loaders.scan import READ_SIDE

_STRIP = 1200
_MOST_SIDE = 24_000
_MOST_RUNS = 2_000
_FEWEST_PATHS = 20
"""Letters that were drawn as outlines; a page with fewer is taken for decoration."""

PdfiumError = pypdfium2.PdfiumError


class PdfPictures:
    """Use as a context manager; the file is opened when the first page is asked for. Raises PdfiumError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()

    def cover(self, number: int) -> float:
        """Share of a page, counted from 1, that its pictures cover; 1 where it is drawn of many outlines."""
        page = self._page(number)
        try:
            width, height = page.get_size()
            area, paths = 0.0, 0
            for thing in page.get_objects(filter=(raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH), max_depth=4):
                if thing.type == raw.FPDF_PAGEOBJ_IMAGE:
                    area += _area(thing)
                else:
                    paths += 1
            return 1.0 if paths >= _FEWEST_PATHS else min(1.0, area / max(width * height, 1.0))
        finally:
            page.close()

    def columns(self, number: int) -> list[Line]:
        """Runs of text of a page that is set in columns, places in points, the first 2,000; none of any other page."""
        page = self._page(number)
        try:
            height = page.get_height()
            text = page.get_textpage()
            boxes = [text.get_rect(index) for index in range(min(text.count_rects(), _MOST_RUNS))]
            places = [Line("?", left, height - top, right, height - bottom) for left, bottom, right, top in boxes]
            said = [text.get_text_bounded(*box) for box in boxes] if has_columns(places) else []
            text.close()
        finally:
            page.close()
        return [replace(place, text=" ".join(words.split())) for place, words in zip(places, said, strict=False)]

    def drawn(self, number: int) -> Pixels:
        """Draw a page, counted from 1, the way up that it is shown."""
        page = self._page(number)
        try:
            width, height = page.get_size()
            long, short = max(width, height, 1.0), max(min(width, height), 1.0)
            side = READ_SIDE if long <= 3 * short else min(_MOST_SIDE, _STRIP * long / short)
            bitmap = page.render(scale=side / long, rev_byteorder=True, prefer_bgrx=False)
            picture = np.array(bitmap.to_numpy())
            bitmap.close()
        finally:
            page.close()
        return picture[:, :, :3] if picture.ndim == 3 else np.repeat(picture.reshape(*picture.shape[:2], 1), 3, axis=2)

    def _page(self, number: int) -> Any:  # noqa: ANN401 - pypdfium2's types are not exported
        if self._file is None:
            self._file = pypdfium2.PdfDocument(self._path)
        return self._file[number - 1]


def _area(thing: Any) -> float:  # noqa: ANN401
    edges = [ctypes.c_float() for _ in range(4)]
    if not raw.FPDFPageObj_GetBounds(thing, *map(ctypes.byref, edges)):
        return 0.0
    left, bottom, right, top = (edge.value for edge in edges)
    return max(0.0, right - left) * max(0.0, top - bottom)

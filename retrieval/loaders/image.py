"""Pictures of text: photographs, scans, screenshots; the pages of a TIFF are pages."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from retrieval.config import LoaderLimits
from retrieval.loaders.limits import check_size, check_text, damaged, too_large
from retrieval.loaders.recogniser import Pixels
from retrieval.loaders.scan import READ_SIDE, Scans
from retrieval.types import ParsedDocument, Section

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
_LEAST_SIDE = 8
_STRIP = 1200
"""Width that a long screenshot is made to fit; a phone's is 1,080 to 1,440."""


class ImageLoader:
    """What is written in a picture; a file of several pictures has their numbers as pages, from 1."""

    def __init__(self, limits: LoaderLimits) -> None:
        self._limits = limits

    def load(self, path: Path) -> ParsedDocument:
        """Read the file. Raises UnreadableDocument."""
        check_size(path, self._limits)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # of its own limit on pixels; ours is asked first
                document = ParsedDocument("", tuple(self._sections(path)))
        except Image.DecompressionBombError as error:
            raise too_large(path, "far too many pixels", f"{self._limits.pixels:,}") from error
        except (UnidentifiedImageError, OSError, ValueError, TypeError, SyntaxError,
                EOFError, KeyError, IndexError, OverflowError) as error:  # fmt: skip
            raise damaged(path, error) from error
        return check_text(path, document, self._limits)

    def _sections(self, path: Path) -> Iterator[Section]:
        scans = Scans(path, self._limits)
        with Image.open(path, formats=FORMATS) as file:
            several = getattr(file, "n_frames", 1) > 1
            for number, frame in enumerate(ImageSequence.Iterator(file), start=1):
                if frame.width * frame.height > self._limits.pixels:
                    raise too_large(path, f"{frame.width} x {frame.height} pixels", f"{self._limits.pixels:,}")
                if min(frame.size) >= _LEAST_SIDE:
                    yield from scans.sections(pixels(frame), number if several else None)


def pixels(picture: Image.Image) -> Pixels:
    """Return a picture the right way up on white paper, its longer side within what is read; [height, width, 3]."""
    upright = ImageOps.exif_transpose(picture)
    if upright.mode in {"LA", "PA", "RGBA"} or "transparency" in upright.info:
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    elif upright.mode.startswith("I"):  # 16 or 32 bits of grey, whatever their range
        grey = np.asarray(upright, dtype=np.float64)
        upright = Image.fromarray((255 * (grey - grey.min()) / max(1.0, float(np.ptp(grey)))).astype(np.uint8))
    upright = upright.convert("RGB")
    long_one = max(upright.size) > 3 * min(upright.size)
    most = READ_SIDE if not long_one else _STRIP * max(upright.size) // min(upright.size)
    upright.thumbnail((most, most))
    return np.asarray(upright, dtype=np.uint8)

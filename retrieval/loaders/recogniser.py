"""Text in pictures, Chinese of both scripts and English: RapidOCR with the PP-OCRv6 models of its wheel (Apache-2.0).

The three models are read only if their SHA-256 is the one written here; nothing is ever downloaded.
"""

from __future__ import annotations

import hashlib
import math
import os
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.errors import RecogniserUnavailable
from retrieval.loaders.layout import Line

MODELS = {
    "Det": ("PP-OCRv6_det_small.onnx", "090f04abcd9d9a7498bc4ebf677e4cb9bdce1fe4197ddb7e529f1ef44e1ff94f"),
    "Cls": ("ch_ppocr_mobile_v2.0_cls_mobile.onnx", "e47acedf663230f8863ff1ab0e64dd2d82b838fceb5957146dab185a89d6215c"),
    "Rec": ("PP-OCRv6_rec_small.onnx", "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884"),
}
"""Task to file name and SHA-256: where lines are, whether they stand on their head, what they say."""

DETECTION_SIDE = 1152
"""Pixels of the longer side in which lines are looked for; they are read at full size. On a page of 10-point Chinese
at 200 dpi: 960 and 1280 find every line, 1600 splits some and takes three times as long."""
_LEAST_SCORE = 0.5
_MARGIN = 16
_MOST_THREADS = 4
_TALL = 1.5
_SURE = 0.9

Pixels = NDArray[np.uint8]
"""A picture, shape [height, width, 3], red green blue."""
Box = NDArray[np.float32]
"""Corners of a line, shape [4, 2], from the top left clockwise."""


class Recogniser:
    """Reads lines. Loading the models takes about a second and 100 MiB; make one with `recogniser()`."""

    def __init__(self, engine: Any) -> None:  # noqa: ANN401 - RapidOCR has no types
        self._engine = engine

    def lines(self, picture: Pixels) -> list[Line]:
        """Find and read the lines of a picture, whichever of the four ways up it is; places are the upright one's.

        What is read with a confidence below one half is left out.
        """
        from rapidocr.main import RapidOCRError

        try:
            crops, boxes, turns = self._found(picture)
            if turns:
                crops, boxes, _ = self._found(np.rot90(picture, turns))
            read = self._engine.recognize_txt(crops)
        except RapidOCRError:  # how it says that there is nothing
            return []
        return [
            Line(text, *place)
            for place, text, score in zip(_straight(boxes), read.txts, read.scores, strict=True)
            if score >= _LEAST_SCORE and text.strip()
        ]

    def _found(self, picture: Pixels) -> tuple[list[Pixels], list[Box], int]:
        """Cut out the lines; returns them, their boxes, and the quarters that the picture is turned by."""
        padded = np.pad(picture[:, :, ::-1], ((_MARGIN, _MARGIN), (_MARGIN, _MARGIN), (0, 0)), constant_values=255)
        crops, found = self._engine.detect_and_crop(padded, {})
        _, judged = self._engine.cls_and_rotate(crops)
        boxes = [np.asarray(box, dtype=np.float32) for box in found.boxes]
        return crops, boxes, _turns(boxes, judged.cls_res)


@cache
def recogniser() -> Recogniser:
    """Load the models, once. Raises RecogniserUnavailable when they are not there or not the ones that are meant."""
    folder = _folder()
    params: dict[str, object] = {
        "Global.log_level": "critical",
        "Global.use_vertical_padding": False,
        "EngineConfig.onnxruntime.intra_op_num_threads": min(_MOST_THREADS, os.cpu_count() or 1),
        "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        "Det.limit_type": "max",
        "Det.limit_side_len": DETECTION_SIDE,
    }
    for task, (name, expected) in MODELS.items():
        params[f"{task}.model_path"] = str(checked(folder / name, expected))
    from rapidocr import RapidOCR

    return Recogniser(RapidOCR(params=params))


def checked(path: Path, expected: str) -> Path:
    """Return the path of a file that has the SHA-256 that is expected. Raises RecogniserUnavailable."""
    try:
        found = hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError as error:
        raise RecogniserUnavailable(f"{path.name} is missing: install rapidocr from the lock file again") from error
    if found != expected:
        raise RecogniserUnavailable(
            f"{path.name} has the SHA-256 {found}, expected {expected}: install rapidocr from the lock file again"
        )
    return path


def _folder() -> Path:
    package = find_spec("rapidocr")
    if package is None or package.origin is None:
        raise RecogniserUnavailable("rapidocr is not installed: install it from the lock file")
    return Path(package.origin).parent / "models"


def _turns(boxes: Sequence[Box], judged: Sequence[tuple[str, float]]) -> int:
    """Say how often the page was turned by a quarter: 0 upright, 1 clockwise, 2 on its head, 3 the other way.

    Long lines vote. Crops of tall boxes come turned counter-clockwise, so that those of a page that was turned
    clockwise are upright then.
    """
    tall = reversed_ = weight = 0.0
    for box, (label, score) in zip(boxes, judged, strict=True):
        width, height = _size(box)
        length = max(width, height)
        weight += length
        tall += length * (height >= _TALL * width)
        reversed_ += length * (label == "180" and score > _SURE)
    sideways = tall * 2 > weight
    if reversed_ * 2 > weight:
        return 3 if sideways else 2
    return 1 if sideways else 0


def _size(box: Box) -> tuple[float, float]:
    return float(np.linalg.norm(box[1] - box[0])), float(np.linalg.norm(box[3] - box[0]))


def _straight(boxes: Sequence[Box]) -> list[tuple[float, float, float, float]]:
    """Left, top, right and bottom of each line once the page, scanned at a slant, is straightened."""
    angle = median(math.atan2(*(box[1] - box[0])[::-1].tolist()) for box in boxes)
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]], dtype=np.float32)
    placed = []
    for box in boxes:
        centre = box.mean(axis=0) @ turn
        half = np.array(_size(box), dtype=np.float32) / 2
        left, top = (centre - half).tolist()
        right, bottom = (centre + half).tolist()
        placed.append((left, top, right, bottom))
    return placed

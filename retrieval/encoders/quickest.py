"""The encoder that a service uses: compiled for this processor where that is possible, else ONNX Runtime.

Both serve the same weights, so an index made with one is searched with the other (infra/decisions/0021).
"""

from __future__ import annotations

import logging
from pathlib import Path

from retrieval.encoders.native import build
from retrieval.encoders.native.engine import Engine
from retrieval.encoders.native.errors import NativeUnavailable
from retrieval.encoders.onnx import OnnxEncoder

logger = logging.getLogger(__name__)


def quickest(folder: Path, *, threads: int = 1, cache: Path | None = None) -> OnnxEncoder:
    """Open an encoder's folder; the compiled library is kept in `cache`. Raises EncoderUnavailable."""
    try:
        engine = _engine(folder, kernels_of(folder) if cache is None else cache)
    except NativeUnavailable as reason:
        logger.info("encoder.onnxruntime reason=%s", reason)
        return OnnxEncoder(folder, threads=threads)
    logger.info("encoder.native tiles=%s", engine.tiles)
    return OnnxEncoder(folder, threads=threads, engine=engine)


def kernels_of(folder: Path) -> Path:
    """Where libraries lie: beside the folder of all models, which holds models/NAME/REVISION."""
    return folder.resolve().parent.parent.parent / "kernels"


def _engine(folder: Path, cache: Path) -> Engine:
    if lacking := build.missing():
        raise NativeUnavailable(f"this processor has no {', '.join(sorted(lacking))}")
    return Engine(folder, build.library(cache))

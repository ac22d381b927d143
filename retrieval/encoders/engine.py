"""Who multiplies the encoder's matrices: ONNX Runtime in int8, or OpenVINO in bfloat16 on processors with AMX.

Both read forms of the same weights that the catalogue converted. Their vectors belong to one index: to float32 those
of int8 keep a cosine of 0.9985 or more, those of bfloat16 of 0.9999. Figures: infra/decisions/0017.
"""

from __future__ import annotations

import importlib.util
import logging
from pathlib import Path
from typing import Literal, Protocol, get_args

import numpy as np
import numpy.typing as npt

from retrieval.errors import EncoderUnavailable
from retrieval.types import Vectors

EngineName = Literal["auto", "openvino", "onnxruntime"]
INT8 = "onnx/model_int8.onnx"
BF16 = "onnx/model_bf16.onnx"
_CPU_FACTS = Path("/proc/cpuinfo")
_log = logging.getLogger(__name__)


class Engine(Protocol):
    """A loaded graph. Thread-safe; a call computes in one thread."""

    @property
    def label(self) -> str:
        """Library and precision, for logs."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Vectors:
        """Embed tokens [texts, tokens], 1 in `mask` where there is one; returns [texts, dimension], unit rows."""


def open_engine(folder: Path, wanted: EngineName = "auto", *, threads: int = 1) -> Engine:
    """Load an encoder's graph; `auto` takes the faster engine that this machine and folder have.

    `threads` calls may compute side by side. Raises EncoderUnavailable; `auto` only when ONNX Runtime fails as well.
    """
    from retrieval.encoders.engine_onnxruntime import OnnxRuntimeEngine

    if wanted not in get_args(EngineName):
        raise EncoderUnavailable(f"no engine is called {wanted!r}: choose one of {', '.join(get_args(EngineName))}")
    if wanted == "openvino" or (wanted == "auto" and _is_faster_in_bf16(folder)):
        from retrieval.encoders.engine_openvino import OpenVinoEngine

        try:
            return OpenVinoEngine(folder / BF16, streams=threads)
        except EncoderUnavailable as error:
            if wanted == "openvino":
                raise
            _log.warning("encoder.engine.fallback engine=onnxruntime error=%s", error)
    return OnnxRuntimeEngine(folder / INT8)


def _is_faster_in_bf16(folder: Path) -> bool:
    """Whether OpenVINO and its form of the weights are here, on a processor with bfloat16 in AMX tiles.

    Without AMX nothing was measured, and int8 is the smaller and proven way.
    """
    return (folder / BF16).is_file() and importlib.util.find_spec("openvino") is not None and has_amx_bf16()


def has_amx_bf16() -> bool:
    """Whether the processor multiplies tiles of bfloat16 (Intel AMX), as Linux tells it."""
    try:
        facts = _CPU_FACTS.read_text("utf-8")
    except OSError:
        return False
    flags = next((line for line in facts.splitlines() if line.startswith("flags")), "")
    return "amx_bf16" in flags.split()

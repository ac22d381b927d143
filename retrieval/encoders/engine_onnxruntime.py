"""The encoder's graph under ONNX Runtime: any processor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import EncoderUnavailable
from retrieval.types import Vectors


class OnnxRuntimeEngine:
    """One session, shared by all threads. Int8 products where the graph has them."""

    def __init__(self, model: Path) -> None:
        """Load the graph. Raises EncoderUnavailable."""
        self._session = _open(model)
        self.label = f"onnxruntime {model.stem}"
        self.dimension = int(self._session.get_outputs()[0].shape[-1])

    def run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Vectors:
        """See `Engine.run`."""
        output: Vectors = self._session.run(None, {"input_ids": ids, "attention_mask": mask})[0]
        return output


def _open(model: Path) -> Any:  # noqa: ANN401 - onnxruntime ships no types
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime's classes stand straight under Exception
        raise EncoderUnavailable(f"{model} cannot be loaded ({error}): delete the folder and fetch it again") from error

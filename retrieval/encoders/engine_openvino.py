"""The encoder's graph under OpenVINO in bfloat16: processors with AMX compute it about twice as fast as int8.

`import openvino` reports to Intel unless somebody opted out on this machine; here it never does, see `_openvino`.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from retrieval.errors import EncoderUnavailable
from retrieval.types import Vectors

_WIDTH = 16
"""Widths are multiples of it: OpenVINO makes kernels for each new shape (tens of milliseconds), and AMX's tiles have 16
rows."""


class OpenVinoEngine:
    """One compiled graph; each call takes a request of its own, so that threads do not wait for each other."""

    def __init__(self, model: Path, *, streams: int = 1) -> None:
        """Compile the graph for `streams` calls side by side, each in one thread. Raises EncoderUnavailable."""
        if not model.is_file():
            raise EncoderUnavailable(
                f"{model} is missing: fetch the encoder again with `python -m inference.catalog pull`, "
                "or set ENCODER_ENGINE=onnxruntime"
            )
        self._graph = _compile(model, streams)
        self._idle: list[Any] = []
        self.label = f"openvino {model.stem}"
        self.dimension = int(self._graph.output(0).partial_shape[1].get_length())

    def run(self, ids: npt.NDArray[np.int64], mask: npt.NDArray[np.int64]) -> Vectors:
        """See `Engine.run`."""
        try:
            request = self._idle.pop()
        except IndexError:
            request = self._graph.create_infer_request()
        inputs = {"input_ids": _padded(ids), "attention_mask": _padded(mask)}
        output: Vectors = request.infer(inputs, share_inputs=True)[0]
        self._idle.append(request)
        return output


def _padded(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Rows [texts, tokens] with zeros up to the next multiple of _WIDTH; what `mask` leaves out changes no vector."""
    return np.pad(rows, ((0, 0), (0, -rows.shape[1] % _WIDTH)))


def _compile(model: Path, streams: int) -> Any:  # noqa: ANN401 - openvino's types are not followed
    try:
        core = _openvino().Core()
        options = {
            "INFERENCE_PRECISION_HINT": "bf16",
            "INFERENCE_NUM_THREADS": streams,
            "NUM_STREAMS": streams,
            "ENABLE_CPU_PINNING": False,  # web workers and the model's engine share these cores
        }
        return core.compile_model(str(model), "CPU", options)
    except ImportError as error:
        raise EncoderUnavailable(
            f"OpenVINO cannot be used ({error}): `pip install openvino`, or set ENCODER_ENGINE=onnxruntime"
        ) from error
    except RuntimeError as error:
        raise EncoderUnavailable(
            f"{model} cannot be loaded ({error}): delete the folder and fetch it again, "
            "or set ENCODER_ENGINE=onnxruntime"
        ) from error


def _openvino() -> Any:  # noqa: ANN401 - as above
    """The library without its reports on usage.

    Importing it imports its converter of models, which sends the fact, the version and an identifier of the machine to
    Google Analytics unless a file in the user's home says no. Where `openvino_telemetry` cannot be imported it
    takes a stand-in of its own that does nothing; so that is made so for this process.
    """
    sys.modules["openvino_telemetry"] = None  # type: ignore[assignment]  # documented: makes the import fail
    import openvino

    return openvino

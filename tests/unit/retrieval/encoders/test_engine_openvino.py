"""OpenVINO is a guest: it says nothing to anyone outside."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from retrieval.encoders.engine_openvino import _padded

pytest.importorskip("openvino", reason="OpenVINO is not installed")

LOAD = """
import socket, sys
class Closed(socket.socket):
    def connect(self, address):
        print("called out to", address)
        raise OSError("closed")
socket.socket = Closed
from pathlib import Path
from retrieval.encoders.onnx import OnnxEncoder
encoder = OnnxEncoder(Path(sys.argv[1]), engine="openvino")
encoder.encode_questions(["hello"])
told = [name for name in sys.modules if name.startswith("openvino_telemetry") and sys.modules[name] is not None]
heavy = sorted({"torch", "tensorflow", "transformers"} & set(sys.modules))
print(encoder.engine, told, heavy)
"""


@pytest.mark.parametrize("tokens", [1, 15, 16, 17])
def test_texts_of_any_length_become_shapes_that_repeat(tokens: int) -> None:
    rows = np.ones((3, tokens), np.int64)
    padded = _padded(rows)
    assert padded.shape == (3, 16 if tokens <= 16 else 32)
    assert np.array_equal(padded[:, :tokens], rows)
    assert not padded[:, tokens:].any()


def test_loading_it_reports_nothing_writes_nothing_at_home_and_loads_no_torch(
    encoder_dir: Path, tmp_path: Path
) -> None:
    environment = {key: value for key, value in os.environ.items() if key not in {"CI", "TF_BUILD", "JENKINS_URL"}}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, str(encoder_dir)],
        env={**environment, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert done.stdout.strip() == "openvino model_bf16 [] []"
    assert list(tmp_path.iterdir()) == []

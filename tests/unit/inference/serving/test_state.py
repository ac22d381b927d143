import json
from pathlib import Path
from typing import Any

import pytest

from inference.serving import state
from inference.serving.state import ServerState

SERVER = ServerState(name="m", engine="vLLM 0.32.0", kernel="CPUUnquantizedExperts", experts="identical", pid=7)


@pytest.mark.parametrize(
    ("line", "kernel"),
    [
        (
            "(Worker pid=1) INFO [unquantized.py:529] Using X86CPUUnquantizedExperts MoE backend",
            "X86CPUUnquantizedExperts",
        ),
        ("INFO Using CPUUnquantizedExperts MoE backend", "CPUUnquantizedExperts"),
        ("INFO Using TritonExperts", "TritonExperts"),
        ("INFO Using MoEPrepareAndFinalizeNoDPEPModular", None),
        ("INFO Using CPU Unquantized MoE backend out of potential backends: ['CPU'].", None),
        ("", None),
    ],
)
def test_the_kernel_is_the_class_that_vllm_names_in_its_log(line: Any, kernel: Any) -> None:
    assert state.kernel_named_in(line) == kernel


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "model" / "state.json"
    state.write(path, SERVER)
    assert state.read(path) == SERVER
    assert list(path.parent.iterdir()) == [path]


def test_the_file_has_the_keys_that_answers_carry(tmp_path: Path) -> None:
    state.write(tmp_path / "s", SERVER)
    written = json.loads((tmp_path / "s").read_text())
    assert {"name", "engine", "kernel", "experts"} <= set(written)


@pytest.mark.parametrize("text", ["", "{", "{}"])
def test_half_a_file_is_no_state(tmp_path: Path, text: Any) -> None:
    (tmp_path / "s").write_text(text)
    assert state.read(tmp_path / "s") is None


def test_no_file_is_no_state(tmp_path: Path) -> None:
    assert state.read(tmp_path / "s") is None


@pytest.mark.parametrize(
    ("text", "experts"),
    [('{"experts": "identical"}', "identical"), ('{"experts": null}', "dense"), ("[]", "unknown"), ("", "unknown")],
)
def test_the_experts_are_what_the_folder_says(tmp_path: Path, text: Any, experts: int) -> None:
    (tmp_path / "provenance.json").write_text(text)
    assert state.experts_of(tmp_path) == experts


def test_a_folder_from_elsewhere_is_unknown(tmp_path: Path) -> None:
    assert state.experts_of(tmp_path) == "unknown"

"""llama.cpp as a peer: how it is had, run, and missed. The package index and the compiler are stood in for."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import llamacpp
from benchmarks.llamacpp import PeerMissing, installed, measure
from inference.catalog.errors import UnknownModel

NAME = "qwen2.5-coder-0.5b-moe"
LLAMA = """
import time
__version__ = "0.0.test"
class Llama:
    def __init__(self, model_path, n_ctx, n_threads, n_threads_batch, verbose):
        assert open(model_path, "rb").read() == b"weights" and n_threads == n_threads_batch >= 1
        self.read = []
    def tokenize(self, text):
        return list(text)
    def reset(self):
        self.read = []
    def eval(self, tokens):
        self.read += tokens
        time.sleep(0.001 * len(tokens))
    def sample(self, temp):
        assert temp == 0.0 and self.read
        return 7
def llama_print_system_info():
    return b"CPU : AVX2 = 1 | "
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An environment that is complete: this interpreter, and a llama.cpp that counts and waits."""
    folder = tmp_path / "llamacpp"
    (folder / "bin").mkdir(parents=True)
    (folder / "llama_cpp.py").write_text(LLAMA)
    python = folder / "bin" / "python"
    python.write_text(f'#!/bin/sh\nPYTHONPATH="{folder}" exec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    pins = [(llamacpp.PINS / name).read_text() for name in ("llamacpp-build.txt", "llamacpp.txt")]
    (folder / "complete").write_text("".join(pins))
    return folder


@pytest.fixture
def weights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    file = tmp_path / "model.gguf"
    file.write_bytes(b"weights")
    monkeypatch.setattr(llamacpp, "artefact", lambda _name, **_: file)
    return file


def test_the_peer_reads_the_prompt_and_writes_after_it(home: Path, weights: Path) -> None:
    found = measure(NAME, "twenty tokens in all", 5, repeats=2, home=home)
    assert (found.version, found.built_for, found.prompt_tokens) == ("0.0.test", "CPU : AVX2 = 1 |", 20)
    assert found.file_bytes == weights.stat().st_size
    assert found.first_token_seconds >= 0.02
    assert found.prefill_tokens_per_second == pytest.approx(20 / found.first_token_seconds)
    assert 0 < found.decode_tokens_per_second <= 1000


def test_a_peer_that_ends_with_an_error_says_its_own_words(home: Path, weights: Path) -> None:
    (home / "llama_cpp.py").write_text("raise SystemExit('no such processor')")
    with pytest.raises(PeerMissing, match="no such processor"):
        measure(NAME, "prompt", 1, home=home)


def test_weights_that_cannot_be_had_are_named(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str, **_: object) -> Path:
        raise UnknownModel(name, ())

    monkeypatch.setattr(llamacpp, "artefact", missing)
    with pytest.raises(PeerMissing, match=f"{NAME} was made from can't be had"):
        measure(NAME, "prompt", 1, home=home)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[list[str]]:
    """What would be run; the first makes the environment's interpreter."""
    seen: list[list[str]] = []

    def run(command: list[str | Path], **_: object) -> subprocess.CompletedProcess[str]:
        seen.append([str(part) for part in command])
        if "venv" in seen[-1]:
            (tmp_path / "new" / "bin").mkdir(parents=True)
            (tmp_path / "new" / "bin" / "python").touch()
        return subprocess.CompletedProcess(command, 0, "", "")

    monkeypatch.setattr("benchmarks.llamacpp.subprocess.run", run)
    return seen


def test_it_is_installed_once_pinned_by_hash_and_compiled_for_this_processor(
    tmp_path: Path, commands: list[list[str]]
) -> None:
    home = tmp_path / "new"
    assert installed(home) == home / "bin" / "python"
    _, tools, source = commands
    assert all({"--require-hashes", "--no-deps"} <= set(one) for one in (tools, source))
    assert source[source.index("--no-binary") + 1] == "llama-cpp-python"
    assert source[0] == "env"
    assert "-DGGML_NATIVE=ON" in source[1]
    installed(home)
    assert len(commands) == 3


def test_other_pins_are_another_environment(tmp_path: Path, commands: list[list[str]]) -> None:
    home = tmp_path / "new"
    installed(home)
    (home / "complete").write_text("numpy==1")
    (home / "left").touch()
    installed(home)
    assert len(commands) == 6
    assert not (home / "left").exists()


@pytest.mark.parametrize(
    "failure",
    [
        lambda: subprocess.CalledProcessError(1, "pip", stderr="no matching distribution"),
        lambda: subprocess.TimeoutExpired("pip", 1, "no matching distribution"),
        lambda: OSError("no matching distribution"),
    ],
    ids=["refused", "too long", "no interpreter"],
)
def test_what_cannot_be_installed_is_one_error_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: Callable[[], Exception]
) -> None:
    def run(*_: object, **__: object) -> None:
        raise failure()

    monkeypatch.setattr("benchmarks.llamacpp.subprocess.run", run)
    with pytest.raises(PeerMissing, match="without --peer everything else is measured"):
        installed(tmp_path / "new")
    assert not (tmp_path / "new" / "complete").exists()


def test_every_pin_has_a_version_and_a_hash() -> None:
    lines = [
        line
        for name in ("llamacpp-build.txt", "llamacpp.txt")
        for line in (llamacpp.PINS / name).read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert len(lines) == 11
    for line in lines:
        pin, _, digest = line.partition(" --hash=sha256:")
        assert "==" in pin
        assert len(bytes.fromhex(digest)) == 32


def test_what_the_child_prints_is_one_line_of_json(home: Path, weights: Path, tmp_path: Path) -> None:
    words = tmp_path / "words"
    words.write_text("abc")
    command: list[str | Path] = [home / "bin" / "python", llamacpp.CHILD, weights, "2", words, "3", "1"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["prompt_tokens"] == 3

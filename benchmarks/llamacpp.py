"""llama.cpp beside our experts: installed on demand in an environment of its own, run on the file that the mixture was
made from (Q4_K_M, checked by its SHA-256).

It is compiled from its source on the package index for the processor that is there, which takes some minutes once: the
wheels that can be had have neither AVX-512 nor AMX, and beating those would say little.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.server import ROOT
from inference.catalog import artefact, default_cache
from inference.catalog.errors import CatalogError
from inference.catalog.progress import reporter_for

HOME = ROOT / ".peers" / "llamacpp"
CHILD = ROOT / "benchmarks" / "peers" / "llamacpp_child.py"
PINS = ROOT / "infra" / "peers"
_BUILD_SECONDS, _RUN_SECONDS = 5400, 1800
_FOR_THIS_PROCESSOR = "-DGGML_NATIVE=ON -DLLAVA_BUILD=OFF -DCMAKE_C_FLAGS=-mno-amx-int8 -DCMAKE_CXX_FLAGS=-mno-amx-int8"
"""Everything the processor has but AMX: with its int8 tiles this version ended with a segmentation fault at the first
prompt of two tokens and more (two cores of an Intel Xeon with AMX, gcc 12).
"""
_SAID = 800


class PeerMissing(Exception):
    """The peer could not be had or did not run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`built_for`: what llama.cpp says of the instructions it was compiled with. `file_bytes`: its model's size."""

    version: str
    built_for: str
    prompt_tokens: int
    first_token_seconds: float
    prefill_tokens_per_second: float
    decode_tokens_per_second: float
    file_bytes: int


def measure(name: str, prompt: str, tokens: int, repeats: int = 3, home: Path = HOME) -> Peer:
    """Figures of the dense original of the catalogue's model of that name.

    Args:
        name: a generator of the catalogue; its file is fetched if it is not in the cache any more.
        prompt: read before each answer.
        tokens: written in each answer.
        repeats: of which the median is taken.
        home: the environment, made if it is not there.

    Raises:
        PeerMissing: no environment, no file, or it ended with an error.
    """
    python = installed(home)
    try:
        model = artefact(name, cache=default_cache(), reporter=reporter_for())
    except (CatalogError, OSError) as error:
        raise PeerMissing(f"the file that {name} was made from can't be had: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "prompt.txt"
        words.write_text(prompt, encoding="utf-8")
        threads = len(os.sched_getaffinity(0))
        command: list[str | Path] = [python, CHILD, model, str(threads), words, str(tokens), str(repeats)]
        said = _run(command, _RUN_SECONDS, "llama.cpp did not run; remove its folder to install it anew")
    return Peer(**json.loads(said.strip().splitlines()[-1]), file_bytes=model.stat().st_size)


def installed(home: Path = HOME) -> Path:
    """Its interpreter, in an environment made now if need be. Raises `PeerMissing`."""
    python, done = home / "bin" / "python", home / "complete"
    pins = "".join((PINS / name).read_text(encoding="utf-8") for name in ("llamacpp-build.txt", "llamacpp.txt"))
    if python.exists() and done.exists() and done.read_text(encoding="utf-8") == pins:
        return python
    sys.stderr.write(f"compiling llama.cpp in {home}, some minutes / 正在编译 llama.cpp，需要几分钟\n")
    shutil.rmtree(home, ignore_errors=True)
    hint = "llama.cpp can't be installed (package index, C++ compiler?); without --peer everything else is measured"
    _run([sys.executable, "-m", "venv", home], _BUILD_SECONDS, hint)
    pip: list[str | Path] = [python, "-m", "pip", "install", "--quiet", "--no-deps", "--require-hashes"]
    _run([*pip, "-r", PINS / "llamacpp-build.txt"], _BUILD_SECONDS, hint)
    source = [*pip, "--no-build-isolation", "--no-binary", "llama-cpp-python", "-r", PINS / "llamacpp.txt"]
    _run(["env", f"CMAKE_ARGS={_FOR_THIS_PROCESSOR}", *source], _BUILD_SECONDS, hint)
    done.write_text(pins, encoding="utf-8")
    return python


def _run(command: Sequence[str | Path], seconds: float, hint: str) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(f"{hint}: {error}") from error
    except subprocess.CalledProcessError as error:
        raise PeerMissing(f"{hint}: {(error.stderr or error.stdout)[-_SAID:]}") from error
    return done.stdout

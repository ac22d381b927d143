"""llama.cpp beside our experts: installed on demand in a folder of its own, run on the file that the mixture was made
from (Q4_K_M, checked by its SHA-256).

It is had from the package index of Node.js: node-llama-cpp brings llama.cpp built once for every generation of
processors and takes the build for the one that is there, AVX-512 and AMX among them. The wheels for Python have
neither, and compiling it took more than an hour on two cores.
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
CHILD = ROOT / "benchmarks" / "peers" / "llamacpp_child.mjs"
PINS = ROOT / "infra" / "peers" / "llamacpp"
_INSTALL_SECONDS, _RUN_SECONDS = 1800, 1800
_SAID = 800


class PeerMissing(Exception):
    """The peer could not be had or did not run; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Peer:
    """`built_for`: what llama.cpp says of the instructions it uses. `file_bytes`: its model's size."""

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
        home: its folder, made if it is not there.

    Raises:
        PeerMissing: no Node.js, no packages, no file, or it ended with an error.
    """
    node = installed(home)
    try:
        model = artefact(name, cache=default_cache(), reporter=reporter_for())
    except (CatalogError, OSError) as error:
        raise PeerMissing(f"the file that {name} was made from can't be had: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        words = Path(folder) / "prompt.txt"
        words.write_text(prompt, encoding="utf-8")
        threads = len(os.sched_getaffinity(0))
        command: list[str | Path] = [node, home / CHILD.name, model, str(threads), words, str(tokens), str(repeats)]
        said = _run(command, _RUN_SECONDS, "llama.cpp did not run; remove its folder to install it anew")
    return Peer(**json.loads(said.strip().splitlines()[-1]), file_bytes=model.stat().st_size)


def installed(home: Path = HOME) -> str:
    """Node.js, with the peer's packages in `home`, installed now if need be. Raises `PeerMissing`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        raise PeerMissing("llama.cpp needs Node.js 20 with npm; without --peer everything else is measured")
    done, pins = home / "complete", (PINS / "package-lock.json").read_text(encoding="utf-8")
    if not (done.exists() and done.read_text(encoding="utf-8") == pins):
        sys.stderr.write(f"installing llama.cpp in {home} / 正在安装 llama.cpp\n")
        shutil.rmtree(home, ignore_errors=True)
        shutil.copytree(PINS, home)
        hint = "llama.cpp can't be installed (package index of Node.js?); without --peer everything else is measured"
        command: list[str | Path] = [npm, "ci", "--ignore-scripts", "--omit=optional", "--no-audit", "--no-fund"]
        _run([*command, "--prefix", home], _INSTALL_SECONDS, hint)
        done.write_text(pins, encoding="utf-8")
    shutil.copy(CHILD, home)  # beside its packages, where Node.js looks for them
    return node


def _run(command: Sequence[str | Path], seconds: float, hint: str) -> str:
    try:
        done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=seconds, cwd=ROOT)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PeerMissing(f"{hint}: {error}") from error
    except subprocess.CalledProcessError as error:
        raise PeerMissing(f"{hint}: {(error.stderr or error.stdout)[-_SAID:]}") from error
    return done.stdout

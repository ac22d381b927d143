"""A model served with each kernel in turn, and how fast it answers: the end-to-end part of `benchmarks.moe_cpu`."""

from __future__ import annotations

import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from benchmarks.server import ROOT

KERNELS = {
    "stock": ("--kernel", "stock"),
    "int8": ("--kernel", "house", "--weights", "int8", "--guess", "0"),
    "int4": ("--kernel", "house", "--weights", "int4", "--guess", "0"),
}
"""Kernels are compared token by token: what guessing adds is measured by `benchmarks.guessing`."""
_PORT, _KEY, _START_SECONDS = 8461, "benchmark", 900.0
TOKENS = 32
LONG = "A heat pump moves heat from a cold place to a warm one. " * 30  # about 400 tokens


@dataclass(frozen=True)
class Served:
    """`tokens_per_second` while one answer is written; `first_token_seconds` of a new prompt of about 400 tokens, and
    its tokens by those seconds.
    """

    tokens_per_second: float
    first_token_seconds: float
    prefill_tokens_per_second: float


def measure_served(name: str, port: int = _PORT) -> dict[str, Served]:
    """Figures by kernel, each a median of three."""
    return {label: _measure(name, flags, port) for label, flags in KERNELS.items()}


def _measure(name: str, flags: tuple[str, ...], port: int) -> Served:
    with serving(name, flags, port) as client:
        _ask(client, name, "Hello", 2)
        rates = []
        for number in range(3):
            prompt = f"Explain in {number + 3} sentences how a heat pump works."
            first = _ask(client, name, prompt, 1)
            rates.append(TOKENS / (_ask(client, name, prompt, TOKENS + 1) - first))
        firsts = [_timed(client, name, f"{number}. {LONG}", 1) for number in range(3)]
    prefill = statistics.median(read / seconds for seconds, read in firsts)
    return Served(statistics.median(rates), statistics.median(seconds for seconds, _ in firsts), prefill)


def _ask(client: httpx.Client, name: str, prompt: str, tokens: int) -> float:
    return _timed(client, name, prompt, tokens)[0]


def _timed(client: httpx.Client, name: str, prompt: str, tokens: int) -> tuple[float, int]:
    """Seconds of the whole answer, and tokens of the prompt."""
    body = {"model": name, "prompt": prompt, "max_tokens": tokens, "temperature": 0, "ignore_eos": True}
    start = time.perf_counter()
    answer = client.post("/v1/completions", json=body).raise_for_status()
    return time.perf_counter() - start, int(answer.json()["usage"]["prompt_tokens"])


@contextmanager
def serving(name: str, flags: tuple[str, ...], port: int = _PORT) -> Iterator[httpx.Client]:
    """A healthy server of that model of the catalogue with these flags, ended afterwards. Raises TimeoutError."""
    with tempfile.TemporaryDirectory() as folder:
        key = Path(folder) / "key"
        key.write_text(_KEY)
        command = [
            *(sys.executable, "-m", "inference.serving", "--name", name, "--port", str(port), *flags),
            *("--api-key-file", str(key), "--state-file", str(Path(folder) / "state.json"), "--max-model-len", "2048"),
        ]
        child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
        headers = {"Authorization": f"Bearer {_KEY}"}
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=300) as client:
                _wait(client, child)
                yield client
        finally:
            child.send_signal(signal.SIGTERM)
            child.wait(60)


def _wait(client: httpx.Client, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and child.poll() is None:
        try:
            if client.get("/health").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(1)
    raise TimeoutError("the model server did not become healthy; run `python -m inference.serving` to see its log")

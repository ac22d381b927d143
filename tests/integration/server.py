"""A model server as a person starts it, for the time of a test."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil
import pytest

KEY = "key-of-the-test"
START_SECONDS = 600.0


@dataclass(frozen=True)
class Served:
    """A running server."""

    client: httpx.Client
    state_file: Path
    log: Path
    process: subprocess.Popen[bytes]

    def workers(self) -> list[psutil.Process]:
        """Processes that compute, by rank."""
        named = [(" ".join(one.cmdline()), one) for one in psutil.Process(self.process.pid).children(recursive=True)]
        return [one for name, one in sorted(named, key=lambda pair: pair[0]) if "VLLM::Worker" in name]


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Served]:
    """`python -m inference.serving` with these options, healthy; ended afterwards, whatever state it is in."""
    (folder / "key").write_text(KEY)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, "-m", "inference.serving", "--port", str(port), *options),
        *("--api-key-file", str(folder / "key"), "--state-file", str(folder / "state.json")),
    ]
    log = folder / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", headers={"Authorization": f"Bearer {KEY}"}, timeout=300)
    try:
        _wait_until_healthy(client, process, log)
        yield Served(client, folder / "state.json", log, process)
    finally:
        client.close()
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _wait_until_healthy(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if client.get("/health").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.5)
    pytest.fail("vLLM did not become healthy:\n" + "\n".join(log.read_text().splitlines()[-20:]))

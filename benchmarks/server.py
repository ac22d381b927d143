"""The server under measurement: the one that runs in this checkout, or one started for it and ended after."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
RUN_FILE = ROOT / "var" / "run.json"


@dataclass(frozen=True, slots=True)
class Server:
    """Where to send requests and how to be let in."""

    host: str
    port: int
    api_key: str
    versions: dict[str, str]
    processes: dict[str, int] = field(default_factory=dict)


class ServerDidNotStart(RuntimeError):
    """The server did not answer in time; the message holds the end of its output."""


def running(run_file: Path | None = None) -> Server | None:
    """Return the server that a run file names (`var/run.json` by default), or None when nothing answers there.

    Raises ValueError when it stands behind HTTPS: this machine's own port is what should be measured.
    """
    path = run_file or RUN_FILE
    if not path.exists():
        return None
    facts = json.loads(path.read_text())
    address = urlsplit(facts["url"])
    if address.scheme != "http" or address.hostname is None:
        raise ValueError(f"{path} names {facts['url']}: benchmarks speak plain HTTP; start it without PUBLIC_URL")
    host, port = address.hostname, address.port or 80
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=2):
        return Server(host, port, facts["api_key"], facts["versions"], facts.get("processes", {}))
    return None


def has_model(server: Server) -> bool:
    """Whether a model answers, or is about to."""
    if "model" in server.processes:
        return True
    connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
    with contextlib.closing(connection):
        connection.request("GET", "/readyz")
        return bool(json.load(connection.getresponse()).get("model"))


def wait_until_ready(server: Server, patience: float = 300.0) -> None:
    """Wait until curated answers and search are loaded in every process; before that questions are answered with 503.

    `patience` is in seconds. Raises ServerDidNotStart.
    """
    deadline = time.monotonic() + patience
    while True:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        with contextlib.closing(connection):
            connection.request("GET", "/readyz")
            answer = connection.getresponse()
            state = answer.read().decode("utf-8", "replace")
        if answer.status == 200:
            return
        if time.monotonic() > deadline:
            raise ServerDidNotStart(f"not ready within {patience:.0f} s: /readyz says {state}")
        time.sleep(0.5)


@contextlib.contextmanager
def serving(*, model: bool, patience: float = 900.0) -> Iterator[Server]:
    """Yield a server: the running one, else one on a free port with its own data folder. `patience` is in seconds.

    Where no model is wanted, a running server that has one is left alone: what the first line does not answer would
    wait for the model, and the figures would be the model's.
    """
    found = running()
    if found is not None and (model or not has_model(found)):
        yield found
        return
    with tempfile.TemporaryDirectory(prefix="assistant-bench-") as folder, socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        environment = {**os.environ, "DATA_DIR": folder, "PORT": str(probe.getsockname()[1])}
        probe.close()
        if not model:
            environment["MODEL_NAME"] = "none"
        log = Path(folder) / "up.log"
        with log.open("wb") as output:
            child = subprocess.Popen(
                [sys.executable, "manage.py", "up"], cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT
            )
            try:
                yield _wait(child, Path(folder) / RUN_FILE.name, log, patience)
            finally:
                child.send_signal(signal.SIGTERM)
                child.wait(timeout=60)


def _wait(child: subprocess.Popen[bytes], run_file: Path, log: Path, patience: float) -> Server:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline and child.poll() is None:
        server = running(run_file)
        if server is not None:
            return server
        time.sleep(0.5)
    raise ServerDidNotStart(f"no answer within {patience:.0f} s; the end of its output:\n{log.read_text()[-2000:]}")

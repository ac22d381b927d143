"""What the server is doing: processor or GPU use, memory, tokens a second, and which experts are asked for.

Gathered by the launcher every few seconds from outside (the processes of its child, its `/metrics`, the ranks' files)
and written as one small JSON file beside the state file, for whoever shows it. Nothing here slows an answer down.
"""

from __future__ import annotations

import os
import subprocess
import threading
import time
import urllib.request
from collections import deque
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict

from inference.serving import activity

FILE = "activity.json"
EVERY_SECONDS = 5.0
REMEMBERED = 60
"""Intervals that the rate of tokens is a mean of: five minutes."""
_SMI = ("nvidia-smi", "--query-gpu=utilization.gpu,memory.used", "--format=csv,noheader,nounits")
_PATIENCE = 3.0
_TOKENS = "vllm:generation_tokens_total"


class Gpu(BaseModel):
    """Use of one GPU: 0 to 1, and bytes."""

    model_config = ConfigDict(frozen=True)
    use: float
    memory_bytes: int


class Report(BaseModel):
    """A server at one moment.

    `at`: seconds since 1970. `busy_cores` of `cores`, since the report before. `tokens_per_second`: while answers were
    written, the last five minutes; None while none were. `counts` [layers][domains][experts]: slots since the start,
    empty where nobody counts.
    """

    model_config = ConfigDict(frozen=True)
    at: float
    kernel: str
    cores: int
    busy_cores: float
    memory_bytes: int
    gpus: tuple[Gpu, ...] = ()
    tokens_per_second: float | None = None
    tokens: int = 0
    layers: tuple[int, ...] = ()
    domains: tuple[str, ...] = ()
    counts: tuple[tuple[tuple[int, ...], ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Watched:
    """Where to look: the server's address, its ranks' folder, the file to write."""

    url: str
    ranks: Path
    target: Path
    gpu: bool = False


class Watcher:
    """Writes a report every few seconds from `begin` on, as long as this process lives."""

    def __init__(self, watched: Watched, every: float = EVERY_SECONDS, smi: tuple[str, ...] = _SMI) -> None:
        self._watched, self._every, self._smi = watched, every, smi
        self._rates: deque[tuple[int, float]] = deque(maxlen=REMEMBERED)
        self._last: tuple[float, float, int] | None = None
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def prepare(self) -> None:
        """Forget what an earlier server has left."""
        activity.clear(self._watched.ranks)
        self._watched.target.unlink(missing_ok=True)

    def begin(self, pid: int, kernel: str) -> None:
        """Watch the server whose first process is `pid`."""
        self._thread = threading.Thread(target=self._run, args=(pid, kernel), name="watch", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop, and leave no report of a server that is gone."""
        self._stopped.set()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
        self._watched.target.unlink(missing_ok=True)

    def _run(self, pid: int, kernel: str) -> None:
        while not self._stopped.is_set():
            report = self.look(pid, kernel)
            if not self._stopped.is_set():
                _write(self._watched.target, report)
            self._stopped.wait(self._every)

    def look(self, pid: int, kernel: str) -> Report:
        """The server now, compared with the last look."""
        now, (used, memory), tokens = time.monotonic(), _use(pid), self._tokens()
        busy = 0.0
        if self._last is not None:
            then, used_then, tokens_then = self._last
            busy = max(0.0, used - used_then) / max(now - then, 1e-9)
            if tokens > tokens_then:
                self._rates.append((tokens - tokens_then, now - then))
        self._last = now, used, tokens
        written, seconds = sum(n for n, _ in self._rates), sum(s for _, s in self._rates)
        found = activity.read(self._watched.ranks)
        return Report(
            at=time.time(),
            kernel=kernel,
            cores=len(os.sched_getaffinity(0)),
            busy_cores=busy,
            memory_bytes=memory,
            gpus=self._gpus() if self._watched.gpu else (),
            tokens_per_second=written / seconds if seconds else None,
            tokens=tokens,
            layers=found.layers if found else (),
            domains=found.domains if found else (),
            counts=tuple(tuple(tuple(row) for row in layer) for layer in found.counts.tolist()) if found else (),
        )

    def _tokens(self) -> int:
        """Tokens written since the server's start; as before where it does not say."""
        before = self._last[2] if self._last is not None else 0
        try:
            with urllib.request.urlopen(f"{self._watched.url}/metrics", timeout=2) as answer:  # noqa: S310 - our server
                lines = answer.read().decode(errors="replace").splitlines()
            return int(sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(_TOKENS)))
        except (OSError, ValueError, HTTPException):
            return before

    def _gpus(self) -> tuple[Gpu, ...]:
        try:
            said = subprocess.run(self._smi, capture_output=True, text=True, timeout=5, check=True).stdout
            rows = [[float(part) for part in line.split(",")] for line in said.splitlines() if line.strip()]
            return tuple(Gpu(use=use / 100, memory_bytes=int(mib) * 2**20) for use, mib in rows)
        except (OSError, subprocess.SubprocessError, ValueError):
            return ()


def _use(pid: int) -> tuple[float, int]:
    """Processor seconds and resident bytes of a process and all below it."""
    try:
        first = psutil.Process(pid)
        family = [first, *first.children(recursive=True)]
    except psutil.NoSuchProcess:
        return 0.0, 0
    seconds, memory = 0.0, 0
    for one in family:
        try:
            times = one.cpu_times()
            seconds += times.user + times.system
            memory += one.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return seconds, memory


def _write(path: Path, report: Report) -> None:
    beside = path.with_name(f".{path.name}.tmp")
    beside.write_text(report.model_dump_json() + "\n", encoding="utf-8")
    beside.replace(path)

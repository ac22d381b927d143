"""The process that parses, in the sandbox where there is one, else under limits alone; its two pipes, and its end."""

from __future__ import annotations

import logging
import os
import select
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from time import monotonic
from typing import Protocol

from retrieval.errors import ParserUnavailable
from sandbox import MIB, REPORT_FD, SCRATCH, Job, Limits, Sandbox, SandboxUnavailable

logger = logging.getLogger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
_PIECE = 1 << 16
_STDOUT = 1
_SCRATCH_SIZE = 160 * MIB
"""The file (64 MiB by default) and what little a library keeps beside it."""
_CPU_S = 7 * 24 * 3600  # of the whole life of a child: each document has its own time
_PROCESSES = 64  # threads, mostly


class Lost(Exception):
    """The child has ended, or its answer did."""


class Child(Protocol):
    """A process that parses. `stdin` and `answers` are descriptors; `boxed` says that it sees no file of ours."""

    stdin: int
    answers: int
    boxed: bool
    pid: int

    def poll(self) -> int | None:
        """Status once it has ended."""

    def end(self) -> int:
        """Kill it unless it has ended by itself; returns its status."""


class LimitedChild:
    """A child outside the sandbox: its own limits hold it."""

    boxed = False

    def __init__(self, memory: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "retrieval.loaders.child", str(memory), str(_STDOUT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # faults of ours come back as answers; libraries chatter about every oddity
            cwd=_ROOT,
            env=_environment(),
            start_new_session=True,
        )
        if self._process.stdin is None or self._process.stdout is None:
            raise Lost
        self.pid = self._process.pid
        self.stdin, self.answers = self._process.stdin.fileno(), self._process.stdout.fileno()

    def poll(self) -> int | None:
        """Status once it has ended."""
        return self._process.poll()

    def end(self) -> int:
        """Kill it unless it has ended by itself; returns its status."""
        try:
            status = self._process.wait(0.2)  # one that ended by itself is given the time to say how
        except subprocess.TimeoutExpired:
            self._process.kill()
            status = self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                if pipe is not None:
                    pipe.close()
        return status


class BoxedChild:
    """A child in the sandbox: no network, no file but the system's, the libraries and what it is handed."""

    boxed = True

    def __init__(self, sandbox: Sandbox, memory: int) -> None:
        limits = Limits(
            cpu_s=_CPU_S, address_space=memory, memory=memory, processes=_PROCESSES, scratch=_SCRATCH_SIZE,
            open_files=512,
        )  # fmt: skip
        interpreter = str(Path(sys.executable).resolve())
        command = (interpreter, "-B", "-m", "retrieval.loaders.child", str(memory), str(REPORT_FD))
        self._session = sandbox.open(Job(command, folders=_folders(), environment=_environment(), limits=limits))
        self.pid = self._session.pid
        self.stdin, self.answers = self._session.stdin, self._session.report

    def poll(self) -> int | None:
        """Status once it has ended."""
        return self._session.poll()

    def end(self) -> int:
        """Kill it unless it has ended by itself; returns its status."""
        self._session.wait(0.2)
        return self._session.end()

    def said(self) -> str:
        """Why it did not start."""
        return self._session.said()


def start(memory: int, sandbox: Sandbox | None = None) -> Child:
    """Start a child, in the sandbox if it holds here; the operator is told once where it does not.

    Raises ParserUnavailable.
    """
    if sandbox is not None or _holds():
        child = BoxedChild(sandbox or Sandbox(), memory)
        if _has_started(child):
            return child
        said = child.said()
        child.end()
        _warn(f"The child did not start in the sandbox: {said or 'no reason given'}.")
    limited = LimitedChild(memory)
    if not _has_started(limited):
        limited.end()
        raise ParserUnavailable(
            "The process that reads documents does not start: see `python -m retrieval.loaders.child`"
        )
    return limited


@cache
def _holds() -> bool:
    try:
        Sandbox().check()
    except SandboxUnavailable as error:
        _warn(str(error))
        return False
    return True


@cache
def _warn(reason: str) -> None:
    logger.warning(
        "Documents are parsed WITHOUT a sandbox: limits on time and memory hold, but a hostile file could reach files "
        "and the network of this process. %s To check: python -m sandbox",
        reason,
    )


def _has_started(child: Child) -> bool:
    try:
        return read(child, 1, monotonic() + 60.0) == b"\n"
    except (Lost, TimeoutError):
        return False


def _environment() -> dict[str, str]:
    paths = os.pathsep.join(path for path in sys.path if path)
    return {"PYTHONPATH": paths, "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1",
            "HOME": SCRATCH, "TMPDIR": f"{SCRATCH}/document"}  # fmt: skip


def _folders() -> tuple[Path, ...]:
    """What a parser imports: the libraries, and of this checkout `retrieval` and `sandbox` (never its data)."""
    paths = {Path(path).resolve() for path in sys.path if path and Path(path).is_dir()}
    ours = {_ROOT / "retrieval", _ROOT / "sandbox"}
    above = {path for path in paths if _ROOT.is_relative_to(path)}
    usr = {path for path in paths if path.is_relative_to("/usr")}
    wanted = sorted((paths - above - usr) | ours)
    return tuple(path for path in wanted if not any(path.is_relative_to(other) for other in wanted if other != path))


def read(child: Child, size: int, deadline: float) -> bytes:
    """Read exactly `size` bytes of what a child answers. Raises TimeoutError and Lost."""
    data = bytearray()
    while len(data) < size:
        _wait(child.answers, deadline, lambda wanted, seconds: select.select([wanted], [], [], seconds)[0])
        piece = os.read(child.answers, min(_PIECE, size - len(data)))
        if not piece:
            raise Lost
        data += piece
    return bytes(data)


def write(child: Child, data: bytes, deadline: float) -> None:
    """Hand bytes to a child. Raises TimeoutError and Lost."""
    view = memoryview(data)
    os.set_blocking(child.stdin, False)
    while view:
        _wait(child.stdin, deadline, lambda wanted, seconds: select.select([], [wanted], [], seconds)[1])
        try:
            view = view[os.write(child.stdin, view[:_PIECE]) :]
        except BlockingIOError:
            continue
        except BrokenPipeError as error:
            raise Lost from error


def _wait(descriptor: int, deadline: float, ready: Callable[[int, float], list[int]]) -> None:
    if not ready(descriptor, max(0.0, deadline - monotonic())):
        raise TimeoutError

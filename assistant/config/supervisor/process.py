"""One child: started with its life tied to ours, logged with a bound, stopped with its whole process group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import BinaryIO

_CHILD = Path(__file__).with_name("child.py")
LOG_BYTES = 8 * 1024 * 1024


def _always() -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Identity:
    """The unprivileged user that a child becomes. `keep_passage`: see `child.py`."""

    uid: int
    gid: int
    keep_passage: bool


@dataclass(frozen=True, slots=True)
class Spec:
    """What to run and how to tell that it is well."""

    name: str
    argv: tuple[str, ...]
    log: Path
    environ: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    healthy: Callable[[], bool] = _always
    """Asked from time to time, in a thread; must answer or give up within a few seconds."""
    start_seconds: float = 60.0
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 6.0
    identity: Identity | None = None
    nice: int = 0
    """How far it stands back behind the others where processors are short, nice(2)."""

    def gated(self, healthy: Callable[[], bool], *, start_seconds: float) -> Spec:
        """Return a copy that counts as started once `healthy` says so, within `start_seconds`."""
        return replace(self, healthy=healthy, start_seconds=start_seconds)


def launch(spec: Spec, stdout: BinaryIO | None = None) -> subprocess.Popen[bytes]:
    """Start the child in a session of its own. Call it from a thread that lives as long as the child should.

    What it writes goes to its log; `stdout`, when given, takes its standard output instead.
    """
    spec.log.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with spec.log.open("ab") as log:
        return subprocess.Popen(
            [sys.executable, "-I", "-S", str(_CHILD), *_flags(spec), "--", *spec.argv],
            stdin=subprocess.DEVNULL,
            stdout=stdout or log,
            stderr=log,
            cwd=spec.cwd,
            env=dict(spec.environ),
            start_new_session=True,
        )


def _flags(spec: Spec) -> list[str]:
    flags = [f"--parent={os.getpid()}", f"--signal={int(spec.stop_signal)}"]
    if spec.nice:
        flags += [f"--nice={spec.nice}"]
    if spec.identity is not None:
        flags += [f"--uid={spec.identity.uid}", f"--gid={spec.identity.gid}"]
        flags += ["--keep-passage"] if spec.identity.keep_passage else []
    return flags


def ask_to_stop(process: subprocess.Popen[bytes], spec: Spec) -> None:
    """Send the stop signal to the child alone; it knows how to end its own children."""
    if process.poll() is None:
        process.send_signal(spec.stop_signal)


def finish(process: subprocess.Popen[bytes], deadline: float) -> None:
    """Wait until `deadline` (monotonic seconds), then kill; whatever is left of its process group goes with it."""
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(0.0, deadline - time.monotonic()))
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def stop(process: subprocess.Popen[bytes], spec: Spec) -> None:
    """Stop one child and wait for it."""
    ask_to_stop(process, spec)
    finish(process, time.monotonic() + spec.stop_seconds)


def last_lines(log: Path, count: int = 15) -> str:
    """The end of a log, for a person to read."""
    if not log.exists():
        return ""
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 16_384))
        lines = stream.read().decode("utf-8", "replace").splitlines()
    return "\n".join(lines[-count:])


def bound(log: Path, limit: int = LOG_BYTES) -> None:
    """Keep a log within about twice `limit` bytes: the old part moves to `<name>.1`, the file starts again.

    The child holds the file open for appending, so it is copied and emptied in place.
    """
    if log.exists() and log.stat().st_size > limit:
        log.with_suffix(".log.1").write_bytes(log.read_bytes()[-limit:])
        os.truncate(log, 0)

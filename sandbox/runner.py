"""Starts a job, reads its pipes, watches its limits, and ends it with everything that it started."""

from __future__ import annotations

import os
import selectors
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from sandbox import bubblewrap, processes, seccomp
from sandbox.errors import SandboxError, SandboxUnavailable
from sandbox.session import Session, kept
from sandbox.types import BOX, Ending, Job, Limits, Outcome

TICK_S = 0.05
_PIECE = 65_536
_ENDING_S = 2.0
_STAGE_FAILED = 125

Reader = Callable[[bytes], None]


@dataclass(slots=True)
class _Said:
    """What came over one pipe so far."""

    limit: int
    heard: Reader | None = None
    pieces: list[bytes] = field(default_factory=list)
    size: int = 0

    def take(self, piece: bytes) -> bool:
        """Keep a piece; say whether it was within the limit."""
        self.pieces.append(piece[: max(0, self.limit - self.size)])
        self.size += len(piece)
        if self.heard is not None:
            self.heard(piece)
        return self.size <= self.limit


class Sandbox:
    """Runs jobs, several at once if need be. `program` is bubblewrap, found when None."""

    def __init__(self, program: Path | None = None) -> None:
        self._program = program
        self._checked: SandboxUnavailable | None = None
        self._known = threading.Lock()
        self._sound = False

    def check(self) -> None:
        """Prove once that the sandbox holds here. Raises SandboxUnavailable, now and each time after."""
        from sandbox import selftest  # it runs jobs itself

        with self._known:
            if not self._sound and self._checked is None:
                try:
                    selftest.prove(self)
                    self._sound = True
                except SandboxUnavailable as error:
                    self._checked = error
        if self._checked is not None:
            raise self._checked

    def run(self, job: Job, *, cancelled: threading.Event | None = None, heard: Reader | None = None) -> Outcome:
        """Run a job to its end. `heard` gets pieces of the report as they come, in this thread.

        Raises SandboxUnavailable when bubblewrap cannot be started or cannot build the sandbox, SandboxError when a
        file of the job has no place in the box.
        """
        reading, writing = os.pipe()
        with ExitStack() as stack:
            stack.callback(os.close, reading)
            try:
                process = self._start(job, writing, stack)
            finally:
                os.close(writing)
            stack.callback(_reap, process)
            return _Watch(process, job.limits, reading, cancelled or threading.Event(), heard).follow(job.stdin)

    def open(self, job: Job) -> Session:
        """Start a job that is spoken to for longer; of its limits, time and output are the caller's to watch.

        Raises as `run` does, except that a sandbox that cannot be built shows as a process that ends at once.
        """
        reading, writing = os.pipe()
        errors = os.memfd_create("sandbox-errors")
        try:
            with ExitStack() as stack:
                process = kept(lambda: self._start(job, writing, stack, output=subprocess.DEVNULL, errors=errors))
        except BaseException:
            os.close(reading)
            os.close(errors)
            raise
        finally:
            os.close(writing)
        return Session(process, reading, errors)

    def _start(
        self, job: Job, report: int, stack: ExitStack, *, output: int = subprocess.PIPE, errors: int = subprocess.PIPE
    ) -> subprocess.Popen[bytes]:
        program = self._program or bubblewrap.find()
        filter_file = stack.enter_context(_memory_file(seccomp.program()))
        files = {f"{BOX}/{_inside(name)}": stack.enter_context(_memory_file(body)) for name, body in job.files.items()}
        open_files = bubblewrap.Descriptors(filter_file, report, files)
        command = bubblewrap.arguments(program, job, open_files, root=os.geteuid() == 0)
        try:
            return subprocess.Popen(
                command,
                stdin=subprocess.PIPE, stdout=output, stderr=errors,
                pass_fds=open_files.all(), start_new_session=True, cwd="/", env={}, bufsize=0,
            )  # fmt: skip
        except OSError as error:
            raise SandboxUnavailable(f"{program} cannot be started: {error.strerror}.") from error


class _Watch:
    """Follows one process until it ends or goes beyond its limits."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        report: int,
        cancelled: threading.Event,
        heard: Reader | None,
    ) -> None:
        if process.stdin is None or process.stdout is None or process.stderr is None:
            raise SandboxError("the pipes of the process were not opened")
        self._process, self._limits, self._cancelled = process, limits, cancelled
        self._stdin = process.stdin
        self._said = {
            process.stdout.fileno(): _Said(limits.output),
            process.stderr.fileno(): _Said(limits.output),
            report: _Said(limits.output, heard),
        }
        self._began = time.monotonic()
        self._peak = 0

    def follow(self, stdin: bytes) -> Outcome:
        feeding = threading.Thread(target=self._feed, args=(stdin,), daemon=True)
        feeding.start()
        ending = self._until_over()
        if ending is not None:
            processes.end(self._process.pid)
        status = self._process.wait(_ENDING_S)
        feeding.join(_ENDING_S)
        out, err, report = (b"".join(said.pieces) for said in self._said.values())
        if status == 1 and err.startswith(b"bwrap: "):
            raise SandboxUnavailable(_explained(err))
        if status == _STAGE_FAILED and err.startswith(b"stage: "):
            raise SandboxError(err.decode("utf-8", "replace").strip())
        if status > 128:  # bubblewrap tells a signal as a shell does
            status = 128 - status
        natural: Ending = "signalled" if status < 0 else "exited"
        return Outcome(ending or natural, status, out, err, report, time.monotonic() - self._began, self._peak)

    def _until_over(self) -> Ending | None:
        """Read until every pipe is closed; return why it has to be ended, or None."""
        with selectors.DefaultSelector() as selector:
            for number in self._said:
                selector.register(number, selectors.EVENT_READ)
            looked = 0.0
            while selector.get_map():
                for key, _ in selector.select(TICK_S):
                    piece = os.read(key.fd, _PIECE)
                    if not piece:
                        selector.unregister(key.fd)
                    elif not self._said[key.fd].take(piece):
                        return "output"
                now = time.monotonic()
                if now - looked >= TICK_S:
                    looked = now
                    verdict = self._verdict(now)
                    if verdict is not None:
                        return verdict
        return None

    def _verdict(self, now: float) -> Ending | None:
        if self._cancelled.is_set():
            return "cancelled"
        if now - self._began > self._limits.wall_s:
            return "timeout"
        held = processes.memory(self._process.pid)
        self._peak = max(self._peak, held)
        return "memory" if held > self._limits.memory else None

    def _feed(self, stdin: bytes) -> None:
        try:
            view = memoryview(stdin)
            while view:
                view = view[self._stdin.write(view) or 0 :]
        except BrokenPipeError:
            pass  # it does not read, or has ended
        finally:
            self._stdin.close()


def _reap(process: subprocess.Popen[bytes]) -> None:
    """End what may be left of it, whatever happened here."""
    if process.poll() is None:
        processes.end(process.pid)
        process.wait(_ENDING_S)
    for pipe in (process.stdout, process.stderr):
        if pipe is not None:
            pipe.close()


def _inside(name: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or not path.parts or "\0" in name:
        raise SandboxError(f"{name!r} is not a relative path below the box.")
    return str(path)


@contextmanager
def _memory_file(body: bytes) -> Iterator[int]:
    number = os.memfd_create("sandbox")
    try:
        view = memoryview(body)
        while view:
            view = view[os.write(number, view) :]
        os.lseek(number, 0, os.SEEK_SET)
        yield number
    finally:
        os.close(number)


def _explained(said: bytes) -> str:
    reason = said.decode("utf-8", "replace").strip().removeprefix("bwrap: ")
    return (
        f"bubblewrap cannot build the sandbox: {reason}. An ordinary user needs user namespaces "
        "(sysctl kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns, "
        "user.max_user_namespaces); root inside a container needs CAP_SYS_ADMIN, CAP_SETUID and CAP_SETGID."
    )

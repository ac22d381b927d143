"""vLLM as a child that dies with us: started, its log passed on, its kernel noted, its end explained.

SIGTERM and SIGINT are handed to vLLM, which finishes its connections; what is left of its process group after that is
killed. Should this process itself be killed, the kernel sends the child SIGTERM (PR_SET_PDEATHSIG, prctl(2)).
"""

import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType

from inference.serving import state
from inference.serving.errors import EngineDied, KernelNotLive
from inference.serving.state import ServerState
from inference.serving.watch import Watcher

_PR_SET_PDEATHSIG = 1
_STOP_SECONDS = 20.0
_ENGINE_SECONDS = 3.0
_LAST_LINES = 15


class Launcher:
    """Runs one server. `run` returns when it has been told to stop, or raises `EngineDied`; with `wanted`, the name
    of an experts' class, also `KernelNotLive` if vLLM is about to serve with another. `watcher` reports on it while it
    serves.
    """

    def __init__(
        self,
        command: list[str],
        environment: Mapping[str, str],
        about: ServerState,
        state_file: Path,
        wanted: str | None = None,
        watcher: Watcher | None = None,
    ) -> None:
        self._command = command
        self._environment = environment
        self._about = about
        self._state_file = state_file
        self._wanted = wanted
        self._watcher = watcher
        self._told_to_stop = threading.Event()
        self._last_lines: deque[str] = deque(maxlen=_LAST_LINES)

    def run(self) -> None:
        """Start, wait, clean up. Must be called from the main thread: it takes the signals."""
        self._state_file.unlink(missing_ok=True)
        if self._watcher is not None:
            self._watcher.prepare()
        child = self._start()
        handler = self._forwarding_to(child)
        previous = {number: signal.signal(number, handler) for number in (signal.SIGTERM, signal.SIGINT)}
        threading.Thread(target=_end_group_with, args=(child,), daemon=True).start()
        try:
            self._follow(child)
            status = child.wait()
        finally:
            if self._watcher is not None:
                self._watcher.end()
            _signal_group(child, signal.SIGKILL)
            child.wait()
            self._state_file.unlink(missing_ok=True)
            for number, handled in previous.items():
                signal.signal(number, handled)
        if not self._told_to_stop.is_set():
            raise EngineDied(status, tuple(self._last_lines))

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command,
            env=dict(self._environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # its own group, so that its workers can be ended with it
            preexec_fn=_die_with(os.getpid()),  # noqa: PLW1509 - no other thread runs in this process yet
        )

    def _follow(self, child: subprocess.Popen[str]) -> None:
        """Pass the log on until it ends, and write the state when the kernel is known and again when it serves."""
        about = self._about.model_copy(update={"pid": child.pid})
        for line in child.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            self._last_lines.append(line.rstrip())
            kernel = state.kernel_named_in(line)
            if kernel is not None:
                about = about.model_copy(update={"kernel": kernel})
            serving = "Application startup complete" in line
            if serving and self._wanted not in {None, about.kernel}:
                raise KernelNotLive(str(self._wanted), about.kernel)
            if kernel is not None or serving:
                state.write(self._state_file, about)
            if serving and self._watcher is not None:
                self._watcher.begin(child.pid, about.kernel)

    def _forwarding_to(self, child: subprocess.Popen[str]) -> Callable[[int, FrameType | None], None]:
        def handler(_number: int, _frame: FrameType | None) -> None:
            if self._told_to_stop.is_set():  # asked twice: the person is in a hurry
                _signal_group(child, signal.SIGKILL)
                return
            self._told_to_stop.set()
            child.send_signal(signal.SIGTERM)
            # vLLM waits for streams to end; whoever supervises us does not wait for ever.
            timer = threading.Timer(_STOP_SECONDS, _signal_group, (child, signal.SIGKILL))
            timer.daemon = True
            timer.start()

        return handler


def _die_with(parent: int) -> Callable[[], None]:
    libc = ctypes.CDLL(None, use_errno=True)

    def ask() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:  # it died between fork and prctl
            os._exit(1)

    return ask


def _end_group_with(child: subprocess.Popen[str]) -> None:
    """An engine whose server is gone would keep its memory and hold the log open: it gets a moment, then ends too."""
    child.wait()
    time.sleep(_ENGINE_SECONDS)
    _signal_group(child, signal.SIGKILL)


def _signal_group(child: subprocess.Popen[str], number: signal.Signals) -> None:
    try:
        os.killpg(child.pid, number)
    except ProcessLookupError:
        return  # all of it has ended

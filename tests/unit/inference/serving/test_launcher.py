"""A launcher in a process of its own, over a child that behaves as vLLM does: log lines, workers, signals."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from inference.serving.errors import EngineDied, KernelNotLive
from inference.serving.launcher import Launcher
from inference.serving.state import ServerState

SERVER = """
import os, signal, subprocess, sys, time
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("WORKER", worker.pid, flush=True)
print("INFO Using X86CPUUnquantizedExperts MoE backend", flush=True)
print("INFO:     Application startup complete.", flush=True)
if "deaf" in sys.argv:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(600)
"""
LAUNCHER = """
import os, sys
from pathlib import Path
from inference.serving import launcher
from inference.serving.state import ServerState
launcher._STOP_SECONDS = 1.0
about = ServerState(name="m", engine="vLLM 0", experts="identical", pid=0)
child = [sys.executable, "-c", sys.argv[2], *sys.argv[3:]]
launcher.Launcher(child, os.environ, about, Path(sys.argv[1])).run()
"""


class Running:
    """A launcher process whose child serves."""

    def __init__(self, state_file: Path, *arguments: str) -> None:
        command = [sys.executable, "-c", LAUNCHER, str(state_file), SERVER, *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        output = self.process.stdout
        assert output is not None
        self.lines = [next(output) for _ in range(3)]
        self.worker = int(self.lines[0].split()[1])
        wait_until(lambda: '"kernel":"X86' in (state_file.read_text() if state_file.exists() else ""))
        self.state = json.loads(state_file.read_text())
        self.server = self.state["pid"]

    def all_gone(self) -> bool:
        return not any(alive(pid) for pid in (self.server, self.worker))


def alive(pid: Any) -> Any:
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False
    return status.rsplit(")", 1)[1].split()[0] != "Z"


def wait_until(condition: Any, seconds: str = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Any]:
    started = []

    def run(*arguments: Any) -> Any:
        started.append(Running(tmp_path / "state.json", *arguments))
        return started[-1]

    yield run
    for running in started:
        running.process.kill()
        running.process.wait()
        for pid in (running.server, running.worker):
            if alive(pid):
                os.kill(pid, signal.SIGKILL)


def test_the_log_is_passed_on_and_the_state_says_who_serves(start: Any) -> None:
    running = start()
    assert "Application startup complete" in running.lines[2]
    assert running.state["kernel"] == "X86CPUUnquantizedExperts"
    assert (running.state["name"], running.state["experts"]) == ("m", "identical")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_asked_to_stop_it_takes_server_and_workers_with_it(start: Any, tmp_path: Path, number: Any) -> None:
    running = start()
    running.process.send_signal(number)
    assert running.process.wait(20) == 0
    wait_until(running.all_gone)
    assert running.all_gone()
    assert not (tmp_path / "state.json").exists()


def test_a_server_that_does_not_listen_is_killed_in_the_end(start: Any) -> None:
    running = start("deaf")
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(20) == 0
    wait_until(running.all_gone)
    assert running.all_gone()


def test_asked_twice_it_does_not_wait(start: Any) -> None:
    running = start("deaf")
    running.process.send_signal(signal.SIGTERM)
    time.sleep(0.1)
    running.process.send_signal(signal.SIGTERM)
    running.process.wait(20)
    wait_until(running.all_gone)
    assert running.all_gone()


def test_the_server_does_not_outlive_a_launcher_that_was_killed(start: Any) -> None:
    running = start()
    running.process.kill()
    wait_until(lambda: not alive(running.server))
    assert not alive(running.server)


def test_a_server_that_dies_is_explained_by_its_last_lines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = "print('loading'); print('ValueError: no such layer'); raise SystemExit(3)"
    about = ServerState(name="m", engine="vLLM 0", pid=0)
    with pytest.raises(EngineDied, match="ValueError: no such layer") as caught:
        Launcher([sys.executable, "-c", code], os.environ, about, tmp_path / "state.json").run()
    assert caught.value.status == 3
    assert "loading" in capsys.readouterr().out


def test_a_state_left_by_an_earlier_server_is_not_taken_for_ours(tmp_path: Path) -> None:
    stale = tmp_path / "state.json"
    stale.write_text("{}")
    about = ServerState(name="m", engine="vLLM 0", pid=0)
    with pytest.raises(EngineDied):
        Launcher([sys.executable, "-c", "raise SystemExit(1)"], os.environ, about, stale).run()
    assert not stale.exists()


@pytest.mark.parametrize("said", ["Using X86CPUUnquantizedExperts MoE backend", "no experts named"])
def test_a_server_without_the_experts_it_was_told_to_use_is_ended(tmp_path: Path, said: str) -> None:
    code = f"import time; print('{said}'); print('Application startup complete.', flush=True); time.sleep(600)"
    about = ServerState(name="m", engine="vLLM 0", pid=0)
    state_file = tmp_path / "state.json"
    launcher = Launcher([sys.executable, "-c", code], os.environ, about, state_file, wanted="HouseInt4Experts")
    started = time.monotonic()
    with pytest.raises(KernelNotLive, match="HouseInt4Experts was asked for"):
        launcher.run()
    assert time.monotonic() - started < 60
    assert not state_file.exists()


def test_a_server_with_the_experts_it_was_told_to_use_serves_on(tmp_path: Path) -> None:
    code = "print('Using HouseInt4Experts MoE backend'); print('Application startup complete.'); raise SystemExit(3)"
    about = ServerState(name="m", engine="vLLM 0", pid=0)
    with pytest.raises(EngineDied):  # its own end, not ours
        Launcher([sys.executable, "-c", code], os.environ, about, tmp_path / "s", wanted="HouseInt4Experts").run()

"""A person runs the whole assistant on one machine: starts it, uses it, breaks it, stops it, starts it again.

The real command with the real demo, on a data folder and a port of its own; only the generator is left out.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from assistant.config.env import CHECKOUT
from assistant.config.supervisor import runfile, sockets

FIRST_START = 600.0
pytestmark = pytest.mark.timeout(FIRST_START + 120)


@dataclass(slots=True)
class Assistant:
    """One `manage.py up`."""

    data_dir: Path
    port: int
    output: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, data_dir: Path, port: int) -> Assistant:
        outside = {"DATABASE_URL", "REDIS_URL", "MODEL_URL", "MODEL_NAME", "DJANGO_SETTINGS_MODULE"}
        environ = {name: value for name, value in os.environ.items() if name not in outside}
        environ |= {"DATA_DIR": str(data_dir), "PORT": str(port), "MODEL": "none"}
        output = data_dir.with_suffix(".out")
        with output.open("ab") as stream:
            command = [sys.executable, "manage.py", "up"]
            process = subprocess.Popen(command, cwd=CHECKOUT, env=environ, stdout=stream, stderr=stream)
        return cls(data_dir, port, output, process)

    def get(self, path: str) -> tuple[int, bytes]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=10) as response:
                return response.status, response.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, b""

    def ask(self, question: str) -> dict[str, Any]:
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/api/v1/ask",
            json.dumps({"question": question}).encode(),
            {"Authorization": f"Bearer {self.run_file()['api_key']}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            answer: dict[str, Any] = json.load(response)
        return answer

    def run_file(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data_dir / "run.json").read_text(encoding="utf-8"))
        return found

    def has_run_file(self) -> bool:
        return (self.data_dir / "run.json").exists()

    def until(self, happens: Callable[[], bool], seconds: float) -> float:
        """Seconds until it happened; fails with the assistant's own words."""
        started = time.monotonic()
        while not happens():
            assert self.process.poll() is None, self.output.read_text(encoding="utf-8")
            assert time.monotonic() - started < seconds, self.output.read_text(encoding="utf-8")
            time.sleep(0.1)
        return time.monotonic() - started

    def wait_until_ready(self, seconds: float) -> float:
        return self.until(lambda: self.has_run_file() and self.get("/readyz")[0] == 200, seconds)

    def family(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        started = time.monotonic()
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.wait(30)
        return time.monotonic() - started


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up") / "data"


@pytest.fixture(scope="module")
def assistant(place: Path) -> Iterator[Assistant]:
    running = Assistant.start(place, sockets.free_port())
    try:
        running.wait_until_ready(FIRST_START)
        yield running
    finally:
        running.stop()


def test_the_first_start_leaves_what_people_and_scripts_need(assistant: Assistant) -> None:
    found = assistant.run_file()
    assert found["url"] == f"http://127.0.0.1:{assistant.port}"
    assert found["api_key"].startswith("ak_")
    assert found["admin_user"] == "admin"
    assert {"postgres", "redis", "web", "worker"} <= found["processes"].keys()
    assert all(psutil.pid_exists(pid) for pid in found["processes"].values())
    assert (assistant.data_dir / "run.json").stat().st_mode & 0o077 == 0
    assert (CHECKOUT / "var" / "run.json").exists()
    said = assistant.output.read_text(encoding="utf-8")
    assert found["url"] in said
    assert found["admin_password"] in said


def test_it_is_alive_and_ready_and_honest_about_the_missing_model(assistant: Assistant) -> None:
    assert assistant.get("/healthz")[0] == 200
    status, body = assistant.get("/readyz")
    state = json.loads(body)
    assert status == 200
    assert state["faq"] is True
    assert state["search"] is True
    assert state["database"] is True
    assert state["model"] is False


@pytest.mark.parametrize("path", ["/", "/admin/login/", "/api/docs/", "/api/schema/"])
def test_its_pages_are_there(assistant: Assistant, path: str) -> None:
    status, body = assistant.get(path)
    assert status == 200, body[:500]


def test_the_key_it_printed_opens_the_api(assistant: Assistant) -> None:
    answer = assistant.ask("How do I reset my password?")
    assert answer["layer"] in {"faq", "cache", "retrieval"}
    assert answer["answer"]


def test_everything_it_runs_listens_on_the_loopback_alone(assistant: Assistant) -> None:
    listening = {
        connection.laddr.ip
        for process in assistant.family()
        for connection in process.net_connections(kind="inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert listening <= {"127.0.0.1", "::1"}
    assert listening


def test_its_files_are_for_their_owner_alone(assistant: Assistant) -> None:
    for name in ("secrets", "postgres", "redis", "logs"):
        assert (assistant.data_dir / name).stat().st_mode & 0o077 == 0, name


def _refusal(other: Assistant) -> str:
    """What an assistant that must not start says."""
    try:
        assert other.process.wait(120) == 1
    finally:
        other.stop()
    return other.output.read_text(encoding="utf-8")


def test_a_second_supervisor_on_the_same_data_is_refused_with_the_address(assistant: Assistant) -> None:
    said = _refusal(Assistant.start(assistant.data_dir, sockets.free_port()))
    assert f"already runs (http://127.0.0.1:{assistant.port})" in said
    assert "已在运行" in said
    assert assistant.get("/healthz")[0] == 200


def test_a_taken_port_is_named_with_what_to_do(assistant: Assistant, tmp_path: Path) -> None:
    said = _refusal(Assistant.start(tmp_path / "other", assistant.port))
    assert f"Port {assistant.port} is taken" in said
    assert f"PORT={assistant.port + 1}" in said
    assert "已被占用" in said


def test_a_cache_that_is_killed_comes_back_and_questions_are_answered_meanwhile(assistant: Assistant) -> None:
    before = assistant.run_file()["processes"]["redis"]
    os.kill(before, signal.SIGKILL)
    assert assistant.ask("How do I reset my password?")["answer"]
    assistant.until(lambda: assistant.run_file()["processes"]["redis"] != before, 90)
    assistant.until(lambda: json.loads(assistant.get("/readyz")[1] or b"{}").get("cache") is True, 90)


def test_a_database_that_is_killed_comes_back(assistant: Assistant) -> None:
    before = assistant.run_file()["processes"]["postgres"]
    os.kill(before, signal.SIGKILL)
    assistant.until(lambda: assistant.run_file()["processes"]["postgres"] != before, 90)
    took = assistant.until(lambda: json.loads(assistant.get("/readyz")[1] or b"{}").get("database") is True, 90)
    assert took < 90


def test_a_web_server_that_is_killed_comes_back(assistant: Assistant) -> None:
    os.kill(assistant.run_file()["processes"]["web"], signal.SIGKILL)
    assert assistant.until(lambda: assistant.get("/readyz")[0] == 200, 180) < 180


def test_no_log_holds_a_secret(assistant: Assistant) -> None:
    secrets = [path.read_text(encoding="ascii") for path in (assistant.data_dir / "secrets").iterdir()]
    for log in (assistant.data_dir / "logs").iterdir():
        text = log.read_text(encoding="utf-8", errors="replace")
        assert not [secret for secret in secrets if secret in text], log


def test_a_signal_ends_everything_and_a_second_start_is_quick_and_keeps_the_log_in(assistant: Assistant) -> None:
    before = assistant.run_file()
    family = assistant.family()
    assert len(family) >= 6
    assert assistant.stop() < 10
    assert assistant.process.returncode == 0
    assert [process for process in family if process.is_running() and process.status() != psutil.STATUS_ZOMBIE] == []
    assert not assistant.has_run_file()
    again = Assistant.start(assistant.data_dir, assistant.port)
    try:
        seconds = again.until(lambda: again.get("/healthz")[0] == 200, 180)
        sys.stdout.write(f"second start: the web server answers after {seconds:.1f} s\n")
        again.wait_until_ready(240)
        after = again.run_file()
        assert (after["api_key"], after["admin_password"]) == (before["api_key"], before["admin_password"])
        assert again.ask("How do I reset my password?")["answer"]
        assert again.stop(signal.SIGINT) < 10
        assert again.process.returncode == 0
    finally:
        again.stop()


def test_when_the_supervisor_itself_is_killed_nothing_outlives_it(assistant: Assistant) -> None:
    """Runs last: it ends the data folder's assistant for good."""
    doomed = Assistant.start(assistant.data_dir, assistant.port)
    try:
        doomed.until(doomed.has_run_file, 240)
        family = doomed.family()
    finally:
        doomed.process.kill()
        doomed.process.wait()
    runfile.remove(doomed.data_dir)  # a killed supervisor cannot
    _, alive = psutil.wait_procs(family, timeout=15)
    assert [process for process in alive if process.status() != psutil.STATUS_ZOMBIE] == []

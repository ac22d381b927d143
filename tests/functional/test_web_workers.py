"""Two web workers on one port, as the supervisor starts them: even, also after one was killed and after a restart."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from assistant.config import env, sharing
from assistant.config.supervisor import sockets
from assistant.config.supervisor.lineup import Lineup

SAYS_ITS_NUMBER = """
import os

from assistant.config.sharing import evened

async def speak(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    body = str(os.getpid()).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})

application = evened(speak)
"""
PATIENCE_S = 60.0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The web server's own command line around an application that tells which process answers."""
    chosen = sockets.free_port()
    (tmp_path / "speaker.py").write_text(SAYS_ITS_NUMBER, encoding="utf-8")
    settings = env.read({"DATA_DIR": str(tmp_path), "PORT": str(chosen)})
    spec = Lineup(settings, {}).web()
    argv = [argument.replace("assistant.config.asgi", "speaker") for argument in spec.argv]
    paths = os.pathsep.join([str(tmp_path), str(env.CHECKOUT)])
    told = {**os.environ, "PYTHONPATH": paths, "DATA_DIR": str(tmp_path)}
    with subprocess.Popen(argv, env=told, cwd=tmp_path, start_new_session=True) as server:
        (tmp_path / "pid").write_text(str(server.pid))
        try:
            assert eventually(lambda: len(holders(tmp_path)) == 2)
            yield chosen
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(30)


def eventually(true: Callable[[], bool]) -> bool:
    """Wait until it is true."""
    until = time.monotonic() + PATIENCE_S
    while not true() and time.monotonic() < until:
        time.sleep(0.05)
    return true()


def holders(data_dir: Path) -> set[int]:
    """Numbers of the processes that tell how many connections they hold."""
    return {int(path.name.partition("-")[0]) for path in (data_dir / "connections").glob("*") if alive(path)}


def alive(path: Path) -> bool:
    """Whether the process that the file is named after still is."""
    return Path("/proc", path.name.partition("-")[0], "stat").exists()


def ask(connection: http.client.HTTPConnection) -> int:
    """Ask which process answers, over a connection that stays open."""
    connection.request("GET", "/")
    return int(connection.getresponse().read())


@contextmanager
def visitors(port: int, count: int) -> Iterator[Counter[int]]:
    """Open connections that stay, and count those of each process."""
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)))
            for _ in range(count)
        ]
        time.sleep(2 * sharing.LOOK_AROUND_S)  # until they know of one another
        yield Counter(map(ask, opened))


def test_a_dozen_visitors_fall_half_and_half_on_the_two_processes(port: int, tmp_path: Path) -> None:
    with visitors(port, 12) as answered:
        assert set(answered) == holders(tmp_path)
        assert max(answered.values()) <= 10, answered  # 6 on a machine that has time; one process took 23 of 24 before


def test_after_a_process_was_killed_its_successor_shares_again(port: int, tmp_path: Path) -> None:
    victim, survivor = sorted(holders(tmp_path))
    os.kill(victim, signal.SIGKILL)
    with visitors(port, 4) as answered:
        assert sum(answered.values()) == 4, "who comes meanwhile is answered by the other one"
    assert eventually(lambda: len(holders(tmp_path)) == 2 and victim not in holders(tmp_path))
    assert survivor in holders(tmp_path)
    with visitors(port, 12) as answered:
        assert set(answered) == holders(tmp_path)
        assert max(answered.values()) <= 10, answered


def test_visitors_who_stay_move_over_to_a_process_that_started_anew(port: int, tmp_path: Path) -> None:
    victim, _ = sorted(holders(tmp_path))
    os.kill(victim, signal.SIGKILL)
    with ExitStack() as stack:
        opened = [
            stack.enter_context(closing(http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)))
            for _ in range(8)
        ]
        assert len([ask(connection) for connection in opened]) == 8
        assert eventually(lambda: len(holders(tmp_path)) == 2 and victim not in holders(tmp_path))
        assert eventually(lambda: max(Counter(map(ask, opened)).values()) <= 5)


def test_a_restart_of_the_workers_loses_no_visitor(port: int, tmp_path: Path) -> None:
    before = holders(tmp_path)
    os.kill(int((tmp_path / "pid").read_text()), signal.SIGHUP)
    answered: set[int] = set()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and len(answered - before) < 2:
        with visitors(port, 2) as now:
            answered |= set(now)
    assert len(answered - before) == 2
    assert eventually(lambda: not holders(tmp_path) & before)

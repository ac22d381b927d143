"""Several processes share a port: here loops in threads and real sockets, and a process that is killed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from assistant.config import env, sharing
from assistant.config.sharing import LOADING, Gate, Message, SharingLoop, Tally, evened

HOLDS = """
import sys, time
from pathlib import Path
from assistant.config.sharing import Tally
tally = Tally(Path(sys.argv[1]))
tally.tell(3)
print("told", flush=True)
time.sleep(60)
"""


class Echo(asyncio.Protocol):
    """Says which worker it belongs to, then what it hears."""

    def __init__(self, name: bytes) -> None:
        self.name = name

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one in all but name
        self.transport.write(self.name)

    def data_received(self, data: bytes) -> None:
        self.transport.write(data)


class Worker:
    """One loop in a thread, as one web process has."""

    def __init__(self, name: bytes, listening: socket.socket, folder: Path) -> None:
        self.loop = SharingLoop()
        self.gate: Gate | None = None
        self._thread = threading.Thread(target=self._run, args=(name, listening, folder), daemon=True)
        self._up = threading.Event()
        self._thread.start()
        assert self._up.wait(30)

    def call(self, work: Callable[[], object]) -> None:
        done = threading.Event()
        self.loop.call_soon_threadsafe(lambda: (work(), done.set()))
        assert done.wait(30)

    def held(self) -> int:
        assert self.gate is not None
        return self.gate._held()

    def end(self) -> None:
        assert self.gate is not None
        self.call(self.gate.close)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(30)
        self.loop.close()

    def _run(self, name: bytes, listening: socket.socket, folder: Path) -> None:
        asyncio.set_event_loop(self.loop)
        self.gate = Gate(self.loop, listening, lambda: Echo(name), Tally(folder))
        self.loop.call_soon(self._up.set)
        self.loop.run_forever()


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0), backlog=128) as made:
        yield made


@pytest.fixture
def pair(listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Worker]]:
    monkeypatch.setattr(sharing, "PATIENCE_S", 1.0)  # the machine of the tests may be busy with other things
    workers = [Worker(name, listening.dup(), tmp_path) for name in (b"a", b"b")]
    for worker in workers:
        assert worker.gate is not None
        worker.call(worker.gate._tally._look_around)
    yield workers
    for worker in workers:
        worker.end()


def _connect(listening: socket.socket) -> tuple[socket.socket, bytes]:
    made = socket.create_connection(listening.getsockname(), timeout=30)
    return made, made.recv(1)


def _eventually(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 30
    while not true() and time.monotonic() < until:
        time.sleep(0.01)
    return true()


def test_two_processes_take_half_of_the_connections_each(listening: socket.socket, pair: list[Worker]) -> None:
    with contextlib.ExitStack() as open_ones:
        names = []
        for _ in range(24):
            made, name = _connect(listening)
            open_ones.enter_context(made)
            names.append(name)
        assert {names.count(b"a"), names.count(b"b")} <= {11, 12, 13}
        assert pair[0].held() + pair[1].held() == 24


def test_what_was_closed_no_longer_counts(listening: socket.socket, pair: list[Worker]) -> None:
    for _ in range(6):
        _connect(listening)[0].close()
    assert _eventually(lambda: pair[0].held() + pair[1].held() == 0)
    with contextlib.ExitStack() as open_ones:
        names = []
        for _ in range(6):
            made, name = _connect(listening)
            open_ones.enter_context(made)
            names.append(name)
    assert {names.count(b"a"), names.count(b"b")} <= {2, 3, 4}


def test_a_connection_that_was_taken_speaks_its_protocol(listening: socket.socket, pair: list[Worker]) -> None:
    made, _ = _connect(listening)
    with made:
        made.sendall(b"hello")
        assert made.recv(5) == b"hello"


def test_one_process_alone_takes_every_connection(listening: socket.socket, tmp_path: Path) -> None:
    alone = Worker(b"a", listening.dup(), tmp_path)
    with contextlib.ExitStack() as open_ones:
        for _ in range(5):
            made, name = _connect(listening)
            open_ones.enter_context(made)
            assert name == b"a"
    alone.end()


def test_a_process_that_never_comes_is_waited_for_but_not_for_ever(listening: socket.socket, tmp_path: Path) -> None:
    idle = Tally(tmp_path)  # lives, holds nothing, takes nothing
    worker = Worker(b"a", listening.dup(), tmp_path)
    with contextlib.ExitStack() as open_ones:
        for _ in range(4):
            made, name = _connect(listening)
            open_ones.enter_context(made)
            assert name == b"a"
    worker.end()
    idle.close()


def test_after_closing_nothing_more_is_taken_and_open_connections_stay(
    listening: socket.socket, pair: list[Worker]
) -> None:
    made, name = _connect(listening)
    worker = pair[0] if name == b"a" else pair[1]
    assert worker.gate is not None
    worker.call(worker.gate.close)
    assert not worker.gate.is_serving()
    other, taken_by = _connect(listening)
    assert taken_by != name
    with made, other:
        made.sendall(b"still here")
        assert made.recv(10) == b"still here"


@pytest.fixture
def gate(listening: socket.socket, tmp_path: Path) -> Iterator[Gate]:
    """A gate in a loop that stands still: only what a test asks of it happens."""
    loop = SharingLoop()
    made = Gate(loop, listening.dup(), asyncio.Protocol, Tally(tmp_path))
    loop.gate = made
    yield made
    made.close()
    loop.close()


class Held(asyncio.Transport):
    """A connection as the gate sees it."""

    def __init__(self) -> None:
        super().__init__()
        self.gone = False

    def is_closing(self) -> bool:
        return self.gone


def _holding(gate: Gate, count: int, monkeypatch: pytest.MonkeyPatch) -> list[Held]:
    held = [Held() for _ in range(count)]
    gate._open = set(held)
    monkeypatch.setattr(sharing, "RECOUNT_S", 0.0)  # every request is a chance
    return held


@pytest.mark.parametrize(
    ("own", "other", "told"), [(12, 0, True), (4, 2, True), (3, 2, False), (2, 2, False), (1, 2, False)]
)
def test_a_connection_too_many_ends_with_its_answer(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: int, other: int, *, told: bool
) -> None:
    second = Tally(tmp_path)
    second.tell(other)
    _holding(gate, own, monkeypatch)
    assert gate.end_one() is told
    second.close()


def test_a_process_alone_ends_no_connection(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    _holding(gate, 50, monkeypatch)
    assert not gate.end_one()


def test_what_is_about_to_end_is_not_counted_twice(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = Tally(tmp_path)
    held = _holding(gate, 4, monkeypatch)
    second.tell(1)
    assert gate.end_one()
    assert gate.end_one()
    assert not gate.end_one(), "their answers may be long streams, but when they are out two are left here"
    for one in held[:2]:
        one.gone = True
        gate.ended()
    assert not gate.end_one()
    second.tell(0)
    assert gate.end_one()
    second.close()


def test_one_connection_at_a_time_is_ended(gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    second = Tally(tmp_path)
    _holding(gate, 9, monkeypatch)
    monkeypatch.setattr(sharing, "RECOUNT_S", 3600.0)
    assert [gate.end_one() for _ in range(3)] == [True, False, False], "the others' numbers must follow first"
    second.close()


def test_a_process_that_still_loads_gets_no_connection_from_others(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Tally(tmp_path)
    second.tell(LOADING)
    _holding(gate, 9, monkeypatch)
    assert not gate.end_one()
    gate._loop.loading = True
    gate._let_go()
    assert second.fewest() == LOADING + 9
    second.tell(LOADING + 9)
    assert not gate._leaves_it(), "where all are loading it takes its share"
    second.tell(3)
    assert gate._leaves_it()
    second.close()


async def _headers_of(gate: Gate | None, kind: str, monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, bytes]]:
    said: list[Message] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": f"{kind}.response.start", "status": 200, "headers": [(b"x-own", b"1")]})
        await send({"type": f"{kind}.response.body", "body": b"ok"})

    async def send(message: Message) -> None:
        said.append(message)

    async def receive() -> Message:
        raise AssertionError

    if gate is not None:
        monkeypatch.setattr(asyncio, "get_running_loop", lambda: gate._loop)
    await evened(application)({"type": kind}, receive, send)
    assert said[1] == {"type": f"{kind}.response.body", "body": b"ok"}
    return list(said[0]["headers"])


async def test_the_answer_says_that_its_connection_ends(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Tally(tmp_path)
    _holding(gate, 3, monkeypatch)
    assert await _headers_of(gate, "http", monkeypatch) == [(b"x-own", b"1"), (b"connection", b"close")]
    assert gate._ending == 0
    assert await _headers_of(gate, "websocket.http", monkeypatch) == [(b"x-own", b"1")]
    second.tell(3)
    assert await _headers_of(gate, "http", monkeypatch) == [(b"x-own", b"1")]
    second.close()


async def test_another_servers_answers_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _headers_of(None, "http", monkeypatch) == [(b"x-own", b"1")]


async def test_an_answer_that_failed_no_longer_counts_as_ending(
    gate: Gate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        raise ConnectionError

    second = Tally(tmp_path)
    _holding(gate, 3, monkeypatch)
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: gate._loop)
    with pytest.raises(ConnectionError):
        await evened(application)({"type": "http"}, cast("Any", None), cast("Any", None))
    assert gate._ending == 0
    second.close()


def test_processes_read_each_others_counts(tmp_path: Path) -> None:
    one, two, three = Tally(tmp_path), Tally(tmp_path), Tally(tmp_path)
    one.tell(9)
    two.tell(4)
    assert (one.fewest(), two.fewest()) == (0, 0)
    three.tell(7)
    assert (one.fewest(), two.fewest(), three.fewest()) == (4, 7, 4)
    for tally in (one, two, three):
        tally.close()
    assert list(tmp_path.iterdir()) == []


def test_without_another_process_there_is_nobody_to_wait_for(tmp_path: Path) -> None:
    alone = Tally(tmp_path / "made" / "here")
    alone.tell(5)
    assert alone.fewest() is None
    alone.close()
    alone.close()


def test_a_killed_process_counts_for_nothing_and_its_file_goes_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Tally(tmp_path)
    child = subprocess.Popen([sys.executable, "-c", HOLDS, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    with child, child.stdout:
        assert child.stdout.readline() == "told\n"
        assert own.fewest() == 3
        child.send_signal(signal.SIGKILL)
    own._look_around()
    assert own.fewest() is None
    assert len(list(tmp_path.iterdir())) == 2, "a young file may be about to be locked"
    monkeypatch.setattr(sharing, "STALE_S", -1.0)
    own._look_around()
    assert [path.name.partition("-")[0] for path in tmp_path.iterdir()] == [str(os.getpid())]
    own.close()


def test_a_file_that_is_being_made_is_left_alone(tmp_path: Path) -> None:
    own = Tally(tmp_path)
    (tmp_path / "1-new").touch()
    assert own.fewest() is None
    assert (tmp_path / "1-new").exists()
    own.close()


def test_a_server_on_a_socket_that_was_handed_in_shares_it(
    listening: socket.socket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(env, "load", lambda: env.read({"DATA_DIR": str(tmp_path)}))

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Echo(b"x"), sock=listening.dup(), backlog=16)
        assert isinstance(server, Gate)
        assert server.is_serving()
        reader, writer = await asyncio.open_connection(*listening.getsockname())
        assert await reader.readexactly(1) == b"x"
        writer.close()
        server.close()
        server.close()
        await server.wait_closed()

    with asyncio.Runner(loop_factory=SharingLoop) as runner:
        runner.run(serve())
    assert list((tmp_path / sharing.FOLDER).iterdir()) == []


def test_a_server_on_an_address_is_uvloops_own() -> None:
    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(lambda: Echo(b"x"), "127.0.0.1", 0)
        assert not isinstance(server, Gate)
        assert server.is_serving()
        server.close()
        await server.wait_closed()

    with asyncio.Runner(loop_factory=SharingLoop) as runner:
        runner.run(serve())

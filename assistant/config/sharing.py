"""Web workers share one port, and connections evenly: the fuller one leaves a new one to the others for a moment.

The kernel hands a connection to whichever process asks first, so that one of two took 23 of 24 keep-alive connections
and answered them all while the other stood idle. Each process tells how many it holds through a small mapped file; its
lock ends with the process, so what a killed one held counts for nothing. `uvicorn --loop` names `SharingLoop`.

What became uneven later (a burst after a burst, a process that starts anew, the luck of who leaves) is mended between
two requests: an answer of the fuller process ends its connection, and who asks again comes to the other, see `evened`.
"""

from __future__ import annotations

import asyncio
import errno
import fcntl
import mmap
import os
import socket
import tempfile
import time
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import uvloop

from assistant.config import env

FOLDER = "connections"
PAUSE_S = 0.001
PATIENCE_S = 0.02
"""Longest wait for a process with fewer connections; it may be busy with something else, or hang."""
RECOUNT_S = 0.1
LOOK_AROUND_S = 0.2
STALE_S = 60.0
UNEVEN = 2
"""So many connections more than another process holds are one too many."""
LOADING = 1 << 32
"""What a process that is still loading tells, so that it is the last to get connections."""
EXHAUSTED = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})
_BYTES = 8

ProtocolFactory = Callable[[], asyncio.BaseProtocol]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[MutableMapping[str, Any], Receive, Send], Awaitable[None]]


class Tally:
    """How many connections this process holds, for the others to read, and how many they do."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        number, name = tempfile.mkstemp(prefix=f"{os.getpid()}-", dir=folder)
        self._path = Path(name)
        self._file = os.fdopen(number, "r+b")
        self._file.truncate(_BYTES)
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._own = mmap.mmap(self._file.fileno(), _BYTES)
        self._others: dict[Path, mmap.mmap] = {}
        self._looked = float("-inf")

    def tell(self, count: int) -> None:
        """Let the others know."""
        self._own[:] = count.to_bytes(_BYTES, "little")

    def fewest(self) -> int | None:
        """Return the least that another living process holds; None where there is no other."""
        if time.monotonic() - self._looked > LOOK_AROUND_S:
            self._look_around()
        return min((int.from_bytes(other[:], "little") for other in self._others.values()), default=None)

    def close(self) -> None:
        """Be counted no longer."""
        self._path.unlink(missing_ok=True)
        for mapped in (self._own, *self._others.values()):
            mapped.close()
        self._others = {}
        self._file.close()

    def _look_around(self) -> None:
        self._looked = time.monotonic()
        for path in set(self._others) | set(self._folder.iterdir()) - {self._path}:
            mapped = _if_alive(path)
            if (before := self._others.pop(path, None)) is not None:
                before.close()
            if mapped is not None:
                self._others[path] = mapped


def _if_alive(path: Path) -> mmap.mmap | None:
    """Map another process's number; None when its process has ended, whose file is taken away then."""
    try:
        with path.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return mmap.mmap(file.fileno(), _BYTES, access=mmap.ACCESS_READ)
    except (FileNotFoundError, ValueError):  # ended since the folder was read, or its file is not yet as long
        return None
    with suppress(FileNotFoundError):
        if time.time() - path.stat().st_mtime > STALE_S:  # a younger one may be about to be locked
            path.unlink()
    return None


class Gate:
    """Takes connections off a listening socket, as asyncio's server does, but leaves them to who holds fewer.

    It has those methods of `asyncio.Server` that uvicorn calls.
    """

    def __init__(self, loop: SharingLoop, listening: socket.socket, make: ProtocolFactory, tally: Tally) -> None:
        listening.settimeout(0)
        self._loop = loop
        self._listening = listening
        self._make = make
        self._tally = tally
        self._open: set[asyncio.BaseTransport] = set()
        self._opening: set[asyncio.Task[None]] = set()
        self._waiting_since: float | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._closed = False
        self._ending = 0
        self._next_end = float("-inf")
        self._watch()
        self._recount()

    def close(self) -> None:
        """Take no more connections; those that are open stay."""
        if self._closed:
            return
        self._closed = True
        self._loop.remove_reader(self._listening)
        for timer in (self._timer, self._counting):
            if timer is not None:
                timer.cancel()
        self._tally.close()

    async def wait_closed(self) -> None:
        """Wait for what was taken and is not yet a connection."""
        await asyncio.gather(*self._opening, return_exceptions=True)

    def is_serving(self) -> bool:
        """Say whether connections are taken."""
        return not self._closed

    def end_one(self) -> bool:
        """Whether the connection of a request should end with its answer, for another process to hold it.

        Once in `RECOUNT_S`, so that the others' numbers follow. Whoever was told so calls `ended` after the answer.
        """
        now = self._loop.time()
        if self._closed or now < self._next_end:
            return False
        self._next_end = now + RECOUNT_S
        self._let_go()
        fewest = self._tally.fewest()
        if fewest is None or self._told() - self._ending - fewest < UNEVEN:
            return False
        self._ending += 1
        return True

    def ended(self) -> None:
        """Note that the answer is out."""
        self._ending -= 1

    def _watch(self) -> None:
        self._timer = None
        self._loop.add_reader(self._listening, self._take_or_leave)

    def _rest(self, seconds: float) -> None:
        """Look away, so that the loop is not woken again and again by what is left to others."""
        self._loop.remove_reader(self._listening)
        self._timer = self._loop.call_later(seconds, self._watch)

    def _take_or_leave(self) -> None:
        if self._leaves_it():
            self._rest(PAUSE_S)
            return
        self._waiting_since = None
        try:
            connection, _ = self._listening.accept()
        except (BlockingIOError, InterruptedError, ConnectionAbortedError):
            return  # another process was quicker, or the client has gone
        except OSError as error:
            if error.errno not in EXHAUSTED:
                raise
            self._rest(1.0)  # no file is free: connections wait in the kernel's queue, as they do for asyncio
            return
        connection.settimeout(0)
        if connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        task = self._loop.create_task(self._serve(connection))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)
        self._tally.tell(self._told())

    def _leaves_it(self) -> bool:
        """Whether another process holds fewer, and was not yet given time enough to come."""
        fewest = self._tally.fewest()
        if fewest is None or self._told() <= fewest:
            return False
        now = self._loop.time()
        if self._waiting_since is None or now - self._waiting_since > 2 * PATIENCE_S:
            self._waiting_since = now
        return now - self._waiting_since < PATIENCE_S

    def _held(self) -> int:
        return len(self._open) + len(self._opening)

    def _told(self) -> int:
        return self._held() + (LOADING if self._loop.loading else 0)

    async def _serve(self, connection: socket.socket) -> None:
        try:
            transport, _ = await self._loop.connect_accepted_socket(self._make, connection)
        except OSError:  # the client has gone already
            connection.close()
            return
        self._open.add(cast("asyncio.BaseTransport", transport))  # uvloop's stub names a protocol

    def _let_go(self) -> None:
        """Forget what has ended. A transport says so itself, whatever protocol it was handed to."""
        self._open = {transport for transport in self._open if not transport.is_closing()}
        self._tally.tell(self._told())

    def _recount(self) -> None:
        self._let_go()
        self._counting = self._loop.call_later(RECOUNT_S, self._recount)


class SharingLoop(uvloop.Loop):
    """uvloop, but a server on a socket that was handed in shares its connections with the other processes.

    `gate` is that server. As long as it is `loading` the others are asked first.
    """

    gate: Gate | None = None
    loading = False

    async def create_server(  # type: ignore[override]
        self,
        protocol_factory: ProtocolFactory,
        *address: Any,  # noqa: ANN401 - handed on as they come
        sock: socket.socket | None = None,
        **options: Any,  # noqa: ANN401
    ) -> asyncio.AbstractServer | Gate:
        """See asyncio. TLS is left to uvloop."""
        if sock is None or options.get("ssl") is not None:
            made: asyncio.AbstractServer = await super().create_server(protocol_factory, *address, sock=sock, **options)
            return made
        sock.listen(options.get("backlog", 100))
        self.gate = Gate(self, sock, protocol_factory, Tally(env.load().data_dir / FOLDER))
        return self.gate


def evened(app: App) -> App:
    """Let an ASGI application's answers end connections (RFC 9112, 9.6) of which this process holds too many."""

    async def answer(scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        gate = getattr(asyncio.get_running_loop(), "gate", None)
        if gate is None or scope["type"] != "http" or not gate.end_one():
            await app(scope, receive, send)
            return

        async def ending(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        try:
            await app(scope, receive, ending)
        finally:
            gate.ended()

    return answer

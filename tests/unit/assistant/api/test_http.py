"""Requests over bare ASGI."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

import pytest

from assistant.api.errors import ClientGone
from assistant.api.http import MAX_BODY, Message, Request
from assistant.errors import NotFound, Text, TooLarge


class Wire:
    """Feeds a request its messages, and collects what it sends. With nothing left to feed, the client stays."""

    def __init__(self, *messages: Message) -> None:
        self.messages = list(messages)
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        if not self.messages:
            await asyncio.sleep(3600)
        return self.messages.pop(0)

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def body(self) -> bytes:
        return b"".join(message.get("body", b"") for message in self.sent)


GONE: Message = {"type": "http.disconnect"}


def piece(body: bytes, *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


def request(wire: Wire, *headers: tuple[bytes, bytes]) -> Request:
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/x", "headers": list(headers)}
    return Request(scope, wire.receive, wire.send)


async def test_a_body_in_pieces_is_read_whole() -> None:
    assert await request(Wire(piece(b"ab", more=True), piece(b"c"))).body() == b"abc"


async def test_a_client_that_leaves_while_sending_is_gone() -> None:
    with pytest.raises(ClientGone):
        await request(Wire(piece(b"ab", more=True), GONE)).body()


async def test_a_body_over_the_limit_is_refused_by_its_word_and_by_its_length() -> None:
    with pytest.raises(TooLarge):
        await request(Wire(), (b"content-length", str(MAX_BODY + 1).encode())).body()
    flood = [piece(b"x" * 65536, more=True)] * 5
    with pytest.raises(TooLarge) as refused:
        await request(Wire(*flood)).body()
    assert refused.value.code == "body_too_large"


async def test_an_answer_carries_its_length_and_the_strict_headers() -> None:
    wire = Wire()
    await request(wire).answer(200, "好".encode())
    headers = dict(wire.sent[0]["headers"])
    assert headers[b"content-length"] == b"3"
    assert headers[b"x-content-type-options"] == b"nosniff"
    assert headers[b"cache-control"] == b"no-store"


async def test_the_reader_is_known_from_the_headers() -> None:
    assert request(Wire(), (b"accept-language", b"zh-CN")).language == "zh"
    assert request(Wire()).header(b"nothing") is None


async def test_a_stream_is_sent_frame_by_frame_and_closed() -> None:
    wire = Wire()
    source = Frames(3)
    await request(wire).stream(source.frames(), ())
    assert wire.body == b"f0f1f2"
    assert [message.get("more_body") for message in wire.sent[1:]] == [True, True, True, None]
    assert source.closed


async def test_a_client_that_leaves_closes_the_frames_at_once() -> None:
    wire, source = Wire(GONE), Frames(3, delay=60)
    await asyncio.wait_for(request(wire).stream(source.frames(), ()), 2)
    assert source.closed


async def test_what_is_raised_before_the_first_frame_comes_out_with_no_head_sent() -> None:
    async def frames() -> AsyncGenerator[bytes, None]:
        raise NotFound(Text("a", "b"))
        yield b""

    wire = Wire()
    asked = request(wire)
    with pytest.raises(NotFound):
        await asked.stream(frames(), ())
    assert not asked.started
    assert wire.sent == []


class Frames:
    """Frames with a pause before each; knows whether it was closed."""

    def __init__(self, count: int, delay: float = 0.0) -> None:
        self.count, self.delay, self.closed = count, delay, False

    async def frames(self) -> AsyncGenerator[bytes, None]:
        try:
            for n in range(self.count):
                await asyncio.sleep(self.delay)
                yield b"f%d" % n
        finally:
            self.closed = True

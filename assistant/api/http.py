"""HTTP as the doors on the hot path see it: ASGI without a framework (why: infra/decisions, and `door`)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping
from contextlib import aclosing, suppress
from typing import Any

from assistant.api.errors import ClientGone
from assistant.api.languages import preferred
from assistant.errors import Text, TooLarge
from domains.types import Language

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = tuple[tuple[bytes, bytes], ...]

MAX_BODY = 256 * 1024
JSON: Headers = ((b"content-type", b"application/json"),)
ALWAYS: Headers = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cache-control", b"no-store"),
)


class Request:
    """A request whose body is read on demand. `language` is what its errors are told in."""

    __slots__ = ("_receive", "_send", "headers", "language", "method", "path", "started")

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.headers: dict[bytes, bytes] = dict(scope["headers"])
        self.language: Language = preferred(self.header(b"accept-language"))
        self.started = False
        self._receive = receive
        self._send = send

    def header(self, name: bytes) -> str | None:
        """Return a header by its lower-case name."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")

    async def body(self) -> bytes:
        """Read the body. Raises TooLarge (body_too_large) or ClientGone."""
        if int(self.headers.get(b"content-length", b"0") or 0) > MAX_BODY:
            raise _too_large()
        body = b""
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            piece: bytes = message.get("body", b"")
            body += piece
            if len(body) > MAX_BODY:
                raise _too_large()
            if not message.get("more_body"):
                return body

    async def disconnected(self) -> None:
        """Return when the client has left; only after the body was read."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def answer(self, status: int, body: bytes, headers: Headers = JSON) -> None:
        """Send a whole response."""
        length = (b"content-length", str(len(body)).encode())
        await self.begin(status, (*headers, length))
        await self._send({"type": "http.response.body", "body": body})

    async def begin(self, status: int, headers: Headers) -> None:
        """Send the head of a response."""
        self.started = True
        await self._send({"type": "http.response.start", "status": status, "headers": [*headers, *ALWAYS]})

    async def stream(self, frames: AsyncGenerator[bytes, None], headers: Headers) -> None:
        """Send frames as they come, until they end or the client leaves; then the generator is closed at once.

        The head goes out with the first frame, so that what is raised before it is answered as an error.
        """
        sending = asyncio.create_task(self._send_all(frames, headers))
        leaving = asyncio.create_task(self.disconnected())
        try:
            await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            leaving.cancel()
            if not sending.done():
                sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending

    async def _send_all(self, frames: AsyncGenerator[bytes, None], headers: Headers) -> None:
        async with aclosing(frames):
            async for frame in frames:
                if not self.started:
                    await self.begin(200, headers)
                await self._send({"type": "http.response.body", "body": frame, "more_body": True})
        await self._send({"type": "http.response.body", "body": b""})


def _too_large() -> TooLarge:
    limit = MAX_BODY // 1024
    return TooLarge(
        Text(
            en=f"The request is larger than {limit} KiB. Upload long texts as documents.",
            zh=f"请求超过 {limit} KiB。长文本请作为文档上传。",
        ),
        code="body_too_large",
    )

"""`Idempotency-Key`: a question sent twice is answered once (draft-ietf-httpapi-idempotency-key-header).

The first request takes the key; a repeat gets the same answer, one that comes while the first is under way is told to
wait, one with another body is refused. A failed attempt frees the key. Keys live a day, in Redis; while Redis is away a
bounded table of this process stands in.
"""

from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import dataclass

from assistant.chat.stores.connection import Connection
from assistant.chat.stores.errors import StoreAway
from assistant.errors import Conflict, InvalidInput, Text, Unprocessable

TTL_S = 24 * 3600
MAX_LENGTH = 200
OWN = 10_000

IN_PROGRESS = Text(
    en="A request with this Idempotency-Key is still being answered. Try again in a second.",
    zh="使用该 Idempotency-Key 的请求仍在处理中。请一秒后重试。",
)
REUSED = Text(
    en="This Idempotency-Key was used for another request. Use a new key for a new request.",
    zh="该 Idempotency-Key 已用于另一个请求。新的请求请使用新的键。",
)
BAD_KEY = Text(
    en=f"Idempotency-Key must have 1 to {MAX_LENGTH} visible ASCII characters.",
    zh=f"Idempotency-Key 应为 1 到 {MAX_LENGTH} 个可见 ASCII 字符。",
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """A request under a key. `answer` is the id of its answer; `body` the answer itself once there is one."""

    key: str
    digest: str
    answer: str
    body: str | None = None

    def dump(self) -> bytes:
        """Write as JSON."""
        return json.dumps([self.digest, self.answer, self.body]).encode()


class Idempotency:
    """Remembers attempts. One per process."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._own: OrderedDict[str, bytes] = OrderedDict()

    async def begin(self, tenant: str, key: str, request: bytes, answer: str) -> tuple[Attempt, bool]:
        """Take the key for `answer`, or return the attempt that has it and False.

        Raises InvalidInput (bad_idempotency_key) or Unprocessable (idempotency_key_reused).
        """
        if not 0 < len(key) <= MAX_LENGTH or not key.isascii() or not key.isprintable():
            raise InvalidInput(BAD_KEY, code="bad_idempotency_key")
        mine = Attempt(f"idempotency:{tenant}:{key}", hashlib.sha256(request).hexdigest(), answer)
        held = await self._take(mine)
        if held is None:
            return mine, True
        digest, other, body = json.loads(held)
        if digest != mine.digest:
            raise Unprocessable(REUSED, code="idempotency_key_reused")
        return Attempt(mine.key, digest, other, body), False

    async def finish(self, attempt: Attempt, body: bytes) -> None:
        """Keep the answer for repeats."""
        await self._put(attempt.key, Attempt(attempt.key, attempt.digest, attempt.answer, body.decode()).dump())

    async def release(self, attempt: Attempt) -> None:
        """Free the key after a failure."""
        self._own.pop(attempt.key, None)
        try:
            await self._connection.send("DEL", attempt.key)
        except StoreAway:
            return  # the key runs out by itself; until then a repeat is told to wait

    async def _take(self, mine: Attempt) -> bytes | None:
        try:
            taken, held = await self._connection.send_all(
                [("SET", mine.key, mine.dump(), "NX", "EX", TTL_S), ("GET", mine.key)]
            )
        except StoreAway:
            held = self._own.setdefault(mine.key, mine.dump())
            if len(self._own) > OWN:
                self._own.popitem(last=False)
            return None if held == mine.dump() else held
        return None if taken else bytes(held)

    async def _put(self, key: str, value: bytes) -> None:
        try:
            await self._connection.send("SET", key, value, "EX", TTL_S)
        except StoreAway:
            self._own[key] = value


def still_running() -> Conflict:
    """Tell a repeat to wait."""
    return Conflict(IN_PROGRESS, code="in_progress", retry_after=1.0)

"""Event frames of running and recent answers in Redis, so that any worker can resume them."""

from __future__ import annotations

from collections.abc import Sequence

from assistant.chat.stores.connection import Command, Connection
from assistant.chat.stores.errors import StoreAway

TTL_S = 300
FOLLOWED_MS = 1_500


class Frames:
    """A Redis stream for each answer whose entry ids are the frame numbers, so an entry cannot be there twice."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def append(self, tenant: str, answer: str, sent: int, frames: Sequence[bytes], *, ended: bool) -> None:
        """Add frames after the `sent` first ones. Raises StoreAway."""
        key = _key(tenant, answer)
        commands: list[Command] = [("XADD", key, f"{sent + n}-0", "f", frame) for n, frame in enumerate(frames, 1)]
        if ended:
            commands.append(("XADD", key, f"{sent + len(frames)}-1", "end", b""))
        if commands:
            await self._connection.send_all([*commands, ("EXPIRE", key, TTL_S)])

    async def exist(self, tenant: str, answer: str) -> bool:
        """Say whether the answer is known. Raises StoreAway."""
        return bool(await self._connection.send("EXISTS", _key(tenant, answer)))

    async def after(self, tenant: str, answer: str, number: int) -> tuple[list[bytes], bool]:
        """Return the frames after `number`, and whether the answer has ended; says that somebody follows it.

        Raises StoreAway.
        """
        key = _key(tenant, answer)
        entries, _ = await self._connection.send_all(
            [("XRANGE", key, f"({number}-0", "+"), ("SET", f"{key}:followed", b"1", "PX", FOLLOWED_MS)]
        )
        frames = [fields[b"f"] for _, fields in entries if b"f" in fields]
        return frames, any(b"end" in fields for _, fields in entries)

    async def followed(self, tenant: str, answer: str) -> bool:
        """Say whether another process follows the answer; a Redis that is away counts as no."""
        try:
            return bool(await self._connection.send("EXISTS", f"{_key(tenant, answer)}:followed"))
        except StoreAway:
            return False


def _key(tenant: str, answer: str) -> str:
    return f"answer:{tenant}:{answer}"

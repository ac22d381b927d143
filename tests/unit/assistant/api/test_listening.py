"""Work that ends when its client does."""

from __future__ import annotations

import asyncio

import pytest

from assistant.api.errors import ClientGone
from assistant.api.listening import listening


class Client:
    """Leaves after so many seconds."""

    def __init__(self, leaves_after: float) -> None:
        self._leaves_after = leaves_after
        self.watched = False

    async def disconnected(self) -> None:
        self.watched = True
        await asyncio.sleep(self._leaves_after)


async def test_work_that_is_quick_is_not_even_watched() -> None:
    client = Client(0)
    async with listening(client):  # type: ignore[arg-type]
        await asyncio.sleep(0)
    assert not client.watched


async def test_when_the_client_leaves_the_work_is_cancelled() -> None:
    ended: list[bool] = []

    async def work() -> None:
        async with listening(Client(0.05)):  # type: ignore[arg-type]
            try:
                await asyncio.sleep(60)
            finally:
                ended.append(True)

    with pytest.raises(ClientGone):
        await work()
    assert ended
    await asyncio.sleep(0)  # the task itself goes on


async def test_a_cancellation_from_elsewhere_stays_one() -> None:
    async def work() -> None:
        async with listening(Client(60)):  # type: ignore[arg-type]
            await asyncio.sleep(60)

    task = asyncio.create_task(work())
    await asyncio.sleep(0.1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_error_of_the_work_is_the_works_own() -> None:
    async def work() -> None:
        async with listening(Client(60)):  # type: ignore[arg-type]
            await asyncio.sleep(0.1)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await work()

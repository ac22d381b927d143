"""Turns handed over in batches, to the first store that keeps them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from assistant.chat.memory import EMPTY
from assistant.chat.record import TurnRecord
from assistant.chat.recorder import Recorder
from assistant.chat.stores.errors import StoreAway
from assistant.chat.stores.turns import Kept
from assistant.errors import Unavailable


def turn(name: str) -> TurnRecord:
    return TurnRecord(name, "c", "demo", 1, "api", "q", "q", "en", 0.0, "finished", "a")


class Store:
    """Keeps batches, slowly, or is away."""

    def __init__(self, *, away: bool = False) -> None:
        self.away = away
        self.batches: list[list[str]] = []

    async def append(self, batch: Sequence[Kept]) -> None:
        await asyncio.sleep(0.01)
        if self.away:
            raise StoreAway("gone")
        self.batches.append([record.id for record, _ in batch])


async def test_turns_that_come_during_a_write_form_one_batch() -> None:
    store = Store()
    recorder = Recorder([store])
    await asyncio.gather(*(recorder.record(turn(str(n)), EMPTY) for n in range(50)))
    assert [name for batch in store.batches for name in batch] == [str(n) for n in range(50)]
    assert len(store.batches) <= 2


async def test_the_next_store_takes_what_the_first_does_not() -> None:
    first, second = Store(away=True), Store()
    recorder = Recorder([first, second])
    await recorder.record(turn("a"), EMPTY)
    assert second.batches == [["a"]]
    first.away = False
    await recorder.record(turn("b"), EMPTY)
    assert first.batches == [["b"]]


async def test_when_no_store_takes_it_everybody_who_waits_is_told() -> None:
    recorder = Recorder([Store(away=True)])
    results = await asyncio.gather(*(recorder.record(turn(str(n)), EMPTY) for n in range(3)), return_exceptions=True)
    assert [result.code for result in results if isinstance(result, Unavailable)] == ["not_recorded"] * 3


async def test_a_turn_is_kept_although_its_asker_stopped_waiting() -> None:
    store = Store()
    recorder = Recorder([store])
    waiting = asyncio.create_task(recorder.record(turn("a"), EMPTY))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await recorder.record(turn("b"), EMPTY)
    assert [name for batch in store.batches for name in batch] == ["a", "b"]


async def test_what_nobody_waits_for_is_written_before_the_end() -> None:
    store = Store()
    recorder = Recorder([store])
    recorder.record_later(turn("a"), EMPTY)
    await recorder.settle()
    assert store.batches == [["a"]]

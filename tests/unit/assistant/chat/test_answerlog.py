"""The frames of one answer."""

from __future__ import annotations

import asyncio

from assistant.chat.answerlog import AnswerLog


async def test_who_waits_is_woken_by_the_next_frame() -> None:
    log = AnswerLog("demo", "a")
    waiting = asyncio.create_task(log.changed(0, 5))
    await asyncio.sleep(0)
    log.append(b"one", last=False)
    assert await waiting
    assert log.next == 2


async def test_waiting_for_what_is_there_does_not_wait() -> None:
    log = AnswerLog("demo", "a")
    log.append(b"one", last=False)
    assert await log.changed(0, 0.0)


async def test_patience_ends() -> None:
    assert not await AnswerLog("demo", "a").changed(0, 0.01)


async def test_after_the_last_frame_there_is_none() -> None:
    log = AnswerLog("demo", "a")
    log.append(b"one", last=True)
    log.append(b"two", last=False)
    assert log.frames == [b"one"]
    assert log.done


async def test_an_end_without_a_last_frame_wakes_too() -> None:
    log = AnswerLog("demo", "a")
    waiting = asyncio.create_task(log.changed(0, 5))
    await asyncio.sleep(0)
    log.end()
    assert await waiting
    assert log.done

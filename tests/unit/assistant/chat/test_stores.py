"""The stores over a real Redis: what is kept, what is refused, what happens when it is away."""

from __future__ import annotations

import asyncio
import uuid

import pytest
import redis

from assistant.accounts.models import Tenant
from assistant.chat import memory
from assistant.chat.memory import Memory, PastTurn
from assistant.chat.models import Turn
from assistant.chat.stores import health
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.durability import Durability
from assistant.chat.stores.errors import StoreAway
from assistant.chat.stores.flush import REJECTED, TURN_TO_FLUSH, Flusher, flush_turns
from assistant.chat.stores.frames import Frames
from assistant.chat.stores.memories import Memories
from assistant.chat.stores.turns import STREAM, RedisTurns, memory_key
from assistant.errors import NotFound, Unavailable
from tests.chatkit import NOWHERE, asked, turn

REMEMBERED = Memory((PastTurn("q", "q", "a"),), "zh", "requested", 1)


class TestConnection:
    """One pool, and patience that ends."""

    async def test_commands_share_a_round_trip(self, redis_url: str) -> None:
        connection = Connection(redis_url)
        assert await connection.send_all([("SET", "a", "1"), ("INCR", "a"), ("GET", "a")]) == [True, 2, b"2"]
        await connection.close()

    async def test_after_a_failure_nobody_waits_for_a_while(self) -> None:
        connection = Connection(NOWHERE, pause=60)
        with pytest.raises(StoreAway, match="does not do its work"):
            await connection.send("PING")
        assert connection.resting
        with pytest.raises(StoreAway, match="is left alone"):
            await connection.send("PING")

    async def test_after_the_pause_it_is_tried_again(self) -> None:
        connection = Connection(NOWHERE, pause=0.05)
        for _ in range(2):
            with pytest.raises(StoreAway, match="does not do its work"):
                await connection.send("PING")
            await asyncio.sleep(0.06)
            assert not connection.resting


class TestTurns:
    """Turns handed over to Redis, and carried on."""

    async def test_a_batch_is_one_entry_and_the_memories_lie_beside_it(self, redis_url: str) -> None:
        await RedisTurns(Connection(redis_url)).append([(turn("c1"), REMEMBERED), (turn("c2"), REMEMBERED)])
        with redis.Redis.from_url(redis_url) as client:
            assert client.xlen(STREAM) == 1
            assert memory.parse(client.get(memory_key("demo", "c1")) or b"") == REMEMBERED
            assert client.ttl(memory_key("demo", "c2")) > 3600

    async def test_a_redis_that_would_forget_is_refused(self, redis_url: str) -> None:
        with redis.Redis.from_url(redis_url) as client:
            client.config_set("appendonly", "no")
            try:
                with pytest.raises(StoreAway, match="append-only"):
                    await Durability(Connection(redis_url)).require()
            finally:
                client.config_set("appendonly", "yes")
        await Durability(Connection(redis_url)).require()

    @pytest.mark.django_db(transaction=True)
    async def test_the_flusher_carries_them_on_once_and_keeps_what_cannot_be_written(self, redis_url: str) -> None:
        from asgiref.sync import sync_to_async

        await Tenant.objects.acreate(slug="demo", name="Demo")
        store = RedisTurns(Connection(redis_url))
        good, bad = turn(str(uuid.uuid4())), turn(str(uuid.uuid4()), question="nul \x00 byte")
        await store.append([(good, REMEMBERED)])
        await store.append([(bad, REMEMBERED), (turn(str(uuid.uuid4())), REMEMBERED)])
        with redis.Redis.from_url(redis_url) as client:
            client.xadd(STREAM, {"r": b"not json"})
            flusher = Flusher(redis_url)
            assert await sync_to_async(_flush)(flusher) == 2
            assert client.xlen(STREAM) == 0
            assert client.xlen(REJECTED) == 2
        assert await Turn.objects.acount() == 2

    def test_one_flusher_works_at_a_time(self, redis_url: str) -> None:
        with redis.Redis.from_url(redis_url) as client:
            client.set(TURN_TO_FLUSH, "somebody", px=5000)
            client.xadd(STREAM, {"r": b"[]"})
            assert Flusher(redis_url).flush() == 0
            assert client.xlen(STREAM) == 1

    def test_the_chore_bears_a_redis_that_is_away(self, settings: object, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("assistant.chat.stores.flush._flusher", lambda: Flusher(NOWHERE))
        assert flush_turns() == 0


def _flush(flusher: Flusher) -> int:
    from django.db import connection

    try:
        return flusher.flush()
    finally:
        connection.close()


class TestMemories:
    """Conversations recalled."""

    async def test_a_new_conversation_remembers_nothing_and_asks_nobody(self) -> None:
        assert await Memories(Connection(NOWHERE)).recall(asked("hello")) == memory.EMPTY

    async def test_a_fresh_one_comes_from_redis(self, redis_url: str) -> None:
        connection = Connection(redis_url)
        question = asked("hello", continues=True)
        await connection.send("SET", memory_key("demo", question.conversation), memory.dump(REMEMBERED))
        assert await Memories(connection).recall(question) == REMEMBERED

    @pytest.mark.django_db(transaction=True)
    async def test_an_unknown_one_is_not_found_or_unknowable(self, redis_url: str) -> None:
        for name in (str(uuid.uuid4()), "no uuid"):
            with pytest.raises(NotFound):
                await Memories(Connection(redis_url)).recall(asked("hello", continues=True, conversation=name))
            with pytest.raises(Unavailable) as unknowable:
                await Memories(Connection(NOWHERE)).recall(asked("hello", continues=True, conversation=name))
            assert unknowable.value.code == "memory_away"


class TestFrames:
    """Event frames."""

    async def test_frames_come_back_in_order_from_any_number_and_know_their_end(self, redis_url: str) -> None:
        frames = Frames(Connection(redis_url))
        assert not await frames.exist("demo", "a")
        await frames.append("demo", "a", 0, [b"one", b"two"], ended=False)
        await frames.append("demo", "a", 2, [b"three"], ended=True)
        assert await frames.exist("demo", "a")
        assert await frames.after("demo", "a", 0) == ([b"one", b"two", b"three"], True)
        assert await frames.after("demo", "a", 2) == ([b"three"], True)
        assert await frames.after("demo", "a", 3) == ([], True)
        assert not await frames.exist("other", "a")

    async def test_a_frame_cannot_be_there_twice(self, redis_url: str) -> None:
        frames = Frames(Connection(redis_url, pause=0.0))
        await frames.append("demo", "a", 0, [b"one"], ended=False)
        with pytest.raises(StoreAway):
            await frames.append("demo", "a", 0, [b"one"], ended=False)
        assert await frames.after("demo", "a", 0) == ([b"one"], False)

    async def test_who_follows_elsewhere_is_seen(self, redis_url: str) -> None:
        frames = Frames(Connection(redis_url))
        assert not await frames.followed("demo", "a")
        await frames.after("demo", "a", 0)
        assert await frames.followed("demo", "a")
        assert not await Frames(Connection(NOWHERE)).followed("demo", "a")


def test_health_tells_the_truth(redis_url: str) -> None:
    assert health.redis_answers(redis_url)
    assert not health.redis_answers(NOWHERE)


@pytest.mark.django_db
def test_the_database_answers() -> None:
    assert health.database_answers()

"""One answer for one key."""

from __future__ import annotations

import pytest

from assistant.api.idempotency import Idempotency
from assistant.chat.stores.connection import Connection
from assistant.errors import InvalidInput, Unprocessable
from tests.chatkit import NOWHERE


@pytest.fixture(params=["redis", "in process"])
def store(request: pytest.FixtureRequest) -> Idempotency:
    url = request.getfixturevalue("redis_url") if request.param == "redis" else NOWHERE
    return Idempotency(Connection(url))


async def test_the_first_takes_the_key_and_a_repeat_finds_it_under_way(store: Idempotency) -> None:
    _, first = await store.begin("demo", "k", b"body", "answer-1")
    repeat, again = await store.begin("demo", "k", b"body", "answer-2")
    assert (first, again) == (True, False)
    assert (repeat.answer, repeat.body) == ("answer-1", None)


async def test_a_repeat_after_the_end_gets_the_answer(store: Idempotency) -> None:
    attempt, _ = await store.begin("demo", "k", b"body", "answer-1")
    await store.finish(attempt, '{"answer": "好"}'.encode())
    repeat, _ = await store.begin("demo", "k", b"body", "answer-2")
    assert repeat.body == '{"answer": "好"}'


async def test_another_body_under_the_key_is_refused(store: Idempotency) -> None:
    await store.begin("demo", "k", b"body", "answer-1")
    with pytest.raises(Unprocessable) as reused:
        await store.begin("demo", "k", b"other", "answer-2")
    assert reused.value.code == "idempotency_key_reused"


async def test_a_failure_frees_the_key(store: Idempotency) -> None:
    attempt, _ = await store.begin("demo", "k", b"body", "answer-1")
    await store.release(attempt)
    assert (await store.begin("demo", "k", b"other", "answer-2"))[1]


async def test_tenants_do_not_share_keys(store: Idempotency) -> None:
    await store.begin("demo", "k", b"body", "answer-1")
    assert (await store.begin("other", "k", b"other", "answer-2"))[1]


@pytest.mark.parametrize("key", ["", "x" * 201, "schlüssel", "a\nb"])
async def test_a_key_is_short_visible_ascii(key: str) -> None:
    with pytest.raises(InvalidInput) as bad:
        await Idempotency(Connection(NOWHERE)).begin("demo", key, b"", "a")
    assert bad.value.code == "bad_idempotency_key"

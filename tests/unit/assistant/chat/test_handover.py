"""Hand-overs that an editor moves."""

from __future__ import annotations

import uuid

import pytest
import redis

from assistant.accounts.models import Tenant
from assistant.chat import ledger
from assistant.chat.models import Handoff
from assistant.chat.stores.memories import forget
from assistant.chat.stores.turns import memory_key
from tests.chatkit import NOWHERE, turn


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("state", "human"), [("accepted", "accepted"), ("closed", "none")])
def test_once_a_hand_over_moves_its_conversation_is_read_anew(redis_url: str, state: str, human: str) -> None:
    Tenant.objects.create(slug="demo", name="Demo")
    name = str(uuid.uuid4())
    ledger.write([turn(name, handoff="asked_for_human")])
    with redis.Redis.from_url(redis_url) as client:
        client.set(memory_key("demo", name), b"{}")
        handoff = Handoff.objects.get()
        handoff.state = state
        handoff.save()
        assert client.get(memory_key("demo", name)) is None
    memory = ledger.recall("demo", name)
    assert memory is not None
    assert memory.human == human


def test_a_redis_that_is_away_is_logged_and_borne(caplog: pytest.LogCaptureFixture) -> None:
    forget(NOWHERE, [("demo", "c")])
    assert "memory.not_forgotten" in caplog.text

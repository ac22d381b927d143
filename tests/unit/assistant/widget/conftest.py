"""A site, and a room of small real parts behind it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from assistant import wiring
from assistant.accounts.models import Tenant
from assistant.chat.stores.connection import Connection
from assistant.chat.stores.frames import Frames
from assistant.chat.stream import Streams
from assistant.widget import door, sites
from assistant.widget.models import Site
from tests import chatkit
from tests.visitor import PAGE


@pytest.fixture
def site(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Site:
    """The shop's site, and a memory of sites that is empty."""
    fresh = sites.Sites()
    monkeypatch.setattr(door, "SITES", fresh)
    tenant = Tenant.objects.create(slug="demo", name="Demo")
    return Site.objects.create(
        tenant=tenant, name="Shop", public_id="shop", origins=[PAGE], suggestions_en="One?\n\n Two? ", accent="#102030"
    )


@pytest.fixture
def wired(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A function that puts a room with this model's replies behind the door."""

    def wire(*replies: Any) -> Any:
        made = chatkit.room(chatkit.model(*replies), redis_url=redis_url)
        streams = Streams(Frames(Connection(redis_url)), heartbeat=0.3, grace=0.2)
        monkeypatch.setattr(wiring, "room", lambda: made)
        monkeypatch.setattr(wiring, "streams", lambda: streams)
        return made

    return wire

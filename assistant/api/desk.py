"""What the doors on the hot path share. Made once per process by the composition root's parts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from assistant.accounts.caller import Caller
from assistant.accounts.keys import aauthenticate
from assistant.api.coding import Benches
from assistant.api.http import Headers, Request
from assistant.api.idempotency import Idempotency
from assistant.api.testruns import Runs
from assistant.api.throttle import Throttle
from assistant.chat.room import Room
from assistant.chat.stream import Streams


@dataclass(frozen=True, slots=True)
class Desk:
    """The room (raises Unavailable while it is being built), and the doors' own stores."""

    room: Callable[[], Room]
    streams: Streams
    throttle: Throttle
    idempotency: Idempotency
    tests: Runs = field(default_factory=Runs)
    benches: Benches = field(default_factory=Benches)

    async def admit(self, request: Request, scope: str) -> tuple[Caller, Headers]:
        """Check key, scope and rate. Raises NotAuthenticated, NotPermitted, TooManyRequests, Unavailable."""
        caller = await aauthenticate(request.header(b"authorization"))
        caller.require(scope)
        return caller, await self.throttle.admit(caller.key_id)

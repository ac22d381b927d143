"""The web server's application: Django, with encoder and indexes loading in the background from the first moment."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assistant.config.settings")

from django.core.asgi import get_asgi_application

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Any], Awaitable[None]]

_django = get_asgi_application()


async def application(scope: Message, receive: Receive, send: Send) -> None:
    """Answer requests by Django; on the server's start begin loading, on its end close what was opened."""
    if scope["type"] == "lifespan":
        await _live(receive, send)
    else:
        await _django(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    from assistant import wiring

    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            wiring.warm_up()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return

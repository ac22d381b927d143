"""The web server's application: the API's doors on the hot path, Django behind them.

Encoder and indexes load in the background from the server's first moment; until then the doors say so. The sandbox is
put to its test then too.
"""

from __future__ import annotations

import asyncio
import os
from functools import cache
from typing import TYPE_CHECKING

from django.core.asgi import get_asgi_application

if TYPE_CHECKING:
    from assistant.api.desk import Desk
    from assistant.api.door import App
    from assistant.api.http import Receive, Scope, Send
    from assistant.config.warming import Mark

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assistant.config.settings")
# numpy's own threads: a product of one vector with 300 rows took 2 ms of the event loop's time while two processes'
# threads waited for one another on two cores, 0.02 ms alone. The number of processes decides the load.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


def _assemble() -> App:
    django = get_asgi_application()  # first: the apps must be ready before anything imports a model
    from assistant.api.door import Door
    from assistant.config import sharing

    async def behind(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            await django(dict(scope), receive, send)  # type: ignore[arg-type]  # ASGI's types differ by library

    return sharing.evened(Door(behind, _desk))


@cache
def _desk() -> Desk:
    """Make what the doors share, once the event loop runs."""
    from assistant import wiring
    from assistant.api.desk import Desk
    from assistant.api.idempotency import Idempotency
    from assistant.api.throttle import Throttle

    connection = wiring.connection()
    return Desk(wiring.room, wiring.streams(), Throttle(connection), Idempotency(connection))


def _is_built() -> bool:
    from assistant import wiring
    from assistant.errors import Unavailable

    try:
        wiring.room()
    except Unavailable:
        return False
    return True


async def _until_built(mark: Mark) -> None:
    """Leave connections to the processes that can answer until this one can."""
    from assistant.config.sharing import SharingLoop

    loop = asyncio.get_running_loop()
    if isinstance(loop, SharingLoop):
        loop.loading = True
    await mark.until(_is_built)
    if isinstance(loop, SharingLoop):
        loop.loading = False


async def _live(receive: Receive, send: Send) -> None:
    """Begin loading on the server's start, close what was opened on its end."""
    from django.conf import settings

    from assistant import wiring
    from assistant.config.warming import Mark

    marks: list[Mark] = []
    loading: set[asyncio.Task[None]] = set()
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            marks.append(Mark(settings.HOUSE.data_dir / "warming"))
            wiring.warm_up()
            loading |= {asyncio.create_task(_until_built(marks[-1])), asyncio.create_task(_desk().tests.prove())}
        else:
            for task in loading:
                task.cancel()
            for mark in marks:
                mark.remove()
            await wiring.aclose()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


application = _assemble()

"""The doors on the hot path, in front of Django: questions, their streams, and OpenAI's shape. The rest is Django's.

Django's ASGI handler hops to a thread several times a request (its signals, closing the response), also with no
middleware at all: measured 534 requests/s and 1.9 ms of CPU a request for an async view that echoes JSON, against
3,090 and 0.11 ms for the same in plain ASGI (uvicorn, one worker, two shared cores). The goal is 1,000 in two.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable

from assistant.api import ask, coding, openai, problems, unittests
from assistant.api.desk import Desk
from assistant.api.errors import ClientGone, MethodNotAllowed
from assistant.api.http import Receive, Request, Scope, Send
from assistant.errors import AssistantError

logger = logging.getLogger(__name__)

App = Callable[[Scope, Receive, Send], Awaitable[None]]
Handler = Callable[[Request, Desk], Awaitable[None]]

ROUTES: dict[str, tuple[str, Handler]] = {
    "/api/v1/ask": ("POST", ask.ask),
    "/api/v1/code": ("POST", coding.work),
    "/api/v1/tests": ("POST", unittests.make),
    "/v1/chat/completions": ("POST", openai.chat),
    "/v1/models": ("GET", openai.models),
}
_EVENTS = re.compile(r"/api/v1/answers/([0-9a-fA-F-]{36})/events")


class Door:
    """An ASGI application. `desk` is called on the first request, once the event loop runs."""

    def __init__(self, django: App, desk: Callable[[], Desk]) -> None:
        self._django = django
        self._desk = desk

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on to Django."""
        found = _route(scope["path"]) if scope["type"] == "http" else None
        if found is None:
            await self._django(scope, receive, send)
            return
        method, handler = found
        request = Request(scope, receive, send)
        try:
            await (handler if request.method == method else _not_allowed(method))(request, self._desk())
        except ClientGone:
            logger.info("request.client_gone path=%s", request.path)
        except AssistantError as error:
            await _refuse(request, error)
        except Exception:  # the one place where anything else ends: logged, and told without detail
            logger.exception("request.failed path=%s", request.path)
            await _refuse(request, AssistantError(problems.INTERNAL))


def _route(path: str) -> tuple[str, Handler] | None:
    route = ROUTES.get(path)
    if route is not None:
        return route
    events = _EVENTS.fullmatch(path)
    if events is None:
        return None
    answer_id = events[1]
    return "GET", lambda request, desk: ask.resume(request, desk, answer_id)


def _not_allowed(method: str) -> Handler:
    async def refuse(_request: Request, _desk: Desk) -> None:
        raise MethodNotAllowed((method,))

    return refuse


async def _refuse(request: Request, error: AssistantError) -> None:
    if request.started:
        return  # the head is out; the stream itself has said what went wrong, or breaks off
    headers = problems.headers(error)
    if request.path.startswith("/v1/"):
        body = problems.openai_error(error, request.language)
        await request.answer(error.status, body, ((b"content-type", b"application/json"), *headers))
        return
    await request.answer(error.status, problems.problem(error, request.language), (*problems.PROBLEM, *headers))

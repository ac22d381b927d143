"""The widget's protocol: a token, a question, a stream and its resumption; and the script itself."""

from __future__ import annotations

import uuid
from collections.abc import AsyncGenerator
from contextlib import aclosing

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse, StreamingHttpResponse

from assistant import wiring
from assistant.api import sse
from assistant.api.inputs import parse
from assistant.chat import feedback
from assistant.chat.asked import Asked, readable
from assistant.chat.feedback import Opinion
from assistant.chat.models import Giver, Rating
from assistant.chat.pipeline import answer
from assistant.errors import InvalidInput, Text
from assistant.widget import tokens
from assistant.widget.bundle import bundle
from assistant.widget.door import OPINIONS, admitted, begin, door, paced, site_for
from assistant.widget.errors import not_yours
from assistant.widget.inputs import OpinionInput, QuestionInput, TokenInput
from assistant.widget.sites import SiteFacts
from assistant.widget.tokens import Session

SCRIPT_LIFE_S = 300
BAD_EVENT_ID = Text(en="Last-Event-ID must be the number of an event.", zh="Last-Event-ID 应为事件编号。")


async def script(request: HttpRequest) -> HttpResponse:
    """`GET /widget/v1/widget.js`, for any site: it holds nothing but code, and `integrity` needs CORS."""
    made = bundle()
    headers = {
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "Cache-Control": f"public, max-age={SCRIPT_LIFE_S}",
        "ETag": made.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("If-None-Match") == made.etag:
        return HttpResponse(status=304, headers=headers)
    body = made.body
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body, headers["Content-Encoding"] = made.gzipped, "gzip"
    return HttpResponse(body, content_type="text/javascript; charset=utf-8", headers=headers)


@door("POST")
async def token(request: HttpRequest) -> HttpResponse:
    """`POST /widget/v1/token`: a session for ten minutes, and what the widget shows."""
    wish = parse(TokenInput, request.body, request.headers.get("Content-Type"))
    site, origin = await site_for(request, wish.site)
    session = begin(site, origin, wish.visitor, wish.identity)
    ready = await sync_to_async(wiring.readiness, thread_sensitive=False)()
    return JsonResponse(
        {
            "token": tokens.issue(session),
            "expires_in": int(tokens.SESSION_LIFE.total_seconds()),
            "visitor": None if session.identified else tokens.credential(session),
            "ready": {layer: ready[layer] for layer in ("faq", "search", "model")},
            **site.shown,
        }
    )


@door("POST")
async def ask(request: HttpRequest) -> HttpResponseBase:
    """`POST /widget/v1/ask`: the answer as server-sent events."""
    site, session = await admitted(request)
    paced(session)
    wish = parse(QuestionInput, request.body, request.headers.get("Content-Type"))
    asked = understood(wish, site, session)
    room, streams = wiring.room(), wiring.streams()
    streams.open(asked.tenant, asked.id, answer(asked, room), lambda n, event: sse.encode(n, event, asked.reader))
    return await _streaming(streams.follow(asked.tenant, asked.id))


@door("GET")
async def events(request: HttpRequest, answer_id: str) -> HttpResponseBase:
    """`GET /widget/v1/answers/{id}/events`: the events after Last-Event-ID."""
    site, session = await admitted(request)
    if not tokens.is_bound(answer_id, session, "answer"):
        raise not_yours()
    seen = request.headers.get("Last-Event-ID", "0")
    if not seen.isascii() or not seen.isdigit() or len(seen) > 9:
        raise InvalidInput(BAD_EVENT_ID, code="bad_event_id")
    return await _streaming(wiring.streams().follow(site.tenant, answer_id, int(seen)))


@door("POST")
async def opinion(request: HttpRequest, answer_id: str) -> HttpResponse:
    """`POST /widget/v1/answers/{id}/feedback`: the thumb of whoever got the answer, and of nobody else."""
    site, session = await admitted(request)
    if not tokens.is_bound(answer_id, session, "answer"):
        raise not_yours()
    paced(session, OPINIONS)
    wish = parse(OpinionInput, request.body, request.headers.get("Content-Type"))
    said = Opinion(Rating(wish.rating), reason=wish.reason, giver=Giver.VISITOR)
    await sync_to_async(feedback.give, thread_sensitive=False)(site.tenant, uuid.UUID(answer_id), said)
    return HttpResponse(status=204)


def understood(wish: QuestionInput, site: SiteFacts, session: Session) -> Asked:
    """Make the question of what came in. Raises InvalidInput, TooLarge, Unprocessable or NotFound."""
    known = wish.conversation_id
    if known is not None and not tokens.is_bound(known, session, "conversation"):
        raise not_yours()
    return Asked(
        readable(wish.question),
        site.tenant,
        site.groups,
        id=tokens.bound(session, "answer"),
        conversation=known or tokens.bound(session, "conversation"),
        continues=known is not None,
        channel="widget",
        reader=wish.language,
    )


async def _streaming(frames: AsyncGenerator[bytes, None]) -> StreamingHttpResponse:
    """Answer with frames. The first is awaited here, so that what is raised before it becomes an error response."""
    first = await anext(frames, b"")  # nothing after the last event

    async def all_frames() -> AsyncGenerator[bytes, None]:
        async with aclosing(frames):
            yield first
            async for frame in frames:
                yield frame

    headers = {name.decode(): value.decode() for name, value in sse.HEADERS}
    return StreamingHttpResponse(all_frames(), headers=headers)

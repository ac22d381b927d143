"""Who may ask: origin, site, token and identity, checked on every request; and what a browser needs to hear (CORS).

The Fetch standard's protocol: the origin is echoed only when it is allowed, never `*`, and no cookie takes part.
"""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Coroutine
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt

from assistant.api import problems
from assistant.api.buckets import Buckets, Limit
from assistant.api.errors import too_fast
from assistant.api.languages import preferred
from assistant.errors import AssistantError
from assistant.widget import identity, tokens
from assistant.widget.errors import identity_required, origin_not_allowed, session_expired
from assistant.widget.origins import origin_of, own_origins
from assistant.widget.sites import SITES, SiteFacts
from assistant.widget.tokens import Session

VISITORS = Buckets(Limit(rate=0.5, burst=20))
SITES_ASKED = Buckets(Limit(rate=100.0, burst=400))  # a new visitor costs nothing to invent, a site does
OPINIONS = Buckets(Limit(rate=0.5, burst=20))  # beside the questions: a thumb must not cost a visitor the next answer
View = Callable[..., Coroutine[Any, Any, HttpResponseBase]]

PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


def door(method: str) -> Callable[[View], View]:
    """Make a view of the widget's protocol: one method beside OPTIONS, errors as problems, CORS for allowed origins."""

    def decorate(view: View) -> View:
        @functools.wraps(view)
        async def opened(request: HttpRequest, **kwargs: str) -> HttpResponseBase:
            if request.method == "OPTIONS":
                response: HttpResponseBase = HttpResponse(status=204, headers=PREFLIGHT)
            elif request.method != method:
                response = HttpResponse(status=405, headers={"Allow": f"{method}, OPTIONS"})
            else:
                response = await _answered(view, request, **kwargs)
            response.headers["Vary"] = "Origin"
            response.headers["Cache-Control"] = "no-store"
            origin = request.headers.get("Origin")
            if origin and (origin in own_origins(request) or await SITES.admits(origin)):
                response.headers["Access-Control-Allow-Origin"] = origin
            return response

        return csrf_exempt(opened)

    return decorate


async def _answered(view: View, request: HttpRequest, **kwargs: str) -> HttpResponseBase:
    try:
        return await view(request, **kwargs)
    except AssistantError as error:
        language = preferred(request.headers.get("Accept-Language"))
        headers = {name.decode(): value.decode() for name, value in problems.headers(error)}
        return HttpResponse(
            problems.problem(error, language),
            status=error.status,
            content_type="application/problem+json",
            headers=headers,
        )


async def site_for(request: HttpRequest, public_id: str) -> tuple[SiteFacts, str]:
    """Return the site and the page's origin. Raises NotFound (unknown_site) or NotPermitted (origin_not_allowed)."""
    site = await SITES.get(public_id)
    origin = origin_of(request)
    if origin is None or (origin not in site.origins and origin not in own_origins(request)):
        raise origin_not_allowed(origin)
    return site, origin


async def admitted(request: HttpRequest) -> tuple[SiteFacts, Session]:
    """Return the site and session of a request's token. Raises NotAuthenticated, NotPermitted or NotFound."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise session_expired()
    session = tokens.read(token)
    site, origin = await site_for(request, session.site)
    if session.origin != origin:
        raise session_expired()
    if site.require_identity and not session.identified:
        raise identity_required()
    return site, session


def paced(session: Session, visitors: Buckets = VISITORS) -> None:
    """Count a question of a visitor and of the site. Raises TooManyRequests (rate_limited)."""
    waits = (visitors.wait((session.site, session.visitor)), SITES_ASKED.wait(session.site))
    longest = max((seconds for seconds in waits if seconds is not None), default=None)
    if longest is not None:
        raise too_fast(longest)


def begin(site: SiteFacts, origin: str, visitor: str | None, signed: str | None) -> Session:
    """Say who begins a session: the person a signed identity names, the visitor who was here before, or a new one.

    Raises NotAuthenticated (bad_identity, identity_required).
    """
    if signed:
        sub = identity.subject(signed, secret=site.identity_secret, site=site.public_id, now=time.time())
        return Session(site.public_id, origin, identity.visitor_of(site.public_id, sub), identified=True)
    if site.require_identity:
        raise identity_required()
    known = tokens.returning(visitor, site.public_id, origin)
    return Session(site.public_id, origin, known or tokens.new_visitor())

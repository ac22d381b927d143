"""Django's middleware, stepping aside where it has nothing to do.

Sessions, log-in, CSRF tokens and messages serve people in a browser. The API is called with a key, a thousand times a
second, and each of those steps would cost it a hop to a thread (a synchronous hook in an async stack runs in one). So
each steps aside on `LEAN_PATHS`; anything that is not listed there gets the whole stack, so a forgotten path is slow, not open.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction, sync_to_async
from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.messages.middleware import MessageMiddleware
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.middleware.clickjacking import XFrameOptionsMiddleware
from django.middleware.common import CommonMiddleware
from django.middleware.csrf import CsrfViewMiddleware
from django.middleware.locale import LocaleMiddleware
from whitenoise.middleware import WhiteNoiseMiddleware

LEAN_PATHS = ("/api/v1/", "/v1/", "/healthz", "/readyz", "/metrics", "/static/")

Handler = Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]


class StepsAside:
    """Mixin: passes a lean path on untouched."""

    def __call__(self, request: HttpRequest) -> Any:
        """Return the next handler's response, or its awaitable in an async stack."""
        if request.path_info.startswith(LEAN_PATHS):
            return self.get_response(request)  # type: ignore[attr-defined]
        return super().__call__(request)  # type: ignore[misc]


class Session(StepsAside, SessionMiddleware):
    """Sessions, for pages."""


class Locale(StepsAside, LocaleMiddleware):
    """The reader's language, for pages; the API answers in the language of the question."""


class Common(StepsAside, CommonMiddleware):
    """Trailing slashes and allowed hosts, for pages."""


class Authentication(StepsAside, AuthenticationMiddleware):
    """The logged-in user, for pages."""


class Messages(StepsAside, MessageMiddleware):
    """One-off notices, for pages."""


class FrameOptions(StepsAside, XFrameOptionsMiddleware):
    """No framing of pages."""


class ContentSecurityPolicy(StepsAside, CSPMiddleware):
    """What pages may load; the API's own policy is a constant in `ResponseHeaders`."""


class Csrf(StepsAside, CsrfViewMiddleware):
    """CSRF tokens, for pages. The API carries no cookies, so there is nothing to forge."""

    async def process_view(self, request: HttpRequest, callback: Any, args: Any, kwargs: Any) -> HttpResponse | None:  # type: ignore[override]
        """Check the token off the event loop, on pages alone."""
        if request.path_info.startswith(LEAN_PATHS):
            return None
        check = sync_to_async(super().process_view, thread_sensitive=True)
        response: HttpResponse | None = await check(request, callback, args, kwargs)
        return response


class ResponseHeaders:
    """Headers that every response carries, and the strictest content policy where nothing else set one."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Add the headers to the response, or to the awaited one in an async stack."""
        if iscoroutinefunction(self):
            return self._later(request)
        return _with_headers(self.get_response(request))  # type: ignore[arg-type]

    async def _later(self, request: HttpRequest) -> HttpResponseBase:
        return _with_headers(await self.get_response(request))  # type: ignore[misc]


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return response


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """Whitenoise in an async stack: the files are small, so they are read whole, off the event loop."""

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        if iscoroutinefunction(get_response):
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> Any:
        """Serve a static file, pass on everything else."""
        if not request.path_info.startswith(self.static_prefix):
            return self.get_response(request)
        if iscoroutinefunction(self):
            return self._served_later(request)
        return self._read(request) or self.get_response(request)

    async def _served_later(self, request: HttpRequest) -> HttpResponseBase:
        response = await sync_to_async(self._read, thread_sensitive=False)(request)
        return response if response is not None else await self.get_response(request)

    def _read(self, request: HttpRequest) -> HttpResponse | None:
        path = request.path_info
        static_file = self.find_file(path) if self.autorefresh else self.files.get(path)
        if static_file is None:
            return None
        found = static_file.get_response(request.method, request.META)
        body = b"" if found.file is None else found.file.read()
        if found.file is not None:
            found.file.close()
        response = HttpResponse(body, status=int(found.status))
        del response.headers["Content-Type"]
        for name, value in found.headers:
            response.headers[name] = value
        return response

"""Django's middleware, stepping aside where it has nothing to do.

Sessions, log-in, CSRF tokens and messages serve people in a browser. The API is called with a key, a thousand times a
second, and each of those steps would cost it a hop to a thread (a synchronous hook in an async stack runs in one). So
each steps aside on `LEAN_PATHS`; what is not listed there gets the whole stack: a forgotten path is slow, not open.
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

LEAN_PATHS = ("/api/v1/", "/v1/", "/widget/v1/", "/healthz", "/readyz", "/metrics", "/static/")

Answer = HttpResponseBase | Awaitable[HttpResponseBase]
Handler = Callable[[HttpRequest], Answer]


class StepsAside:
    """Mixin: passes a lean path on untouched."""

    def __call__(self, request: HttpRequest) -> Answer:
        """Return the next handler's response, or its awaitable in an async stack."""
        if request.path_info.startswith(LEAN_PATHS):
            return self.get_response(request)  # type: ignore[attr-defined, no-any-return]
        return super().__call__(request)  # type: ignore[misc, no-any-return]


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

    async def process_view(  # type: ignore[override]  # Django adapts either kind, its stubs know one
        self,
        request: HttpRequest,
        callback: Callable[..., HttpResponseBase],
        callback_args: tuple[Any, ...],
        callback_kwargs: dict[str, Any],
    ) -> HttpResponse | None:
        """Check the token off the event loop, on pages alone."""
        if request.path_info.startswith(LEAN_PATHS):
            return None
        check = sync_to_async(super().process_view, thread_sensitive=True)
        return await check(request, callback, callback_args, callback_kwargs)


class _EitherWay:
    """Base of middleware that works in a synchronous stack and in an async one."""

    sync_capable = async_capable = True
    get_response: Handler

    def _adopt(self, get_response: Handler) -> None:
        self.get_response = get_response
        self.in_async_stack = iscoroutinefunction(get_response)
        if self.in_async_stack:
            markcoroutinefunction(self)  # type: ignore[type-var]  # Django marks instances too


class ResponseHeaders(_EitherWay):
    """Headers that every response carries, and the strictest content policy where nothing else set one."""

    def __init__(self, get_response: Handler) -> None:
        self._adopt(get_response)

    def __call__(self, request: HttpRequest) -> Answer:
        """Add the headers to the response, or to the awaited one in an async stack."""
        response = self.get_response(request)
        return _with_headers(response) if isinstance(response, HttpResponseBase) else self._later(response)

    async def _later(self, response: Awaitable[HttpResponseBase]) -> HttpResponseBase:
        return _with_headers(await response)


def _with_headers(response: HttpResponseBase) -> HttpResponseBase:
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "same-origin")
    response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
    return response


class StaticFiles(_EitherWay, WhiteNoiseMiddleware):  # type: ignore[misc]  # whitenoise has no types
    """Whitenoise in an async stack: the files are small, so they are read whole, off the event loop."""

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self._adopt(get_response)

    def __call__(self, request: HttpRequest) -> Answer:
        """Serve a static file, pass on everything else."""
        if not request.path_info.startswith(self.static_prefix):
            return self.get_response(request)
        if self.in_async_stack:
            return self._served_later(request)
        return self._read(request) or self.get_response(request)

    async def _served_later(self, request: HttpRequest) -> HttpResponseBase:
        served = await sync_to_async(self._read, thread_sensitive=False)(request)
        if served is not None:
            return served
        passed_on = self.get_response(request)
        return passed_on if isinstance(passed_on, HttpResponseBase) else await passed_on

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

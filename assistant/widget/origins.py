"""Origins: which page a request comes from, and whether it may ask (RFC 6454, Fetch standard)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest


def is_origin(value: object) -> bool:
    """Say whether `value` is an exact origin in the form that browsers send: lower case, no path, no default port."""
    if not isinstance(value, str) or not value.isascii() or any(mark in value for mark in "*\\@ \t\r\n"):
        return False
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return False
    if port == {"http": 80, "https": 443}[parts.scheme]:
        return False
    return value == f"{parts.scheme}://{parts.netloc}" == value.lower()


def own_origins(request: HttpRequest) -> frozenset[str]:
    """Return this server's own origins: its pages may always use the widget."""
    public = urlsplit(settings.HOUSE.public_url)
    return frozenset({f"{request.scheme}://{request.get_host()}", f"{public.scheme}://{public.netloc}"})


def origin_of(request: HttpRequest) -> str | None:
    """Return the page's origin, None when the request does not say.

    Browsers leave `Origin` out of a same-origin GET; `Sec-Fetch-Site`, which scripts cannot set, vouches for it then.
    """
    origin = request.headers.get("Origin")
    if origin is None and request.headers.get("Sec-Fetch-Site") == "same-origin":
        return f"{request.scheme}://{request.get_host()}"
    return origin

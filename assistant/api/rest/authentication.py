"""The tenant's API key, as the REST framework sees it."""

from __future__ import annotations

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from assistant.accounts.caller import Caller
from assistant.accounts.keys import authenticate
from assistant.api.buckets import Buckets, Limit
from assistant.api.errors import too_fast


class KeyAuthentication(BaseAuthentication):
    """`Authorization: Bearer ak_...`; `request.auth` is the Caller, there is no user."""

    def authenticate(self, request: Request) -> tuple[None, Caller]:
        """Raise NotAuthenticated unless the key works."""
        return None, authenticate(request.headers.get("Authorization"))

    def authenticate_header(self, request: Request) -> str:  # noqa: ARG002 - the framework's signature
        """Return the challenge of a 401 (RFC 6750)."""
        return 'Bearer realm="assistant"'


class HasScope(BasePermission):
    """The view's `read_scope` for safe methods, its `write_scope` for the others."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Raise NotPermitted, which names the scope that is missing."""
        safe = request.method in {"GET", "HEAD", "OPTIONS"}
        request.auth.require(view.read_scope if safe else view.write_scope)  # type: ignore[attr-defined, union-attr]
        return True


class KeyPace(BaseThrottle):
    """Sixty requests at once and ten a second for each key: these views ask the database each time."""

    buckets = Buckets(Limit(rate=10.0, burst=60))

    def allow_request(self, request: Request, view: APIView) -> bool:  # noqa: ARG002 - the framework's signature
        """Raise TooManyRequests (rate_limited), which says when to come back."""
        caller: Caller = request.auth  # type: ignore[assignment]
        seconds = self.buckets.wait(caller.key_id)
        if seconds is not None:
            raise too_fast(seconds)
        return True


class KeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the key reads in OpenAPI."""

    target_class = KeyAuthentication
    name = "apiKey"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:  # noqa: ARG002 - the library's signature
        """Describe a bearer token."""
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ak_<prefix>_<secret>"}

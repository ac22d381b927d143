"""Signed identities: a JSON Web Token (RFC 7519) that the site's own server makes for a signed-in visitor.

One algorithm, HS256, fixed here and not read from the token; `sub`, `aud` (the site id) and `exp`, at most an hour
ahead, must be there. Anything else a token says is ignored.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from typing import Any

from assistant.widget.errors import bad_identity

LONGEST_LIFE_S = 3600
LEEWAY_S = 60
MAX_LENGTH = 4096


def subject(token: str, *, secret: str, site: str, now: float) -> str:
    """Return the visitor's id at the site. `now` is seconds since 1970. Raises NotAuthenticated (bad_identity)."""
    parts = token.split(".") if len(token) <= MAX_LENGTH else []
    if len(parts) != 3:
        raise bad_identity("it is not a JSON Web Token")
    head, body, signature = parts
    if _json(head).get("alg") != "HS256":
        raise bad_identity("alg must be HS256")
    expected = hmac.digest(secret.encode(), f"{head}.{body}".encode(), hashlib.sha256)
    if not hmac.compare_digest(expected, _decoded(signature)):
        raise bad_identity("the signature does not match")
    claims = _json(body)
    _check(claims, site, now)
    return str(claims["sub"])


def _check(claims: dict[str, Any], site: str, now: float) -> None:
    if claims.get("aud") != site:
        raise bad_identity("aud must be the site id")
    expires = claims.get("exp")
    if isinstance(expires, bool) or not isinstance(expires, int | float):
        raise bad_identity("exp is missing")
    if not now - LEEWAY_S < expires <= now + LONGEST_LIFE_S + LEEWAY_S:
        raise bad_identity("exp must lie within the next hour")
    if not isinstance(claims.get("sub"), str) or not claims["sub"]:
        raise bad_identity("sub is missing")


def visitor_of(site: str, sub: str) -> str:
    """Return a visitor id that is the same on every device of this person and reveals nothing about them."""
    return "u_" + hashlib.sha256(f"{site}\0{sub}".encode()).hexdigest()[:22]


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_identity("it is not base64url") from error


def _json(text: str) -> dict[str, Any]:
    try:
        value = json.loads(_decoded(text))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise bad_identity("it is not JSON") from error
    if not isinstance(value, dict):
        raise bad_identity("it is not a JSON object")
    return value

"""What a visitor's browser holds: a session token for ten minutes, and a credential that renews it for a month.

Both are signed, none is stored here. The session token is good for one site, one origin and one visitor. The visitor's
credential is only good for getting session tokens, from the same site and origin, so that a leaked session token
cannot renew itself. Conversations and answers carry their visitor in their own ids (`bound`), so that nobody reads or
continues another's even with a valid token of the same site.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
import uuid
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.core import signing

from assistant.widget.errors import session_expired

SESSION_LIFE = dt.timedelta(minutes=10)
VISITOR_LIFE = dt.timedelta(days=30)
_SESSION = signing.TimestampSigner(salt="assistant.widget.session")
_VISITOR = signing.TimestampSigner(salt="assistant.widget.visitor")
_NONCE_BYTES = 6


@dataclass(frozen=True, slots=True)
class Session:
    """Who a token speaks for. `identified` says that the site's own server vouched for the visitor."""

    site: str
    origin: str
    visitor: str
    identified: bool = False


def issue(session: Session) -> str:
    """Return a session token."""
    return _SESSION.sign_object([session.site, session.origin, session.visitor, session.identified])


def read(token: str) -> Session:
    """Return the session of a token. Raises NotAuthenticated (session_expired) when it is forged or too old."""
    try:
        site, origin, visitor, identified = _SESSION.unsign_object(token, max_age=SESSION_LIFE)
    except (signing.BadSignature, ValueError) as error:
        raise session_expired() from error
    return Session(site, origin, visitor, identified)


def new_visitor() -> str:
    """Return a random visitor id that means nothing elsewhere."""
    return secrets.token_urlsafe(12)


def credential(session: Session) -> str:
    """Return what lets this anonymous visitor come back."""
    return _VISITOR.sign_object([session.site, session.origin, session.visitor])


def returning(text: str | None, site: str, origin: str) -> str | None:
    """Return the visitor id of a credential; None when it is absent, forged, too old or from elsewhere."""
    if not text:
        return None
    try:
        its_site, its_origin, visitor = _VISITOR.unsign_object(text, max_age=VISITOR_LIFE)
    except (signing.BadSignature, ValueError):
        return None
    return str(visitor) if (its_site, its_origin) == (site, origin) else None


def bound(session: Session, kind: str) -> str:
    """Return a new id of `kind` (conversation or answer) that only this visitor of this site can use.

    A UUID of version 8 (RFC 9562, 5.8): 48 random bits, then 74 bits of an HMAC over the visitor.
    """
    return _bound(session, kind, secrets.token_bytes(_NONCE_BYTES))


def is_bound(text: str, session: Session, kind: str) -> bool:
    """Say whether `bound` made this id for this visitor."""
    try:
        nonce = uuid.UUID(text).bytes[:_NONCE_BYTES]
    except ValueError:
        return False
    return hmac.compare_digest(_bound(session, kind, nonce).encode(), text.encode())


def _bound(session: Session, kind: str, nonce: bytes) -> str:
    message = b"\0".join([kind.encode(), session.site.encode(), session.visitor.encode(), nonce])
    mac = hmac.digest(settings.SECRET_KEY.encode() + b"assistant.widget.bound", message, sha256)
    raw = bytearray(nonce + mac[: 16 - _NONCE_BYTES])
    raw[6] = 0x80 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(uuid.UUID(bytes=bytes(raw)))

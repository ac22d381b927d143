"""Issue, rotate, revoke and check API keys.

A key reads `ak_<prefix>_<secret>`: the prefix finds the row, the SHA-256 of the secret (32 random bytes, so no slow
hash is needed) is compared in constant time.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from assistant.accounts.memo import AUTHENTICATIONS
from assistant.accounts.models import ApiKey, Tenant
from assistant.accounts.scopes import Scope
from assistant.errors import InvalidInput, Text
from assistant.live.bell import bell

TOPIC = "keys"
SECRET_BYTES = 32

authenticate = AUTHENTICATIONS.authenticate
aauthenticate = AUTHENTICATIONS.aauthenticate


def issue(
    tenant: Tenant,
    name: str,
    scopes: Iterable[str],
    *,
    groups: Iterable[str] = ("public",),
    expires_at: dt.datetime | None = None,
) -> str:
    """Make a key and return its clear text, which exists nowhere else. Raises InvalidInput for an unknown scope."""
    return create(tenant, name, scopes, groups=groups, expires_at=expires_at)[1]


def create(
    tenant: Tenant,
    name: str,
    scopes: Iterable[str],
    *,
    groups: Iterable[str] = ("public",),
    expires_at: dt.datetime | None = None,
    replaces: ApiKey | None = None,
) -> tuple[ApiKey, str]:
    """Make a key; return the row and the clear text."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in Scope.values]
    if unknown:
        known = ", ".join(Scope.values)
        raise InvalidInput(
            Text(
                en=f"Unknown scope {', '.join(unknown)}; choose among {known}.",
                zh=f"未知的权限 {'、'.join(unknown)}；可选：{known}。",
            )
        )
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(SECRET_BYTES)
    key = ApiKey.objects.create(
        tenant=tenant,
        name=name,
        prefix=prefix,
        digest=digest_of(secret),
        scopes=wanted,
        groups=sorted(set(groups)),
        expires_at=expires_at,
        replaces=replaces,
    )
    return key, f"ak_{prefix}_{secret}"


def digest_of(secret: str) -> bytes:
    """Return the SHA-256 of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def matches(key: ApiKey, secret: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(bytes(key.digest), digest_of(secret))


@transaction.atomic
def rotate(key: ApiKey, *, overlap: dt.timedelta = dt.timedelta(days=1)) -> str:
    """Make a successor with the same rights; the old key works for `overlap` more, so that callers can change over."""
    until = timezone.now() + overlap
    if key.expires_at is None or key.expires_at > until:
        key.expires_at = until
        key.save(update_fields=["expires_at"])
    _, clear = create(key.tenant, key.name, key.scopes, groups=key.groups, replaces=key)
    changed()
    return clear


def revoke(key: ApiKey) -> None:
    """End a key; every process refuses it within a second."""
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at"])
    changed()


def changed() -> None:
    """Make every process look at its remembered keys once the current transaction is committed."""
    bell().ring_on_commit(TOPIC)

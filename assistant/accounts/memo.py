"""Authentication without a query: what was checked once is remembered in the process and revalidated in the background.

The first use of a key costs one query. After that a dictionary answers, and a follower looks at all remembered keys
every half second and at every revocation, so that a revoked key stops working within a second in every process.
While the database is away the last known state serves for `GRACE_S`: nobody can revoke a key then either.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from asgiref.sync import sync_to_async
from django.db import InterfaceError, OperationalError
from django.utils import timezone

from assistant.accounts.caller import Caller
from assistant.accounts.models import ApiKey
from assistant.errors import NotAuthenticated, Text, Unavailable
from assistant.live.follower import Follower

logger = logging.getLogger(__name__)

SIZE = 10_000
FRESH_S = 1.0
GRACE_S = 30.0
USED_EVERY_S = 30.0

MISSING = Text(
    en="Send your API key in the header “Authorization: Bearer ak_…”.",
    zh="请在请求头 “Authorization: Bearer ak_…” 中提供 API 密钥。",
)
REFUSED = Text(
    en="This API key is unknown, revoked or expired. Ask an administrator for a new one.",
    zh="该 API 密钥不存在、已吊销或已过期。请向管理员申请新的密钥。",
)
DATABASE_AWAY = Text(
    en="Keys cannot be checked right now because the database is away. Try again in a few seconds.",
    zh="数据库暂时不可用，无法校验密钥。请几秒后重试。",
)


@dataclass(slots=True)
class Remembered:
    """A key that was checked: `checked_at` and `used_at` are monotonic and wall-clock times."""

    caller: Caller
    expires_at: dt.datetime | None
    checked_at: float
    used_at: dt.datetime | None


class Authentications:
    """Bounded, thread-safe memory of checked keys. Holds digests of the keys, never the keys."""

    def __init__(self, *, size: int = SIZE, clock: Callable[[], float] = time.monotonic) -> None:
        self._size = size
        self._clock = clock
        self._known: OrderedDict[bytes, Remembered] = OrderedDict()
        self._lock = threading.Lock()
        self._follower = Follower("keys", self.revalidate)
        self._flushed_at = clock()

    def authenticate(self, authorization: str | None) -> Caller:
        """Say who calls.

        Raises NotAuthenticated for a missing, unknown, revoked or expired key, and Unavailable when it was never
        checked before and the database is away.
        """
        presented = bearer(authorization)
        return self._remembered(presented) or self._look_up(presented)

    async def aauthenticate(self, authorization: str | None) -> Caller:
        """Do the same without blocking the event loop: a remembered key is answered at once."""
        presented = bearer(authorization)
        return self._remembered(presented) or await sync_to_async(self._look_up)(presented)

    def revalidate(self) -> None:
        """Forget remembered keys that no longer work; write down when the others were last used."""
        with self._lock:
            entries = dict(self._known)
        if not entries:
            return
        began, now = self._clock(), timezone.now()
        ids = {entry.caller.key_id for entry in entries.values()}
        live = {key.pk: key for key in ApiKey.objects.live(now).filter(pk__in=ids).select_related("tenant")}
        for fingerprint, entry in entries.items():
            key = live.get(entry.caller.key_id)
            with self._lock:
                if key is None:
                    self._known.pop(fingerprint, None)
                    continue
                entry.caller, entry.expires_at, entry.checked_at = caller_of(key), key.expires_at, began
        if began - self._flushed_at >= USED_EVERY_S:
            self._flushed_at = began
            self.write_last_used()

    def write_last_used(self) -> None:
        """Write when each key was last used (write-behind)."""
        with self._lock:
            used = {e.caller.key_id: e.used_at for e in self._known.values() if e.used_at is not None}
        for key_id, moment in used.items():
            ApiKey.objects.filter(pk=key_id).exclude(last_used_at__gte=moment).update(last_used_at=moment)

    def forget(self) -> None:
        """Forget everything (for tests and after a fork)."""
        with self._lock:
            self._known.clear()

    def _remembered(self, presented: str) -> Caller | None:
        entry = self._known.get(fingerprint_of(presented))
        if entry is None:
            return None
        age = self._clock() - entry.checked_at
        if age > FRESH_S and not (self._follower.away and age < GRACE_S):
            return None
        now = timezone.now()
        if entry.expires_at is not None and entry.expires_at <= now:
            return None
        entry.used_at = now
        return entry.caller

    def _look_up(self, presented: str) -> Caller:
        prefix, secret = parts(presented)
        began, now = self._clock(), timezone.now()
        try:
            key = ApiKey.objects.select_related("tenant").filter(prefix=prefix).first()
        except (OperationalError, InterfaceError) as error:
            logger.warning("keys.database_away error=%s", error)
            raise Unavailable(DATABASE_AWAY, retry_after=2.0) from error
        # An unknown prefix is compared as well, so that its answer takes as long as a wrong secret's.
        expected = bytes(key.digest) if key else bytes(32)
        same = hmac.compare_digest(expected, hashlib.sha256(secret.encode()).digest())
        if key is None or not same or not key.is_live(now):
            self._forget_one(presented)
            raise NotAuthenticated(REFUSED)
        self._remember(presented, Remembered(caller_of(key), key.expires_at, began, now))
        self._follower.start()
        return caller_of(key)

    def _remember(self, presented: str, entry: Remembered) -> None:
        with self._lock:
            self._known[fingerprint_of(presented)] = entry
            while len(self._known) > self._size:
                self._known.popitem(last=False)

    def _forget_one(self, presented: str) -> None:
        with self._lock:
            self._known.pop(fingerprint_of(presented), None)


def caller_of(key: ApiKey) -> Caller:
    """Give the rest of the house's view of a key."""
    return Caller(key.tenant.slug, key.pk, frozenset(key.scopes), frozenset(key.groups))


def fingerprint_of(presented: str) -> bytes:
    """Name a presented key without keeping it."""
    return hashlib.sha256(presented.encode()).digest()


def bearer(authorization: str | None) -> str:
    """Take the key out of an Authorization header. Raises NotAuthenticated."""
    kind, _, presented = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not presented.strip():
        raise NotAuthenticated(MISSING)
    return presented.strip()


def parts(presented: str) -> tuple[str, str]:
    """Split `ak_<prefix>_<secret>`. Raises NotAuthenticated."""
    kind, _, rest = presented.partition("_")
    prefix, _, secret = rest.partition("_")
    if kind != "ak" or not prefix or not secret or len(presented) > 200 or "\x00" in presented:
        raise NotAuthenticated(REFUSED)
    return prefix, secret


AUTHENTICATIONS = Authentications()

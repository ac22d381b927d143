"""Keys: made once in the clear, checked without a query, gone within a second of being revoked."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from django.db import connections
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.memo import Authentications
from assistant.accounts.models import ApiKey, Tenant
from assistant.errors import InvalidInput, NotAuthenticated, NotPermitted, Unavailable

pytestmark = pytest.mark.usefixtures("redis_url")


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def gate() -> Authentications:
    """Without its background thread: that one cannot see the rows of a test's open transaction."""
    gate = Authentications()
    gate._follower.start = lambda: None  # type: ignore[method-assign]
    return gate


def bearer(clear: str) -> str:
    return f"Bearer {clear}"


def works(gate: Authentications, clear: str) -> bool:
    try:
        gate.authenticate(bearer(clear))
    except NotAuthenticated:
        return False
    return True


def test_a_key_says_whose_it_is_and_what_it_may_do(tenant: Tenant, gate: Authentications) -> None:
    clear = keys.issue(tenant, "widget", ["ask"], groups=["public", "staff"])
    caller = gate.authenticate(bearer(clear))
    assert (caller.tenant, caller.scopes, caller.groups) == ("acme", {"ask"}, {"public", "staff"})


def test_only_a_digest_of_the_secret_is_stored(tenant: Tenant) -> None:
    clear = keys.issue(tenant, "widget", ["ask"])
    row = ApiKey.objects.get()
    secret = clear.split("_", 2)[2]
    assert len(bytes(row.digest)) == 32
    assert secret.encode() not in bytes(row.digest)
    assert keys.matches(row, secret)
    assert not keys.matches(row, secret + "x")


@pytest.mark.parametrize(
    "header",
    [None, "", "Bearer", "Bearer ", "Basic abc", "Token ak_x_y", "Bearer nonsense", "Bearer ak__", "Bearer ak_a_\x00"],
)
def test_a_header_without_a_usable_key_is_refused(db: None, gate: Authentications, header: str | None) -> None:
    with pytest.raises(NotAuthenticated) as refused:
        gate.authenticate(header)
    assert "API" in refused.value.text.en
    assert "密钥" in refused.value.text.zh


def test_the_right_prefix_with_a_wrong_secret_is_refused(tenant: Tenant, gate: Authentications) -> None:
    clear = keys.issue(tenant, "widget", ["ask"])
    with pytest.raises(NotAuthenticated):
        gate.authenticate(bearer(clear[:-4] + "AAAA"))


def test_an_expired_key_is_refused_even_when_remembered(tenant: Tenant, gate: Authentications) -> None:
    soon = timezone.now() + dt.timedelta(milliseconds=200)
    clear = keys.issue(tenant, "widget", ["ask"], expires_at=soon)
    gate.authenticate(bearer(clear))
    time.sleep(0.25)
    with pytest.raises(NotAuthenticated):
        gate.authenticate(bearer(clear))


def test_an_unknown_scope_is_named_when_a_key_is_made(tenant: Tenant) -> None:
    with pytest.raises(InvalidInput, match="documents:destroy"):
        keys.issue(tenant, "widget", ["documents:destroy"])


def test_a_key_without_the_scope_may_not(tenant: Tenant, gate: Authentications) -> None:
    caller = gate.authenticate(bearer(keys.issue(tenant, "widget", ["ask"])))
    caller.require("ask")
    with pytest.raises(NotPermitted, match="faq:write"):
        caller.require("faq:write")


def test_the_admin_scope_includes_the_others(tenant: Tenant, gate: Authentications) -> None:
    caller = gate.authenticate(bearer(keys.issue(tenant, "ops", ["admin"])))
    caller.require("documents:write")
    assert caller.scopes == {"admin"}


def test_a_remembered_key_costs_no_query(
    tenant: Tenant, gate: Authentications, django_assert_num_queries: object
) -> None:
    clear = keys.issue(tenant, "widget", ["ask"])
    gate.authenticate(bearer(clear))
    with django_assert_num_queries(0):  # type: ignore[operator]
        callers = {gate.authenticate(bearer(clear)) for _ in range(1000)}
    assert len(callers) == 1


def test_the_memory_of_keys_is_bounded(tenant: Tenant) -> None:
    gate = Authentications(size=3)
    gate._follower.start = lambda: None  # type: ignore[method-assign]
    for number in range(5):
        gate.authenticate(bearer(keys.issue(tenant, f"k{number}", ["ask"])))
    assert len(gate._known) == 3


def test_rotation_leaves_two_live_keys_for_a_while(tenant: Tenant, gate: Authentications) -> None:
    old = keys.issue(tenant, "widget", ["ask"], groups=["staff"])
    new = keys.rotate(ApiKey.objects.get(), overlap=dt.timedelta(hours=1))
    assert gate.authenticate(bearer(old)).groups == gate.authenticate(bearer(new)).groups == {"staff"}
    assert ApiKey.objects.live().count() == 2
    assert ApiKey.objects.live(timezone.now() + dt.timedelta(hours=2)).count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_revoked_key_stops_working_within_a_second() -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    gate = Authentications()
    clear = keys.issue(tenant, "widget", ["ask"])
    gate.authenticate(bearer(clear))
    keys.revoke(ApiKey.objects.get())
    began = time.monotonic()
    while works(gate, clear) and time.monotonic() - began < 5:
        time.sleep(0.01)
    took = time.monotonic() - began
    gate._follower.stop()
    assert took < 1.0


@pytest.mark.django_db(transaction=True)
def test_last_use_is_written_behind() -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    gate = Authentications()
    gate.authenticate(bearer(keys.issue(tenant, "widget", ["ask"])))
    gate.write_last_used()
    used = ApiKey.objects.get().last_used_at
    assert used is not None
    assert timezone.now() - used < dt.timedelta(seconds=5)
    gate._follower.stop()


def test_a_stale_memory_is_checked_again_rather_than_trusted(tenant: Tenant) -> None:
    now = [0.0]
    gate = Authentications(clock=lambda: now[0])
    gate._follower.start = lambda: None  # type: ignore[method-assign]  # nobody revalidates in the background here
    clear = keys.issue(tenant, "widget", ["ask"])
    gate.authenticate(bearer(clear))
    ApiKey.objects.update(revoked_at=timezone.now())
    assert gate.authenticate(bearer(clear)).tenant == "acme"
    now[0] = 1.5
    with pytest.raises(NotAuthenticated):
        gate.authenticate(bearer(clear))


def test_a_key_never_seen_cannot_be_checked_while_the_database_is_away(tenant: Tenant, gate: Authentications) -> None:
    clear = keys.issue(tenant, "widget", ["ask"])
    wrapper = connections["default"].execute_wrapper(_away)
    with wrapper, pytest.raises(Unavailable) as refused:
        gate.authenticate(bearer(clear))
    assert refused.value.retry_after == 2.0
    assert "数据库" in refused.value.text.zh


def _away(*_: object) -> None:
    from django.db import OperationalError

    raise OperationalError("the connection is gone")


async def test_an_async_caller_gets_the_same_answer(gate: Authentications) -> None:
    with pytest.raises(NotAuthenticated):
        await gate.aauthenticate(None)

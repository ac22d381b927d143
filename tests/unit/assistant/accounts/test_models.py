"""Tenants, keys and version numbers as rows of a real database."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant, Version, asking, public_group

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]


@pytest.fixture
def tenant() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme 公司")


def key_of(tenant: Tenant, **fields: object) -> ApiKey:
    made, _ = keys.create(tenant, "widget", ["ask"])
    ApiKey.objects.filter(pk=made.pk).update(**fields)
    made.refresh_from_db()
    return made


def test_two_tenants_cannot_share_a_short_name(tenant: Tenant) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Tenant.objects.create(slug="acme", name="Another")
    assert Tenant.objects.count() == 1


def test_a_tenant_reads_as_its_name_and_speaks_english_unless_told(tenant: Tenant) -> None:
    assert str(tenant) == "Acme 公司"
    assert tenant.language == "en"


def test_defaults_are_fresh_lists_so_that_keys_do_not_share_them(tenant: Tenant) -> None:
    one, two = ApiKey(tenant=tenant), ApiKey(tenant=tenant)
    one.groups.append("staff")
    one.scopes.append("admin")
    assert (two.groups, two.scopes) == (public_group(), asking()) == (["public"], ["ask"])


def test_a_key_reads_as_its_name_and_prefix_without_the_secret(tenant: Tenant) -> None:
    made, clear = keys.create(tenant, "widget", ["ask"])
    assert str(made) == f"widget (ak_{made.prefix}_…)"
    assert clear.split("_", 2)[2] not in str(made)


@pytest.mark.parametrize(
    ("expires", "revoked", "lives"),
    [(None, None, True), (1, None, True), (-1, None, False), (0, None, False), (None, -1, False), (1, -1, False)],
)
def test_the_row_and_the_query_agree_which_keys_live(
    tenant: Tenant, expires: int | None, revoked: int | None, lives: bool
) -> None:
    now = timezone.now()
    key = key_of(
        tenant,
        expires_at=None if expires is None else now + dt.timedelta(hours=expires),
        revoked_at=None if revoked is None else now + dt.timedelta(hours=revoked),
    )
    assert key.is_live(now) is lives
    assert ApiKey.objects.live(now).filter(pk=key.pk).exists() is lives


def test_a_removed_tenant_takes_its_keys_along(tenant: Tenant) -> None:
    key_of(tenant)
    tenant.delete()
    assert not ApiKey.objects.exists()


def test_version_numbers_grow_by_one_from_one_per_tenant_and_topic(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    assert [Version.bump(tenant, "faq") for _ in range(3)] == [1, 2, 3]
    assert Version.bump(tenant, "intents") == 1
    assert Version.bump(other, "faq") == 1
    assert Version.numbers("faq") == {"acme": 3, "other": 1}
    assert Version.numbers("nothing") == {}


def test_a_version_reads_as_tenant_topic_and_number(tenant: Tenant) -> None:
    Version.bump(tenant, "faq")
    assert str(Version.objects.get()) == f"{tenant.pk}/faq: 1"


def test_a_change_that_is_rolled_back_takes_no_number(tenant: Tenant) -> None:
    Version.bump(tenant, "faq")
    with transaction.atomic():
        Version.bump(tenant, "faq")
        transaction.set_rollback(True)
    assert Version.numbers("faq") == {"acme": 1}


@pytest.mark.django_db(transaction=True)
def test_no_number_is_taken_twice_by_writers_at_the_same_moment() -> None:
    tenant = Tenant.objects.create(slug="busy", name="Busy")
    taken: list[int] = []
    start = threading.Barrier(4)

    def write() -> None:
        start.wait()
        for _ in range(5):
            with transaction.atomic():
                taken.append(Version.bump(tenant, "faq"))
        connection.close()

    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == list(range(1, 21))

"""Who acts is told to the database with each write, in autocommit and inside transactions, and never to the next."""

from __future__ import annotations

import pytest
from django.db import connection, transaction

from assistant.accounts.models import Tenant
from assistant.audit import signing
from assistant.audit.actor import acting
from assistant.audit.models import Entry


def last_who() -> str:
    return Entry.objects.order_by("-id")[0].who


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_the_name_goes_with_its_statement_and_is_gone_after() -> None:
    with acting("admin", "ann"):
        tenant = Tenant.objects.create(slug="acme", name="Acme")
    assert last_who() == "ann"
    with connection.cursor() as cursor:
        cursor.execute("/* by hand */ UPDATE accounts_tenant SET name = 'A'")
    assert (last_who(), Entry.objects.order_by("-id")[0].channel) == ("", "database")
    tenant.delete()


@pytest.mark.django_db
def test_two_who_act_in_one_transaction_are_told_apart() -> None:
    with transaction.atomic(), acting("admin", "ann"):
        tenant = Tenant.objects.create(slug="acme", name="Acme")
        with acting("import"):
            tenant.name = "A"
            tenant.save()
        tenant.name = "B"
        tenant.save()
    found = Entry.objects.filter(kind="accounts.tenant").order_by("id").values_list("who", "channel")
    assert list(found) == [("ann", "admin"), ("ann", "import"), ("ann", "admin")]


@pytest.mark.django_db
def test_a_name_with_quotes_is_only_a_name() -> None:
    with acting("api", "o'brien'; DROP TABLE audit_entry; --"):
        Tenant.objects.create(slug="acme", name="Acme")
    assert last_who() == "o'brien'; DROP TABLE audit_entry; --"


@pytest.mark.django_db
def test_who_acts_is_asked_only_when_something_watched_is_written() -> None:
    asked: list[str] = []

    def who() -> str:
        asked.append("asked")
        return "ann"

    with acting("admin", who):
        assert Tenant.objects.count() == 0
        assert asked == []
        Tenant.objects.create(slug="acme", name="Acme")
    assert asked


def test_a_connection_is_wrapped_once() -> None:
    signing.on_connection(connection)
    signing.on_connection(connection)
    assert connection.execute_wrappers.count(signing.signed) == 1


@pytest.mark.django_db
def test_a_write_costs_one_statement_more_and_a_read_none(django_assert_num_queries: object) -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    with django_assert_num_queries(1):  # type: ignore[operator]
        Tenant.objects.get()
    with django_assert_num_queries(2):  # type: ignore[operator]
        Tenant.objects.filter(pk=tenant.pk).update(name="A")

"""What clears up behind tests that commit leaves what Django's flush leaves, only sooner."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.apps import apps
from django.contrib.auth.models import Group, Permission, User
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test import TransactionTestCase

from assistant.accounts.models import Tenant
from assistant.audit.models import Entry
from tests import emptying

pytestmark = pytest.mark.django_db(transaction=True)


def left() -> set[str]:
    """Models that have rows, of all that there are."""
    return {model._meta.label for model in apps.get_models(include_auto_created=True) if model.objects.exists()}


def fill() -> Tenant:
    """Rows that point at one another, at what migrations made, and into the log that refuses changes."""
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    group = Group.objects.create(name="editors")
    group.permissions.set(Permission.objects.all()[:3])
    person = User.objects.create_user("ann")
    person.groups.add(group)
    person.user_permissions.add(Permission.objects.last())
    assert Entry.objects.exists()
    return tenant


def test_only_what_migrations_made_is_left_and_it_is_untouched() -> None:
    before = emptying.made(connection)
    fill()
    assert len(left()) >= 8
    emptying.empty(connection)
    assert left() == {"auth.Permission", "contenttypes.ContentType"}
    assert emptying.made(connection) == before


def test_numbers_go_on_and_the_log_refuses_changes_as_before() -> None:
    first = fill().pk
    emptying.empty(connection)
    assert fill().pk > first
    with pytest.raises(Exception, match="append-only"):
        Entry.objects.all().delete()


def drop_a_permission() -> None:
    Permission.objects.filter(codename="add_tenant").delete()


def drop_a_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DROP FUNCTION audit_of_accounts_tenant() CASCADE")


def rename_a_type() -> None:
    ContentType.objects.filter(model="tenant").update(model="lodger")


@pytest.mark.parametrize("spoil", [drop_a_permission, drop_a_trigger, rename_a_type])
def test_a_test_that_changed_what_migrations_made_has_the_whole_flush_behind_it(spoil: Callable[[], None]) -> None:
    fill()
    before = emptying.made(connection)
    spoil()
    assert emptying.made(connection) != before
    TransactionTestCase()._fixture_teardown()
    assert left() == {"auth.Permission", "contenttypes.ContentType"}
    assert Permission.objects.filter(codename="add_tenant", content_type__model="tenant").exists()
    fill()


def test_a_switched_off_trigger_is_seen() -> None:
    before = emptying.made(connection)
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_tenant DISABLE TRIGGER audit")
        assert emptying.made(connection) != before
        cursor.execute("ALTER TABLE accounts_tenant ENABLE TRIGGER audit")
    assert emptying.made(connection) == before

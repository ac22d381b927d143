"""Every change of a watched row is written down by the database, whoever made it and however."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant
from assistant.audit import triggers
from assistant.audit.actor import acting
from assistant.audit.models import Entry
from assistant.faq import services as faq
from assistant.faq.models import FaqEntry
from assistant.knowledge import publishing, services
from assistant.knowledge.models import Document


def entries(kind: str) -> list[Entry]:
    return list(Entry.objects.filter(kind=kind).order_by("id"))


@pytest.fixture
def entry(tenant: Tenant) -> FaqEntry:
    made = FaqEntry(tenant=tenant, key="hours", language="en", question="When are you open?", answer="At nine.")
    return faq.save(made, embed=False)


def test_a_new_row_is_written_down_with_who_and_by_which_way(tenant: Tenant) -> None:
    with acting("admin", "ann"):
        document = services.add_document(tenant, "hours.md", b"nine to five", title="Hours")
    made, revised = entries("knowledge.document")[0], entries("knowledge.revision")[0]
    assert (made.who, made.channel, made.action, made.tenant) == ("ann", "admin", "add", "acme")
    assert (made.label, made.object_id) == ("Hours", str(document.pk))
    assert made.before is None
    assert made.after is not None
    assert made.after["access"] == ["public"]
    assert (revised.tenant, revised.after["number"], revised.after["document"]) == ("acme", 1, str(document.pk))  # type: ignore[index]


def test_a_change_shows_what_differs_and_nothing_else(entry: FaqEntry) -> None:
    entry.answer = "At eight."
    with acting("api", "key 7"):
        faq.save(entry, embed=False)
    last = entries("faq.faqentry")[-1]
    assert (last.before, last.after) == ({"answer": "At nine."}, {"answer": "At eight."})
    assert (last.who, last.channel, last.action) == ("key 7", "api", "change")
    assert last.differences() == [("answer", "At nine.", "At eight.")]


def test_saving_without_a_change_and_counting_hits_write_nothing(entry: FaqEntry) -> None:
    before = Entry.objects.count()
    faq.save(entry, embed=False)
    FaqEntry.objects.update(hits=7)
    assert Entry.objects.count() == before


def test_a_bulk_update_is_seen_row_by_row(entry: FaqEntry) -> None:
    FaqEntry.objects.filter(pk=entry.pk).update(published=False)
    assert entries("faq.faqentry")[-1].after == {"published": False}


def test_a_deletion_keeps_what_was_there_and_outlives_the_tenant(entry: FaqEntry, tenant: Tenant) -> None:
    with acting("admin", "ann"):
        tenant.delete()
    last = entries("faq.faqentry")[-1]
    assert (last.action, last.after, last.tenant, last.who) == ("delete", None, "acme", "ann")
    assert last.before is not None
    assert last.before["question"] == "When are you open?"
    assert entries("accounts.tenant")[-1].action == "delete"


def test_withdrawing_and_publishing_are_written_down(tenant: Tenant) -> None:
    document = services.add_document(tenant, "hours.md", b"nine to five")
    publishing.withdraw(document)
    publishing.publish(document)
    changes = [entry.after for entry in entries("knowledge.document") if entry.action == "change"]
    assert [change["withdrawn"] for change in changes if change and "withdrawn" in change] == [True, False]


def test_of_a_key_the_prefix_is_written_and_neither_secret_nor_digest(tenant: Tenant) -> None:
    with acting("admin", "ann"):
        clear = keys.issue(tenant, "shop", ["ask"])
        keys.revoke(ApiKey.objects.get())
    told = str([(entry.before, entry.after) for entry in Entry.objects.all()])
    prefix, secret = clear.split("_")[1:3]
    assert prefix in told
    assert secret not in told
    assert ApiKey.objects.get().digest.hex() not in told
    assert "revoked_at" in (entries("accounts.apikey")[-1].after or {})


def test_of_a_person_the_rights_are_written_and_neither_password_nor_address(db: None) -> None:
    user = User.objects.create_user("bob", "bob@example.org", "secret-of-bob")
    user.is_staff = True
    user.save()
    told = str([(entry.before, entry.after) for entry in Entry.objects.all()])
    assert (entries("auth.user")[-1].after, entries("auth.user")[-1].tenant) == ({"is_staff": True}, "")
    assert "example.org" not in told
    assert user.password not in told


def test_a_statement_typed_into_the_database_is_seen_as_such(entry: FaqEntry) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('audit.channel', '', true), set_config('audit.who', '', true)")
        cursor.execute("/* by hand */ UPDATE faq_faqentry SET answer = 'never'")
    assert (entries("faq.faqentry")[-1].channel, entries("faq.faqentry")[-1].who) == ("database", "")


@pytest.mark.parametrize("statement", ["UPDATE audit_entry SET who = 'nobody'", "DELETE FROM audit_entry"])
def test_an_entry_is_never_changed_or_removed(entry: FaqEntry, statement: str) -> None:
    before = list(Entry.objects.values())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(Entry.objects.values()) == before


def test_what_is_rolled_back_was_never_written(tenant: Tenant) -> None:
    with transaction.atomic():
        services.add_document(tenant, "hours.md", b"nine to five")
        transaction.set_rollback(True)
    assert entries("knowledge.document") == []
    assert not Document.objects.exists()


def test_setting_the_triggers_again_changes_nothing(db: None) -> None:
    triggers.on_migrated()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_trigger WHERE tgname = 'audit'")
        assert cursor.fetchone()[0] == len(triggers.settings.AUDITED)


def test_a_trigger_whose_function_is_old_is_made_anew(tenant: Tenant) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION audit_of_accounts_tenant() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN RETURN NULL; END;$$"
        )
    Tenant.objects.filter(pk=tenant.pk).update(name="Unseen")
    triggers.on_migrated()
    Tenant.objects.filter(pk=tenant.pk).update(name="Seen")
    assert [entry.label for entry in entries("accounts.tenant")] == ["Acme", "Seen"]

"""A tenant as a download: who may, what is in it, and that it is written down."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.audit.models import Entry
from assistant.knowledge import blobs, services
from assistant.knowledge.models import Revision, TenantExport

PAGE, LIST = "admin:knowledge_document_export", "admin:knowledge_document_changelist"


@pytest.fixture
def staff(client: Client, transactional_db: None) -> User:
    made = User.objects.create_user("eve", password="secret-of-eve", is_staff=True)
    made.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(made)
    return made


@pytest.fixture
def exporter(staff: User) -> User:
    staff.user_permissions.add(Permission.objects.get(codename="add_tenantexport"))
    return staff


def test_the_zip_holds_every_document_and_the_audit_log_names_who_took_it(
    client: Client, exporter: User, tenant: Tenant
) -> None:
    services.add_document(tenant, "plan.md", b"A secret plan.", access=["board"])
    response = client.post(reverse(PAGE), {"tenant": tenant.pk})
    assert response.headers["Content-Disposition"].startswith(f'attachment; filename="{tenant.slug}-')
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:  # type: ignore[attr-defined]
        assert json.loads(archive.read("documents.jsonl"))["filename"] == "plan.md"
        assert json.loads(archive.read("export.json"))["counts"]["documents"] == 1
    made = TenantExport.objects.get()
    assert (made.tenant, made.asked_by, made.counts["documents"]) == (tenant, "eve", 1)
    assert made.size > 100
    entry = Entry.objects.of(tenant.slug).get(kind="knowledge.tenantexport")
    assert (entry.action, entry.channel, entry.who) == ("add", "admin", "eve")
    assert entry.after is not None
    assert entry.after["counts"]["documents"] == 1


def test_who_may_only_read_documents_is_neither_shown_the_way_nor_let_in(
    client: Client, staff: User, tenant: Tenant
) -> None:
    assert reverse(PAGE) not in client.get(reverse(LIST)).content.decode()
    assert client.get(reverse(PAGE)).status_code == 403
    assert client.post(reverse(PAGE), {"tenant": tenant.pk}).status_code == 403
    assert not TenantExport.objects.exists()
    client.logout()
    assert client.post(reverse(PAGE), {"tenant": tenant.pk}).status_code == 302  # to the login


def test_the_list_leads_whoever_may_to_a_form_in_their_language(client: Client, exporter: User) -> None:
    assert reverse(PAGE) in client.get(reverse(LIST)).content.decode()
    assert "导出租户" in client.get(reverse(PAGE), headers={"Accept-Language": "zh-hans"}).content.decode()


def test_bytes_that_are_gone_are_named_and_nothing_is_sent_or_written_down(
    client: Client, exporter: User, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    services.add_document(tenant, "plan.md", b"A plan.")

    def gone(revision: Revision) -> bytes:
        raise blobs.BlobDamaged(f"revision {revision.pk} is not there")

    monkeypatch.setattr(blobs, "read", gone)
    response = client.post(reverse(PAGE), {"tenant": tenant.pk}, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    assert "Nothing was exported: revision" in response.content.decode()
    assert not TenantExport.objects.exists()

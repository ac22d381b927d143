"""A zip in the admin: a form, then what became of each file."""

from __future__ import annotations

import io
import zipfile

import pytest
from django.contrib.auth.models import Permission, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.knowledge.models import Document


@pytest.fixture
def editor(client: Client, transactional_db: None) -> Client:
    client.force_login(User.objects.create_superuser("ann", password="secret-of-ann"))
    return client


def upload(files: dict[str, bytes], name: str = "handbook.zip") -> SimpleUploadedFile:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, contents in files.items():
            archive.writestr(path, contents)
    return SimpleUploadedFile(name, data.getvalue(), content_type="application/zip")


def post(client: Client, tenant: Tenant, file: SimpleUploadedFile, **fields: object) -> str:
    said = {"tenant": tenant.pk, "file": file, "access": "public", **fields}
    response = client.post(reverse("admin:knowledge_document_import"), said, headers={"Accept-Language": "en"})
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_of_documents_leads_to_the_form(editor: Client, tenant: Tenant) -> None:
    address = reverse("admin:knowledge_document_import")
    assert address in editor.get(reverse("admin:knowledge_document_changelist")).content.decode()
    page = editor.get(address, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "导入文档压缩包" in page
    assert 'enctype="multipart/form-data"' in page


def test_outcomes_are_shown_and_documents_take_what_was_said(editor: Client, tenant: Tenant) -> None:
    page = post(
        editor, tenant, upload({"a.md": b"A text.", "../x.md": b"no", "<b>.mp4": b"?"}),
        access="staff，hr", tags="handbook", owner="Ann", valid_until_0="2099-01-01", valid_until_1="00:00",
    )  # fmt: skip
    document = Document.objects.get()
    assert reverse("admin:knowledge_document_change", args=[document.pk]) in page
    assert "leads out of the archive" in page
    assert "&lt;b&gt;.mp4" in page
    assert (document.access, document.tags, document.owner) == (["hr", "staff"], ["handbook"], "Ann")
    assert (document.uploader, document.origin) == ("ann", "zip:handbook.zip#a.md")
    assert document.valid_until is not None


def test_the_same_zip_again_changes_and_withdraws(editor: Client, tenant: Tenant) -> None:
    post(editor, tenant, upload({"a.md": b"A text.", "b.md": b"B text."}))
    page = post(editor, tenant, upload({"a.md": b"Another text."}), withdraw_vanished="on")
    assert "new revision" in page
    assert Document.objects.get(filename="b.md").withdrawn


def test_what_is_no_zip_is_told_on_the_form(editor: Client, tenant: Tenant) -> None:
    page = post(editor, tenant, SimpleUploadedFile("x.zip", b"no zip"))
    assert "x.zip is not a zip" in page
    assert "<form" in page
    page = post(editor, tenant, upload({"a.md": b"x"}), valid_from_0="2027-01-02", valid_from_1="00:00",
                valid_until_0="2027-01-01", valid_until_1="00:00")  # fmt: skip
    assert "It ends before it begins" in page
    assert not Document.objects.exists()


def test_who_may_only_look_may_not_import(client: Client, tenant: Tenant) -> None:
    viewer = User.objects.create_user("vic", password="secret-of-vic", is_staff=True)
    viewer.user_permissions.add(Permission.objects.get(codename="view_document"))
    client.force_login(viewer)
    assert client.get(reverse("admin:knowledge_document_import")).status_code == 403
    listing = client.get(reverse("admin:knowledge_document_changelist")).content.decode()
    assert reverse("admin:knowledge_document_import") not in listing

"""`POST /api/v1/documents/import` with a key."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.knowledge.models import Document


@pytest.fixture
def tenant(transactional_db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def send(tenant: Tenant, files: dict[str, bytes], scope: str = "documents:write", **fields: object) -> Any:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for path, contents in files.items():
            archive.writestr(path, contents)
    headers = {"Authorization": f"Bearer {keys.issue(tenant, 'k', [scope])}", "Accept-Language": "zh"}
    file = SimpleUploadedFile("handbook.zip", data.getvalue())
    return Client().post("/api/v1/documents/import", {"file": file, **fields}, headers=headers)


def test_a_zip_is_imported_and_every_file_is_answered_for(tenant: Tenant) -> None:
    response = send(tenant, {"a.md": b"A text.", "../x.md": b"no"}, access=["staff", "hr"], owner="Ann")
    assert response.status_code == 200
    body = response.json()
    document = Document.objects.get()
    assert body["counts"] == {"added": 1, "refused": 1}
    assert body["files"][0] == {
        "path": "../x.md", "outcome": "refused", "code": "unsafe_path",
        "reason": "文件名指向压缩包之外，请重新打包。", "document": None,
    }  # fmt: skip
    assert body["files"][1]["document"] == str(document.pk)
    assert (document.access, document.owner) == (["hr", "staff"], "Ann")
    assert document.uploader.startswith("key ")


def test_the_same_collection_again_touches_only_what_changed(tenant: Tenant) -> None:
    send(tenant, {"a.md": b"A text.", "b.md": b"B text."}, name="book")
    response = send(tenant, {"a.md": b"A text."}, name="book", withdraw_vanished="true")
    assert response.json()["counts"] == {"withdrawn": 1, "unchanged": 1}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"domain": "law"}, "invalid_input"),
        ({"valid_from": "2027-01-02T00:00Z", "valid_until": "2027-01-01T00:00Z"}, "invalid_input"),
        ({"file": SimpleUploadedFile("x.zip", b"no zip")}, "not_a_zip"),
    ],
)
def test_what_cannot_be_meant_is_a_problem(tenant: Tenant, fields: dict[str, object], code: str) -> None:
    response = send(tenant, {"a.md": b"A text."}, **fields)
    assert (response.status_code, response.json()["code"]) == (400, code)
    assert not Document.objects.exists()


def test_reading_is_not_writing(tenant: Tenant) -> None:
    assert send(tenant, {"a.md": b"A text."}, scope="documents:read").status_code == 403


def test_a_collection_of_another_tenant_is_another_one(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    send(tenant, {"a.md": b"A text."}, name="book")
    response = send(other, {"b.md": b"B text."}, name="book", withdraw_vanished="true")
    assert response.json()["counts"] == {"added": 1}
    assert not Document.objects.of(tenant).filter(withdrawn=True).exists()

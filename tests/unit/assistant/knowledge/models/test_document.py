"""Documents and revisions as rows: what the database itself forbids, and what an editor reads."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge.models import Document, Revision
from assistant.knowledge.models.document import Domain, State
from domains import registry


@pytest.fixture
def acme(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def document(tenant: Tenant, checksum: str = "a" * 64, **fields: object) -> Document:
    return Document.objects.create(tenant=tenant, filename="hours.md", checksum=checksum, **fields)


def test_the_same_bytes_lie_in_a_tenant_once(acme: Tenant) -> None:
    document(acme)
    with pytest.raises(IntegrityError, match="same_bytes_once_per_tenant"), transaction.atomic():
        document(acme)
    assert Document.objects.count() == 1


def test_another_tenant_may_have_the_same_bytes(acme: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    assert document(acme).checksum == document(other).checksum


def test_bytes_that_were_deleted_may_come_again(acme: Tenant) -> None:
    document(acme, deleted_at=timezone.now())
    document(acme, deleted_at=timezone.now())
    again = document(acme)
    assert list(Document.objects.of(acme)) == [again]


def test_a_tenant_sees_its_own_documents_by_row_or_by_name_without_deleted_ones(acme: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    mine = document(acme)
    document(acme, checksum="b" * 64, deleted_at=timezone.now())
    document(other)
    assert list(Document.objects.of(acme)) == list(Document.objects.of("acme")) == [mine]
    assert not Document.objects.of("nobody").exists()


def test_a_document_reads_as_its_title_or_else_as_its_file(acme: Tenant) -> None:
    assert str(document(acme)) == "hours.md"
    assert str(document(acme, checksum="b" * 64, title="营业时间")) == "营业时间"


def test_a_new_document_is_public_and_still_to_be_read(acme: Tenant) -> None:
    row = document(acme)
    assert (row.access, row.tags, row.state, row.domain) == (["public"], [], State.PENDING, Domain.GENERAL)
    assert row.revision is None


def test_a_document_that_was_read_has_no_error(acme: Tenant) -> None:
    assert document(acme).error("en") == document(acme, checksum="b" * 64).error("zh") == ""


def test_an_error_is_told_in_the_readers_language_with_its_facts(acme: Tenant) -> None:
    row = document(acme, error_code="too_large", error_detail={"found": "70 MiB", "limit": "50 MiB"})
    assert "70 MiB" in row.error("en")
    assert "50 MiB" in row.error("zh-hans")
    assert "过大" in row.error("zh-hans")
    assert "过大" not in row.error("en")


def test_two_revisions_of_a_document_cannot_share_a_number(acme: Tenant) -> None:
    row = document(acme)
    facts = {"sha256": "a" * 64, "size": 1, "filename": "hours.md", "data": b"x"}
    Revision.objects.create(document=row, number=1, **facts)
    with pytest.raises(IntegrityError, match="revision_numbers_are_unique"), transaction.atomic():
        Revision.objects.create(document=row, number=1, **facts)
    Revision.objects.create(document=row, number=2, **facts)
    assert [str(revision) for revision in row.revisions.all()] == ["hours.md #2", "hours.md #1"]


def test_every_domain_that_an_editor_can_choose_has_somebody_who_answers() -> None:
    assert {domain.value for domain in Domain} == set(registry.REGISTRY)

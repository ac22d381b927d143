"""Documents come in, change and go; nothing is taken twice, and nothing that was promised is lost."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError, Conflict, InvalidInput, TooLarge, UnsupportedMedia
from assistant.knowledge import blobs, services
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob, Revision

Work = Callable[[], int]

POLICY = "# Returns\n\nGoods may be returned within 15 days after delivery.\n"


def add(tenant: Tenant, text: str = POLICY, name: str = "returns.md", **meta: object) -> Document:
    return services.add_document(tenant, name, text.encode(), **meta)  # type: ignore[arg-type]


def test_a_document_is_pending_until_a_worker_has_read_it(tenant: Tenant, work: Work) -> None:
    document = add(tenant, title="Return policy", tags=["shop", "returns"], access=["public"], uploader="ann")
    assert (document.state, document.revisions.get().number) == ("pending", 1)
    assert work() == 1
    document.refresh_from_db()
    assert (document.state, document.language, document.tags) == ("live", "en", ["returns", "shop"])
    assert document.revision == document.revisions.get()
    assert Chunk.objects.get().text.endswith("within 15 days after delivery.")


def test_the_same_bytes_twice_are_refused_by_naming_the_document_that_has_them(tenant: Tenant) -> None:
    first = add(tenant, title="Return policy")
    with pytest.raises(Conflict) as refused:
        add(tenant, name="copy.md")
    assert refused.value.code == "duplicate_document"
    assert "Return policy" in refused.value.text.en
    assert str(first.pk) in refused.value.text.zh
    assert Document.objects.count() == Revision.objects.count() == IngestionJob.objects.count() == 1


def test_another_tenant_may_have_the_same_bytes(tenant: Tenant, other: Tenant) -> None:
    add(tenant)
    add(other)
    assert Document.objects.of("acme").count() == Document.objects.of(other).count() == 1


def test_two_uploads_of_the_same_file_at_once_leave_one_document(tenant: Tenant) -> None:
    start = threading.Barrier(4)
    refused: list[str] = []

    def upload() -> None:
        start.wait()
        try:
            add(tenant)
        except Conflict as error:
            refused.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["duplicate_document"] * 3
    assert Document.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "data", "kind", "code"),
    [
        ("empty.md", b"", InvalidInput, "empty_file"),
        ("program.exe", b"MZ\x90", UnsupportedMedia, "unknown_format"),
        ("huge.txt", b"x" * (64 * 1024 * 1024 + 1), TooLarge, "too_large"),
    ],
)
def test_a_file_that_cannot_be_taken_is_refused_at_once_in_both_languages(
    tenant: Tenant, name: str, data: bytes, kind: type[AssistantError], code: str
) -> None:
    with pytest.raises(kind) as refused:
        services.add_document(tenant, name, data)
    assert refused.value.code == code
    assert refused.value.text.en != refused.value.text.zh
    assert not Document.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "code", "word"),
    [
        ("broken.pdf", b"%PDF-1.7 and then nothing", "damaged", "损坏"),
        ("binary.txt", bytes(range(256)) * 20, "wrong_encoding", "UTF-8"),
        ("blank.md", b"   \n\n  ", "no_text", "文字"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_stops_nothing_else(
    tenant: Tenant, work: Work, name: str, data: bytes, code: str, word: str
) -> None:
    bad = services.add_document(tenant, name, data)
    good = add(tenant)
    work()
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.state, bad.error_code, good.state) == ("failed", code, "live")
    assert word in bad.error("zh-hans")
    assert bad.error("en") != bad.error("zh")


def test_a_path_in_a_file_name_is_only_a_name(tenant: Tenant) -> None:
    assert add(tenant, name="..\\..\\etc/passwd.md").filename == "passwd.md"


def test_a_new_revision_replaces_the_old_chunks_in_one_step(tenant: Tenant, work: Work) -> None:
    document = add(tenant)
    work()
    old = Chunk.objects.get()
    services.replace(document, "returns.md", b"# Returns\n\nGoods may be returned within 30 days.\n")
    assert Chunk.objects.get() == old
    work()
    document.refresh_from_db()
    assert document.revision is not None
    assert document.revision.number == 2
    assert "30 days" in Chunk.objects.get().text
    assert [change.op for change in ChunkChange.objects.all()] == [Change.UPSERT, Change.DELETE, Change.UPSERT]
    assert Revision.objects.count() == 2


def test_a_bad_revision_leaves_the_good_one_answering(tenant: Tenant, work: Work) -> None:
    document = add(tenant)
    work()
    services.replace(document, "returns.pdf", b"%PDF-1.7 broken")
    work()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("live", "damaged")
    assert "15 days" in Chunk.objects.get().text


def test_replacing_by_the_same_bytes_is_refused(tenant: Tenant) -> None:
    document = add(tenant)
    with pytest.raises(Conflict):
        services.replace(document, "returns.md", POLICY.encode())
    assert document.revisions.count() == 1


def test_a_deleted_document_leaves_the_search_at_once_and_its_revisions_stay(tenant: Tenant, work: Work) -> None:
    document = add(tenant)
    work()
    services.delete(document)
    assert not Chunk.objects.exists()
    assert list(ChunkChange.objects.values_list("op", flat=True)) == ["upsert", "delete"]
    assert Revision.objects.count() == 1
    assert not Document.objects.of(tenant).exists()
    add(tenant)  # and the same file may come back


def test_a_document_deleted_before_it_was_read_stays_deleted(tenant: Tenant, work: Work) -> None:
    document = add(tenant)
    services.delete(document)
    assert work() == 0
    assert not Chunk.objects.exists()


def test_an_edited_description_reaches_the_chunks_without_reading_the_file_again(tenant: Tenant, work: Work) -> None:
    document = add(tenant, title="Returns")
    work()
    document.refresh_from_db()
    document.access, document.domain = ["staff"], "finance"
    services.describe(document)
    assert [change.op for change in ChunkChange.objects.all()] == ["upsert", "upsert"]
    assert work() == 0


def test_an_edited_title_reads_the_file_again_because_it_is_part_of_what_is_embedded(
    tenant: Tenant, work: Work
) -> None:
    document = add(tenant, title="Returns")
    work()
    document.refresh_from_db()
    document.title = "Sending goods back"
    services.describe(document)
    assert work() == 1


def test_typed_text_is_a_document_like_any_other(tenant: Tenant, work: Work) -> None:
    document = services.add_text(tenant, "退货政策", "签收后十五天内可以退货。", language="zh", uploader="li")
    work()
    document.refresh_from_db()
    assert (document.filename, document.state, document.language) == ("退货政策.md", "live", "zh")


def test_importing_again_touches_only_what_changed(tenant: Tenant, work: Work) -> None:
    assert services.import_document(tenant, "handbook/a.md", "a.md", b"# A\n\nFirst text.\n")
    assert not services.import_document(tenant, "handbook/a.md", "a.md", b"# A\n\nFirst text.\n")
    assert services.import_document(tenant, "handbook/a.md", "a.md", b"# A\n\nSecond text.\n")
    assert Document.objects.get().revisions.count() == 2
    services.delete(Document.objects.get())
    assert not services.import_document(tenant, "handbook/a.md", "a.md", b"# A\n\nSecond text.\n")
    assert not Document.objects.of(tenant).exists()


def test_large_bytes_lie_in_a_file_named_by_their_checksum_and_come_back_whole(tenant: Tenant) -> None:
    data = b"a line of text\n" * 40_000
    revision = services.add_document(tenant, "large.txt", data).revisions.get()
    assert revision.data is None
    assert blobs.path_of(revision.sha256).read_bytes() == data == blobs.read(revision)
    small = services.add_document(tenant, "small.txt", b"a line").revisions.get()
    assert (bytes(small.data or b""), blobs.read(small)) == (b"a line", b"a line")


def test_a_file_that_rotted_on_disk_is_noticed(tenant: Tenant) -> None:
    revision = services.add_document(tenant, "rot.txt", b"y" * 300_000).revisions.get()
    blobs.path_of(revision.sha256).write_bytes(b"z" * 300_000)
    with pytest.raises(blobs.BlobDamaged, match="damaged"):
        blobs.read(revision)
    blobs.path_of(revision.sha256).unlink()
    with pytest.raises(blobs.BlobDamaged, match="missing"):
        blobs.read(revision)

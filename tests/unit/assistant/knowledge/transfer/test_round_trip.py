"""Everything of a tenant out, into an empty installation, and out again: the same."""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import tracemalloc
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.accounts.models import Tenant
from assistant.errors import InvalidInput
from assistant.faq import services as faq
from assistant.faq.models import FaqEntry, FaqVariant
from assistant.intents import services as intents
from assistant.intents.models import Example, Intent
from assistant.knowledge import blobs, publishing, services
from assistant.knowledge.imports.bringing import bring
from assistant.knowledge.imports.folder import Folder
from assistant.knowledge.models import Chunk, ChunkChange, Document, IngestionJob, Revision
from assistant.knowledge.transfer.export import export
from assistant.knowledge.transfer.restore import Export, restore
from assistant.knowledge.worker import Worker
from retrieval.ingest import parse_here
from tests.unit.retrieval.conftest import HashingEncoder

Work = Callable[[], int]
LARGE = b"A large text.\n" + b"\n" * 300_000  # over what lies in the row


@pytest.fixture
def work() -> Iterator[Work]:
    worker = Worker(HashingEncoder, parser=parse_here)
    yield worker.drain
    worker.stop()


@pytest.fixture
def house(tenant: Tenant, work: Work, tmp_path: Path) -> Tenant:
    """A tenant with something of everything."""
    hours = services.add_document(
        tenant, "营业时间.md", "# 时间\n\n九点到五点营业。".encode(), title="Hours", tags=["shop"],
        access=["hr", "staff"], owner="Ann", url="https://shop.example/hours", licence="CC BY 4.0",
        valid_from=dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    )  # fmt: skip
    services.replace(hours, "hours.md", b"# Hours\n\nWe are open from ten to six.")
    services.add_document(tenant, "large.txt", LARGE)
    publishing.withdraw(services.add_document(tenant, "old.md", b"An old rule."))
    services.delete(services.add_document(tenant, "gone.md", b"Deleted, and kept for old answers."))
    services.add_document(tenant, "bad.pdf", b"no pdf")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "leave.md").write_text("Thirty days of leave.")
    list(bring(Folder(tmp_path / "folder", name="handbook"), tenant))
    entry = FaqEntry(tenant=tenant, key="hours", language="zh", question="几点开门？", variants=["营业时间"])
    entry.answer = "九点。"
    faq.save(entry, embed=False)
    intents.save_intent(tenant, "refund", [("I want my money back", "en"), ("我要退款", "zh")], route="faq")
    work()
    return tenant


def exported(tenant: Tenant, path: Path) -> Path:
    with path.open("wb") as file:
        export(tenant, file)
    return path


def contents(path: Path) -> dict[str, Any]:
    """What an export says, without when and without the ids of rows that are made anew."""
    with zipfile.ZipFile(path) as archive:
        return {
            name: sorted((json.loads(line) for line in archive.read(name).splitlines()), key=str)
            if name.endswith(".jsonl")
            else archive.read(name)
            for name in archive.namelist()
            if name not in {"export.json", "SHA256SUMS"}
        }


def emptied() -> None:
    Tenant.objects.all().delete()
    ChunkChange.objects.all().delete()


def test_what_comes_back_is_what_went_out(house: Tenant, work: Work, tmp_path: Path, settings: Any) -> None:
    before = contents(exported(house, tmp_path / "one.zip"))
    chunks = dict(Chunk.objects.values_list("id", "text"))
    vectors = {pk: bytes(vector) for pk, vector in Chunk.objects.values_list("id", "vector")}
    assert len(chunks) >= 3
    emptied()
    settings.HOUSE = replace(settings.HOUSE, data_dir=tmp_path / "elsewhere")
    counts, problems = restore(Export(tmp_path / "one.zip"))
    assert (counts, problems) == ({"documents": 6, "faq": 1, "intents": 1}, [])
    work()
    again = Tenant.objects.get()
    assert contents(exported(again, tmp_path / "two.zip")) == {**before, "documents.jsonl": _reread(before, tmp_path)}
    assert dict(Chunk.objects.values_list("id", "text")) == chunks
    assert {pk: bytes(vector) for pk, vector in Chunk.objects.values_list("id", "vector")} == vectors
    assert FaqVariant.objects.filter(entry__tenant=again).count() == 2
    assert Example.objects.filter(intent__tenant=again).count() == 2
    assert blobs.read(Revision.objects.get(filename="large.txt")) == LARGE
    assert Document.objects.get(filename="old.md").state == "withdrawn"
    assert Document.objects.get(filename="gone.md").deleted_at is not None
    assert Document.objects.get(filename="bad.pdf").error_code == "damaged"


def _reread(before: dict[str, Any], tmp_path: Path) -> list[dict[str, Any]]:
    """The same documents; reading them anew moved the time of their last change."""
    with zipfile.ZipFile(tmp_path / "two.zip") as archive:
        moments = {
            row["id"]: row["updated_at"] for row in map(json.loads, archive.read("documents.jsonl").splitlines())
        }
    rows = [{**row, "updated_at": moments[row["id"]]} for row in before["documents.jsonl"]]
    return sorted(rows, key=str)


def test_an_import_goes_on_after_a_restore(house: Tenant, tmp_path: Path) -> None:
    exported(house, tmp_path / "one.zip")
    emptied()
    restore(Export(tmp_path / "one.zip"))
    again = Tenant.objects.get()
    assert [o.what for o in bring(Folder(tmp_path / "folder", name="handbook"), again)] == ["unchanged"]


def test_a_restore_that_was_stopped_goes_on_and_twice_changes_nothing(house: Tenant, tmp_path: Path) -> None:
    exported(house, tmp_path / "one.zip")
    emptied()
    restore(Export(tmp_path / "one.zip"))
    Document.objects.get(filename="hours.md").delete()
    jobs = IngestionJob.objects.count()
    counts, _ = restore(Export(tmp_path / "one.zip"))
    assert counts == {"documents": 1, "faq": 0, "intents": 0}
    assert IngestionJob.objects.count() == jobs + 1
    assert restore(Export(tmp_path / "one.zip")) == ({"documents": 0, "faq": 0, "intents": 0}, [])


def test_only_the_tenants_own_things_go_out(house: Tenant, other: Tenant, tmp_path: Path) -> None:
    services.add_document(other, "secret.md", b"What the others know.")
    faq.save(FaqEntry(tenant=other, key="x", language="en", question="Q?", answer="Others."), embed=False)
    intents.save_intent(other, "theirs", [("theirs", "en")])
    with zipfile.ZipFile(exported(house, tmp_path / "one.zip")) as archive:
        everything = b"".join(archive.read(name) for name in archive.namelist())
        assert b"others" not in everything
        assert b"theirs" not in everything
        assert blobs.checksum_of(b"What the others know.").encode() not in everything


def test_ids_that_another_tenant_has_are_told_and_left_alone(house: Tenant, tmp_path: Path) -> None:
    exported(house, tmp_path / "one.zip")
    counts, problems = restore(Export(tmp_path / "one.zip"), "copy")
    assert counts["documents"] == 0
    assert {problem.code for problem in problems} == {"document_id_taken"}
    assert counts["faq"] == 1
    assert Intent.objects.filter(tenant__slug="copy").count() == 1


@pytest.mark.parametrize("kind", ["blob", "rows", "sums", "missing", "format", "no zip"])
def test_an_export_that_is_not_whole_is_noticed_before_anything_is_restored(
    house: Tenant, tmp_path: Path, kind: str
) -> None:
    with zipfile.ZipFile(exported(house, tmp_path / "one.zip")) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    blob = next(name for name in members if name.startswith("blobs/"))
    spoilt = {
        "blob": lambda: members.update({blob: b"other bytes"}),
        "rows": lambda: members.update({"faq.jsonl": b""}),
        "sums": lambda: members.update({"SHA256SUMS": members["SHA256SUMS"].split(b"\n", 1)[1]}),
        "missing": lambda: members.pop(blob),
        "format": lambda: members.update(
            {"export.json": members["export.json"].replace(b'"format": 1', b'"format": 9')}
        ),
        "no zip": members.clear,
    }
    spoilt[kind]()
    path = tmp_path / "bad.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    emptied()
    with pytest.raises(InvalidInput, match="not a whole export") as error:
        restore(Export(path))
    assert error.value.code == "export_damaged"
    assert not Tenant.objects.exists()


def test_memory_does_not_grow_with_the_export(tenant: Tenant) -> None:
    for number in range(40):
        services.add_document(tenant, f"{number}.txt", os.urandom(300_000))

    class Nowhere(io.RawIOBase):
        def writable(self) -> bool:
            return True

        def write(self, data: Any) -> int:
            return len(data)

    tracemalloc.start()
    counts = export(tenant, Nowhere())  # type: ignore[arg-type]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert counts["blobs"] == 40
    assert peak < 6_000_000


def test_the_commands_say_what_they_did_and_what_hinders_them(house: Tenant, tmp_path: Path) -> None:
    out = io.StringIO()
    path = tmp_path / "one.zip"
    call_command("export_tenant", "--tenant", "acme", str(path), stdout=out)
    assert out.getvalue().startswith("6 documents, 1 faq, 1 intents, 7 blobs in")
    with pytest.raises(CommandError, match="exists already"):
        call_command("export_tenant", "--tenant", "acme", str(path))
    with pytest.raises(CommandError, match="no tenant 'nobody'"):
        call_command("export_tenant", "--tenant", "nobody", str(path))
    with pytest.raises(CommandError, match="No such file"):
        call_command("restore_tenant", str(tmp_path / "nowhere.zip"))
    with pytest.raises(CommandError, match="6 documents could not"):
        call_command("restore_tenant", str(path), "--tenant", "copy", stderr=io.StringIO())
    emptied()
    call_command("restore_tenant", str(path), stdout=out)
    assert out.getvalue().endswith("6 documents, 1 faq, 1 intents restored\n")


def test_a_revision_whose_bytes_are_gone_is_told_and_leaves_no_file(house: Tenant, tmp_path: Path) -> None:
    blobs.path_of(blobs.checksum_of(LARGE)).unlink()
    with pytest.raises(CommandError, match="restore it from a backup"):
        call_command("export_tenant", "--tenant", "acme", str(tmp_path / "one.zip"))
    assert list(tmp_path.glob("one.zip*")) == []

"""Imports again and again: only what changed is touched, what vanished is told, one bad file stops no other."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import connection

from assistant.accounts.models import Tenant
from assistant.errors import Conflict, InvalidInput
from assistant.knowledge import publishing, services
from assistant.knowledge.imports.addresses import Addresses
from assistant.knowledge.imports.bringing import Manner, bring, counts
from assistant.knowledge.imports.checkout import Checkout
from assistant.knowledge.imports.fetch import Fetcher
from assistant.knowledge.imports.folder import Folder
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import Outcome
from assistant.knowledge.models import Chunk, Document, IngestionJob, Revision
from tests.unit.assistant.knowledge.imports.test_checkout import git
from tests.unit.assistant.knowledge.imports.web import Answer, Web, serving

Work = Callable[[], int]


@pytest.fixture
def handbook(tmp_path: Path) -> Path:
    root = tmp_path / "handbook"
    (root / "hr").mkdir(parents=True)
    (root / "hours.md").write_text("# Hours\n\nWe are open from nine to five.\n")
    (root / "hr" / "leave.md").write_text("# Leave\n\nThirty days a year.\n")
    return root


def run(root: Path, tenant: Tenant, *, withdraw: bool = False, **given: object) -> dict[str, Outcome]:
    manner = Manner(Given.model_validate(given), "ann", withdraw)
    return {outcome.path: outcome for outcome in bring(Folder(root, name="handbook"), tenant, manner)}


def what(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {path: outcome.what.value for path, outcome in outcomes.items()}


def document(path: str) -> Document:
    return Document.objects.get(origin=f"folder:handbook#{path}")


def test_a_folder_is_imported_with_what_is_said_about_it_and_is_found(
    handbook: Path, tenant: Tenant, work: Work
) -> None:
    (handbook / "manifest.csv").write_text("path,title,access,owner\nhr/leave.md,Leave,staff;hr,Ann\n")
    outcomes = run(handbook, tenant, tags="handbook", domain="general", access="public", valid_until="2099-01-01")
    assert what(outcomes) == {"hours.md": "added", "hr/leave.md": "added"}
    leave = document("hr/leave.md")
    assert outcomes["hr/leave.md"].document == leave.pk
    assert (leave.title, leave.access, leave.owner, leave.tags) == ("Leave", ["hr", "staff"], "Ann", ["handbook"])
    assert leave.valid_until == dt.datetime(2099, 1, 1, tzinfo=dt.UTC)
    assert (leave.uploader, leave.revisions.get().origin) == ("ann", "folder:handbook#hr/leave.md")
    assert document("hours.md").access == ["public"]
    assert work() == 2
    assert Chunk.objects.count() == 2


def test_the_second_time_only_what_changed_is_touched(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant)
    IngestionJob.objects.all().delete()
    stamp = document("hours.md").updated_at
    (handbook / "hr" / "leave.md").write_text("# Leave\n\nThirty-one days a year.\n")
    assert what(run(handbook, tenant)) == {"hours.md": "unchanged", "hr/leave.md": "changed"}
    assert document("hours.md").updated_at == stamp
    assert [r.number for r in document("hr/leave.md").revisions.order_by("number")] == [1, 2]
    assert IngestionJob.objects.get().revision.number == 2
    assert what(run(handbook, tenant)) == {"hours.md": "unchanged", "hr/leave.md": "unchanged"}


def test_what_is_said_otherwise_is_described_without_a_new_revision(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant, tags="old")
    assert set(what(run(handbook, tenant, tags="new")).values()) == {"described"}
    assert document("hours.md").tags == ["new"]
    assert Revision.objects.count() == 2


def test_what_an_editor_changed_stays_until_the_place_says_something_new(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant, tags="imported", title="Rules")
    edited = document("hours.md")
    edited.tags = ["edited"]
    services.describe(edited)
    services.replace(edited, "hours.md", b"# Hours\n\nThe editor knows better.\n")
    assert what(run(handbook, tenant, tags="imported", title="Rules"))["hours.md"] == "unchanged"
    edited.refresh_from_db()
    assert (edited.tags, edited.revisions.count()) == (["edited"], 2)
    run(handbook, tenant, tags="imported", title="New rules")
    edited.refresh_from_db()
    assert (edited.tags, edited.title) == (["edited"], "New rules")


def test_what_vanished_is_told_and_withdrawn_only_if_asked(handbook: Path, tenant: Tenant, work: Work) -> None:
    run(handbook, tenant)
    work()
    text = (handbook / "hours.md").read_bytes()
    (handbook / "hours.md").unlink()
    assert what(run(handbook, tenant))["hours.md"] == "vanished"
    assert document("hours.md").state == "live"
    assert what(run(handbook, tenant, withdraw=True))["hours.md"] == "withdrawn"
    assert (document("hours.md").state, Chunk.objects.count()) == ("withdrawn", 1)
    assert what(run(handbook, tenant, withdraw=True))["hours.md"] == "vanished"
    (handbook / "hours.md").write_bytes(text)
    assert what(run(handbook, tenant))["hours.md"] == "changed"
    work()
    assert document("hours.md").state == "live"


def test_what_an_editor_withdrew_is_not_published_by_an_import(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant)
    publishing.withdraw(document("hours.md"))
    assert what(run(handbook, tenant))["hours.md"] == "unchanged"
    assert document("hours.md").withdrawn


def test_an_empty_folder_withdraws_nothing(handbook: Path, tenant: Tenant, tmp_path: Path) -> None:
    run(handbook, tenant)
    (tmp_path / "unmounted").mkdir()
    assert set(what(run(tmp_path / "unmounted", tenant, withdraw=True)).values()) == {"vanished"}
    assert not Document.objects.filter(withdrawn=True).exists()


def test_below_a_folder_that_cannot_be_read_nothing_counts_as_vanished(
    handbook: Path, tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    run(handbook, tenant)
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if Path(path).name == "hr":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr("assistant.knowledge.imports.folder.os.scandir", guarded)
    assert what(run(handbook, tenant, withdraw=True)) == {"hours.md": "unchanged", "hr/": "refused"}


def test_a_file_that_was_moved_keeps_its_document(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant)
    before = document("hours.md")
    (handbook / "hours.md").rename(handbook / "hr" / "opening.md")
    assert what(run(handbook, tenant)) == {"hr/leave.md": "unchanged", "hr/opening.md": "moved"}
    moved = document("hr/opening.md")
    assert (moved.pk, moved.filename, Revision.objects.count()) == (before.pk, "opening.md", 2)


def test_the_same_bytes_twice_are_told_and_taken_once(handbook: Path, tenant: Tenant) -> None:
    (handbook / "copy.md").write_bytes((handbook / "hours.md").read_bytes())
    for expected in ("added", "unchanged"):
        outcomes = run(handbook, tenant)
        assert (outcomes["copy.md"].what, outcomes["hours.md"].what) == (expected, "duplicate")
    assert outcomes["hours.md"].text is not None
    assert str(document("copy.md").pk) in outcomes["hours.md"].text.zh


def test_what_an_editor_deleted_stays_deleted_until_the_file_changes(handbook: Path, tenant: Tenant) -> None:
    run(handbook, tenant)
    services.delete(document("hours.md"))
    assert what(run(handbook, tenant))["hours.md"] == "deleted"
    (handbook / "hours.md").write_text("# Hours\n\nNew ones.\n")
    assert what(run(handbook, tenant))["hours.md"] == "added"
    assert what(run(handbook, tenant))["hours.md"] == "unchanged"


def test_one_bad_file_stops_no_other_and_each_is_told_why(handbook: Path, tenant: Tenant) -> None:
    (handbook / "empty.md").write_bytes(b"")
    (handbook / "film.mp4").write_bytes(b"x")
    (handbook / "manifest.jsonl").write_text('{"path": "hours.md", "domain": "law"}\n{"path": "nowhere.md"}\n')
    outcomes = run(handbook, tenant)
    assert {path: (outcome.what, outcome.code) for path, outcome in outcomes.items()} == {
        "empty.md": ("skipped", "empty_file"),
        "film.mp4": ("skipped", "not_a_document"),
        "hours.md": ("refused", "bad_manifest"),
        "hr/leave.md": ("added", ""),
        "nowhere.md": ("refused", "missing"),
    }
    assert counts(outcomes.values()) == {"added": 1, "skipped": 2, "refused": 2}


def test_a_table_that_is_wrong_as_a_whole_changes_nothing(handbook: Path, tenant: Tenant) -> None:
    (handbook / "manifest.csv").write_text("path,ownr\nhours.md,Ann\n")
    with pytest.raises(InvalidInput, match="ownr"):
        run(handbook, tenant)
    assert not Document.objects.exists()


def test_each_tenant_has_its_own_import_of_the_same_place(handbook: Path, tenant: Tenant, other: Tenant) -> None:
    run(handbook, tenant)
    (handbook / "hours.md").unlink()
    assert what(run(handbook, other, withdraw=True)) == {"hr/leave.md": "added"}
    assert not Document.objects.of(tenant).filter(withdrawn=True).exists()


def test_a_place_is_imported_by_one_process_at_a_time(handbook: Path, tenant: Tenant) -> None:
    first = bring(Folder(handbook, name="handbook"), tenant)
    next(first)
    refused: list[str] = []

    def second() -> None:
        try:
            run(handbook, tenant)
        except Conflict as error:
            refused.append(error.code)
        finally:
            connection.close()

    thread = threading.Thread(target=second)
    thread.start()
    thread.join()
    assert refused == ["import_running"]
    assert len(list(first)) == 1
    assert what(run(handbook, tenant)) == {"hours.md": "unchanged", "hr/leave.md": "unchanged"}


def test_an_import_that_stopped_half_way_is_finished_by_the_next(handbook: Path, tenant: Tenant) -> None:
    broken = bring(Folder(handbook, name="handbook"), tenant)
    next(broken)
    broken.close()
    assert what(run(handbook, tenant)) == {"hours.md": "unchanged", "hr/leave.md": "added"}


def test_long_paths_stay_apart(handbook: Path, tenant: Tenant) -> None:
    deep = handbook / ("长" * 60) / ("路" * 60) / ("径" * 60)
    deep.mkdir(parents=True)
    for number in range(2):
        (deep / f"{'名' * 70}{number}.md").write_text(f"text {number}")
    name = "n" * 400
    for expected in ("added", "unchanged"):
        assert {o.what for o in bring(Folder(handbook, name=name), tenant)} == {expected}
    assert Document.objects.count() == 4


def test_a_checkout_names_the_commit_of_each_revision(tenant: Tenant, tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    for number in (1, 2):
        (tmp_path / "guide.md").write_text(f"# Guide\n\nEdition {number}.\n")
        git(tmp_path, "add", "guide.md")
        git(tmp_path, "commit", "--quiet", "-m", f"edition {number}")
        assert [o.what for o in bring(Checkout(tmp_path, name="guide"), tenant)] == [("added", "changed")[number - 1]]
    assert [o.what for o in bring(Checkout(tmp_path, name="guide"), tenant)] == ["unchanged"]
    commits = git(tmp_path, "rev-list", "--reverse", "HEAD").split()
    origins = Revision.objects.order_by("number").values_list("origin", flat=True)
    assert list(origins) == [f"git:guide@{commit}#guide.md" for commit in commits]


@pytest.fixture
def web() -> Iterator[Web]:
    with serving() as served:
        yield served


def test_addresses_are_fetched_again_only_if_they_changed(web: Web, tenant: Tenant) -> None:
    page = {"Content-Type": "text/html", "ETag": '"1"'}
    web.pages["/returns"] = Answer(b"<h1>Returns</h1><p>Within thirty days of delivery.</p>", headers=page)
    web.pages["/closed"] = Answer(status=403)
    listed = f"{web.url}/returns\n{web.url}/closed\n{web.url}/never\n"

    def outcomes() -> list[tuple[str, str]]:
        place = Addresses("help", "urls.txt", listed.encode(), Fetcher(private=True))
        manner = Manner(withdraw_vanished=True)
        return [(o.path.rpartition("/")[2], o.what.value) for o in bring(place, tenant, manner)]

    assert outcomes() == [("returns", "added"), ("closed", "refused"), ("never", "refused")]
    assert Document.objects.get().url == f"{web.url}/returns"
    assert outcomes()[0] == ("returns", "unchanged")
    web.pages["/returns"] = Answer(b"<p>Within forty days.</p>", headers={**page, "ETag": '"2"'})
    assert outcomes()[0] == ("returns", "changed")
    web.pages["/returns"] = Answer(status=410)
    assert outcomes()[0] == ("returns", "withdrawn")
    assert Document.objects.get().withdrawn

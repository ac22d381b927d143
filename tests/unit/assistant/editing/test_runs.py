"""Work that is asked for is done once, shows how far it is, and says what it came to."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone, translation

from assistant.accounts.models import Tenant
from assistant.editing import runs
from assistant.editing.models import Run
from assistant.editing.models.run import MAX_ATTEMPTS, Kind
from assistant.editing.runs import Outcome, work_off
from assistant.errors import NotFound, Text
from assistant.knowledge.models import Document
from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import EncoderUnavailable, UnreadableDocument
from tests.unit.assistant.editing.conftest import Work

Add = Callable[..., Document]
seen: list[int] = []


def halfway(run: Run, report: Callable[[float], None]) -> Outcome:
    report(0.5)
    seen.append(Run.objects.get(pk=run.pk).progress)
    report(7.0)
    return Outcome(Text("done", "完成"), {"rows": [1]})


def refused(run: Run, report: Callable[[float], None]) -> Outcome:
    raise NotFound(Text(en="gone for good", zh="没有了"))


def unreadable(run: Run, report: Callable[[float], None]) -> Outcome:
    raise UnreadableDocument("encrypted", "The file is locked.")


def away(run: Run, report: Callable[[float], None]) -> Outcome:
    raise EncoderUnavailable("no encoder")


def broken(run: Run, report: Callable[[float], None]) -> Outcome:
    raise ZeroDivisionError


@pytest.fixture
def kinds(settings: object, db: None) -> None:
    settings.RUNS = {  # type: ignore[attr-defined]
        "gaps": f"{__name__}.halfway", "twins": f"{__name__}.refused", "verify": f"{__name__}.broken"
    }  # fmt: skip


def test_a_run_is_done_with_its_progress_seen_on_the_way(kinds: None) -> None:
    seen.clear()
    Run.objects.ask(Kind.GAPS, by="ann")
    assert (work_off(), work_off()) == (1, 0)
    run = Run.objects.get()
    assert (run.state, run.progress, run.note, run.result, run.asked_by) == ("done", 100, "done", {"rows": [1]}, "ann")
    assert seen == [50]
    assert run.finished_at is not None


def test_asking_again_while_one_waits_makes_no_second(kinds: None) -> None:
    first = Run.objects.ask(Kind.GAPS)
    assert Run.objects.ask(Kind.GAPS) == first
    assert Run.objects.ask(Kind.GAPS, subject="x") != first
    work_off()
    assert Run.objects.ask(Kind.GAPS) != first


def test_what_cannot_be_done_says_why(kinds: None) -> None:
    Run.objects.ask(Kind.TWINS)
    work_off()
    assert (Run.objects.get().state, Run.objects.get().note) == ("failed", "gone for good")


def test_what_a_run_came_to_is_told_in_the_readers_language(kinds: None) -> None:
    Run.objects.ask(Kind.GAPS)
    work_off()
    run = Run.objects.get()
    with translation.override("zh-hans"):
        assert run.told == "完成"
    with translation.override("en"):
        assert run.told == "done"
    run.note_zh = ""  # a run of an earlier release
    with translation.override("zh-hans"):
        assert run.told == "done"


def test_a_file_that_cannot_be_read_is_told_in_chinese_too(kinds: None, settings: object) -> None:
    settings.RUNS = {"gaps": f"{__name__}.unreadable", "twins": f"{__name__}.away"}  # type: ignore[attr-defined]
    for kind in (Kind.GAPS, Kind.TWINS):
        Run.objects.ask(kind)
    work_off()
    unreadable, away = Run.objects.order_by("id")
    assert re.search(r"[\u4e00-\u9fff]", unreadable.note_zh)
    assert not re.search(r"[\u4e00-\u9fff]", unreadable.note)
    assert away.note == "no encoder"
    assert away.note_zh.endswith("no encoder")


def test_a_fault_is_the_workers_to_log_and_is_tried_three_times(kinds: None) -> None:
    run = Run.objects.ask(Kind.VERIFY)
    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(ZeroDivisionError):
            work_off()
        assert work_off() == 0  # its lease stands
        Run.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert work_off() == 1
    run.refresh_from_db()
    assert run.state == "failed"
    assert "3 times" in run.note


def test_a_worker_that_lost_its_lease_writes_nothing_more(kinds: None) -> None:
    Run.objects.ask(Kind.GAPS)
    slow = Run.objects.claim()
    Run.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    quick = Run.objects.claim()
    assert slow is not None
    assert quick is not None
    quick.finish(runs.JobState.DONE, Text("quick", "快"))
    slow.report(0.1)
    slow.finish(runs.JobState.FAILED, Text("slow", "慢"))
    assert (Run.objects.get().state, Run.objects.get().note, Run.objects.get().progress) == ("done", "quick", 100)


def test_the_newest_finished_run_of_a_tenant_is_found(kinds: None) -> None:
    acme, other = (Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "other"))
    for tenant in (acme, acme, other):
        Run.objects.ask(Kind.GAPS, tenant=tenant)
        work_off()
    Run.objects.ask(Kind.GAPS, tenant=acme)
    assert Run.objects.newest(Kind.GAPS, acme) == Run.objects.filter(tenant=acme).order_by("id")[1]


@pytest.mark.django_db(transaction=True)
def test_the_index_is_built_merged_and_verified(
    add: Add, work: Work, words: BatchingEncoder, settings: object, tmp_path: Path
) -> None:
    house = settings.HOUSE  # type: ignore[attr-defined]
    settings.HOUSE = runs_house(house, tmp_path)  # type: ignore[attr-defined]
    notes = []
    for kind in (Kind.VERIFY, Kind.REINDEX, Kind.VERIFY, Kind.MERGE):
        Run.objects.ask(kind)
        work_off()
        notes.append(Run.objects.order_by("-id")[0].note)
    add("one fact")
    Run.objects.ask(Kind.MERGE)
    work_off()
    notes.append(Run.objects.order_by("-id")[0].note)
    assert notes[0] == "There is no index yet. Build it."
    assert "0 chunks" in notes[1]
    assert "is whole" in notes[2]
    assert "holds every change already" in notes[3]
    assert notes[4].endswith("1 changes merged")
    assert Run.objects.order_by("-id")[0].progress == 100


def runs_house(house: object, folder: Path) -> object:
    import dataclasses

    return dataclasses.replace(house, index_dir=folder)  # type: ignore[type-var]

"""Runs are asked for once, claimed by one worker at a time, and closed by whoever holds them."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.editing.models import Run
from assistant.editing.models.run import LEASE, Kind
from assistant.errors import Text
from assistant.knowledge.models.job import JobState

pytestmark = pytest.mark.django_db
DONE = Text("done", "完成")


def test_the_oldest_that_waits_is_claimed_first_and_nothing_twice() -> None:
    first, second = Run.objects.ask(Kind.REINDEX, by="ann"), Run.objects.ask(Kind.VERIFY)
    claimed = [Run.objects.claim(), Run.objects.claim(), Run.objects.claim()]
    assert claimed == [first, second, None]
    assert {run.attempts for run in claimed if run is not None} == {1}
    assert all(run.lease_until - timezone.now() > LEASE / 2 for run in claimed if run is not None and run.lease_until)


def test_a_run_whose_worker_went_away_is_claimed_again_with_a_new_token() -> None:
    Run.objects.ask(Kind.VERIFY)
    lost = Run.objects.claim()
    Run.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    again = Run.objects.claim()
    assert lost is not None
    assert again == lost
    assert (lost.attempts, again.attempts) == (1, 2)


def test_progress_is_kept_between_nothing_and_all_and_renews_the_lease() -> None:
    Run.objects.ask(Kind.GAPS)
    run = Run.objects.claim()
    assert run is not None
    Run.objects.update(lease_until=timezone.now())
    for share, shown in ((0.0, 0), (0.256, 26), (1.0, 100), (3.0, 100)):
        run.report(share)
        assert Run.objects.get().progress == shown
    lease = Run.objects.get().lease_until
    assert lease is not None
    assert lease > timezone.now() + LEASE / 2


def test_a_failed_run_keeps_how_far_it_was_and_says_why_in_both_languages() -> None:
    Run.objects.ask(Kind.GAPS)
    run = Run.objects.claim()
    assert run is not None
    run.report(0.4)
    run.finish(JobState.FAILED, Text("The encoder is away.", "编码器不可用。"))
    closed = Run.objects.get()
    assert (closed.state, closed.progress, closed.lease_until) == ("failed", 40, None)
    assert (closed.note, closed.note_zh, closed.result) == ("The encoder is away.", "编码器不可用。", {})


def test_a_sentence_too_long_for_its_column_is_cut_not_refused() -> None:
    Run.objects.ask(Kind.GAPS)
    run = Run.objects.claim()
    assert run is not None
    run.finish(JobState.DONE, Text("e" * 900, "中" * 900), {"rows": [1]})
    closed = Run.objects.get()
    assert (closed.note, closed.note_zh, closed.result) == ("e" * 500, "中" * 500, {"rows": [1]})


def test_a_run_that_waits_is_asked_for_once_by_tenant_kind_and_subject() -> None:
    acme, other = (Tenant.objects.create(slug=slug, name=slug) for slug in ("acme", "other"))
    runs = [
        Run.objects.ask(kind, tenant=tenant, subject=subject)
        for kind in (Kind.GAPS, Kind.PREVIEW)
        for tenant in (acme, other)
        for subject in ("", "x")
        for _ in range(3)
    ]
    assert len({run.pk for run in runs}) == 8


@pytest.mark.django_db(transaction=True)
def test_a_second_worker_passes_over_what_the_first_is_claiming() -> None:
    first, second = Run.objects.ask(Kind.REINDEX), Run.objects.ask(Kind.MERGE)
    got: list[Run | None] = []

    def other_worker() -> None:
        got.append(Run.objects.claim())
        connection.close()

    with transaction.atomic():
        held = Run.objects.claim()
        beside = threading.Thread(target=other_worker)
        beside.start()
        beside.join(20)
    assert held == first
    assert got == [second]


@pytest.mark.django_db(transaction=True)
def test_an_older_release_that_knows_no_chinese_note_still_writes_runs() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO editing_run (kind, subject, state, progress, attempts, asked_by, note, result, asked_at)"
            " VALUES ('gaps', '', 'queued', 0, 0, '', '', '{}', now())"
        )
    assert Run.objects.get().note_zh == ""

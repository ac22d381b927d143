"""Jobs: who holds one, for how long, and when it is due again."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.models.job import BACK_OFF_S, LEASE, JobState

pytestmark = pytest.mark.usefixtures("redis_url")


@pytest.fixture
def acme(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def queued(acme: Tenant) -> IngestionJob:
    services.add_document(acme, "hours.md", b"open from nine to five")
    return IngestionJob.objects.get()


def claimed(worker: str = "w1") -> IngestionJob:
    job = IngestionJob.objects.claim(worker)
    assert job is not None
    return job


def test_a_claimed_job_is_held_by_its_worker_for_the_lease(queued: IngestionJob) -> None:
    before = timezone.now()
    job = claimed()
    job.refresh_from_db()
    assert (job.state, job.worker, job.attempts) == (JobState.RUNNING, "w1", 1)
    assert job.lease_until is not None
    assert before + LEASE <= job.lease_until <= timezone.now() + LEASE


def test_nobody_else_gets_a_job_that_is_held(queued: IngestionJob) -> None:
    claimed()
    assert IngestionJob.objects.claim("w2") is None


def test_a_job_that_is_not_due_yet_waits(queued: IngestionJob) -> None:
    IngestionJob.objects.update(run_after=timezone.now() + dt.timedelta(minutes=1))
    assert IngestionJob.objects.claim("w1") is None


def test_the_oldest_job_comes_first(queued: IngestionJob, acme: Tenant) -> None:
    services.add_document(acme, "later.md", b"another text")
    assert claimed().pk == queued.pk
    assert claimed().pk != queued.pk


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED])
def test_a_closed_job_is_never_taken_again(queued: IngestionJob, state: JobState) -> None:
    claimed().finish(state)
    past = timezone.now() - dt.timedelta(hours=1)
    IngestionJob.objects.update(run_after=past, lease_until=past)
    assert IngestionJob.objects.claim("w2") is None


def test_a_lapsed_lease_hands_the_job_over_and_the_first_worker_can_do_nothing_more(queued: IngestionJob) -> None:
    first = claimed("w1")
    IngestionJob.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    second = claimed("w2")
    assert (second.pk, second.attempts) == (first.pk, 2)
    assert first.renew(progress=90) is False
    assert first.lock_mine() is False
    first.finish(JobState.DONE)
    first.put_back("internal", {})
    second.refresh_from_db()
    assert (second.state, second.worker, second.progress) == (JobState.RUNNING, "w2", 0)


def test_the_same_worker_in_a_second_attempt_is_fenced_off_from_its_first(queued: IngestionJob) -> None:
    first = claimed("w1")
    IngestionJob.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))
    assert claimed("w1").attempts == 2
    assert first.renew(progress=50) is False


def test_renewing_moves_lease_and_progress(queued: IngestionJob) -> None:
    job = claimed()
    IngestionJob.objects.update(lease_until=timezone.now() + dt.timedelta(seconds=1))
    assert job.renew(progress=40) is True
    job.refresh_from_db()
    assert job.progress == 40
    assert job.lease_until is not None
    assert job.lease_until > timezone.now() + LEASE / 2


@pytest.mark.parametrize(("attempts", "wait"), [(1, 1), (2, 2), (3, 4), (4, 8)])
def test_each_attempt_waits_twice_as_long_as_the_one_before(queued: IngestionJob, attempts: int, wait: int) -> None:
    IngestionJob.objects.update(attempts=attempts - 1)
    before = timezone.now()
    job = claimed()
    job.put_back("unavailable", {"reason": "OSError"})
    job.refresh_from_db()
    assert job.state == JobState.QUEUED
    assert job.lease_until is None
    assert 0 <= (job.run_after - before).total_seconds() - wait * BACK_OFF_S < 5
    assert "OSError" in job.error("en")
    assert "OSError" in job.error("zh")


def test_a_done_job_is_at_a_hundred_per_cent_and_clean(queued: IngestionJob) -> None:
    job = claimed()
    job.finish(JobState.DONE)
    job.refresh_from_db()
    assert (job.progress, job.error("en"), job.lease_until) == (100, "", None)
    assert job.finished_at is not None


def test_a_failed_job_keeps_its_progress_and_says_why_in_both_languages(queued: IngestionJob) -> None:
    job = claimed()
    job.renew(progress=30)
    job.finish(JobState.FAILED, "encrypted")
    job.refresh_from_db()
    assert job.progress == 30
    assert "password" in job.error("en")
    assert "密码" in job.error("zh-hans")


def test_a_job_reads_as_its_revision_and_state(queued: IngestionJob) -> None:
    assert str(queued) == "hours.md #1 queued"

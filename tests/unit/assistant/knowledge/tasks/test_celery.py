"""Announcing through a broker: a real Redis, and none at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

pytest.importorskip("celery")

from assistant.accounts.models import Tenant
from assistant.knowledge import celery_jobs, services
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.tasks import celery
from assistant.knowledge.tasks.backend import relay, tasks


@pytest.fixture
def backend(settings: Any, redis_url: str) -> Iterator[celery.CeleryTasks]:
    settings.HOUSE = replace(settings.HOUSE, tasks="celery", celery_broker_url=redis_url)
    celery.application.cache_clear()
    yield celery.CeleryTasks()
    celery.application.cache_clear()


def test_an_upload_is_announced_and_the_relay_does_not_repeat_what_still_waits(
    backend: celery.CeleryTasks, tenant: Tenant
) -> None:
    services.add_document(tenant, "a.md", b"text")
    assert backend._waiting() == 1
    assert backend.relay() == 0


def test_what_was_lost_is_announced_again_once_it_is_due(backend: celery.CeleryTasks, tenant: Tenant) -> None:
    services.add_document(tenant, "a.md", b"text")
    with celery.application().connection_for_write() as broker:
        broker.default_channel.queue_purge(celery.QUEUE)
    assert relay() == 1
    assert backend._waiting() == 1
    with celery.application().connection_for_write() as broker:
        broker.default_channel.queue_purge(celery.QUEUE)
    IngestionJob.objects.claim("somebody")
    assert relay() == 0


def test_a_broker_that_is_away_stops_no_upload(settings: Any, tenant: Tenant) -> None:
    settings.HOUSE = replace(settings.HOUSE, tasks="celery", celery_broker_url="redis://127.0.0.1:1/0")
    celery.application.cache_clear()
    services.add_document(tenant, "a.md", b"text")
    assert tasks().relay() == 0
    assert IngestionJob.objects.get().state == "queued"
    celery.application.cache_clear()


def test_a_message_about_a_job_that_is_not_due_does_nothing(backend: celery.CeleryTasks, tenant: Tenant) -> None:
    services.add_document(tenant, "a.md", b"text")
    job = IngestionJob.objects.claim("somebody")
    assert job is not None
    celery_jobs.ingest(job.pk)
    celery_jobs.ingest(job.pk + 1000)
    job.refresh_from_db()
    assert (job.worker, job.attempts) == ("somebody", 1)
    celery_jobs._end()


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("redis://:pw@host:6379/1", "redis://:pw@host:6379/1"),
        ("unix://:pw@/run/redis.sock?db=2", "redis+socket://:pw@/run/redis.sock?virtual_host=2"),
        ("unix:///run/redis.sock", "redis+socket:///run/redis.sock?virtual_host=0"),
    ],
)
def test_addresses_are_spelt_as_celery_spells_them(ours: str, theirs: str) -> None:
    assert celery.broker_address(ours) == theirs

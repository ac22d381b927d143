"""The same promises over both kinds of worker, each a process of its own: woken, once, again later, and stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import ingestion, services
from assistant.knowledge.models import Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.tasks.backend import BACKENDS, tasks

ROOT = Path(__file__).parents[5]


class Workers:
    """Starts worker processes of one kind; ends them all."""

    def __init__(self, kind: str, environment: dict[str, str], logs: Path) -> None:
        self.kind, self._environment, self._logs = kind, environment, logs
        self._all: list[subprocess.Popen[bytes]] = []
        if kind == "celery":
            self._start("chores")

    def start(self) -> subprocess.Popen[bytes]:
        return self._start(self.kind)

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End a worker and everything it forked, at once and unasked."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        for process in self._all:
            if process.poll() is None:
                self.kill(process)

    def _start(self, kind: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.unit.assistant.knowledge.tasks.working", kind]
        with (self._logs / f"{kind}.log").open("ab") as log:
            process = subprocess.Popen(
                command, env=self._environment, cwd=ROOT, start_new_session=True, stdout=log, stderr=log
            )
        self._all.append(process)
        return process


@pytest.fixture(params=sorted(BACKENDS))
def workers(
    request: pytest.FixtureRequest, tenant: Tenant, tmp_path: Path, redis_url: str, settings: Any
) -> Iterator[Workers]:
    kind = request.param
    if kind == "celery":
        pytest.importorskip("celery")
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        "DATABASE_URL": address, "REDIS_URL": redis_url, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "DJANGO_SETTINGS_MODULE": "assistant.config.settings",
        "HOME": os.environ.get("HOME", str(tmp_path)), "TASKS": kind, "C_FORCE_ROOT": "1",
    }  # fmt: skip
    settings.HOUSE = replace(settings.HOUSE, tasks=kind, celery_broker_url=redis_url)
    made = Workers(kind, environment, tmp_path)
    yield made
    made.end()


def until(true: Callable[[], bool], seconds: float = 40) -> bool:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def state(job: IngestionJob) -> str:
    return IngestionJob.objects.values_list("state", flat=True).get(pk=job.pk)


def add(tenant: Tenant, text: str) -> IngestionJob:
    return IngestionJob.objects.get(revision__document=services.add_document(tenant, "a.md", text.encode()))


def test_a_job_is_done_soon_and_once_however_often_it_is_announced(workers: Workers, tenant: Tenant) -> None:
    early = add(tenant, "brought in before any worker ran")
    workers.start()
    assert until(lambda: state(early) == "done")
    began = time.monotonic()
    later = add(tenant, "brought in while it waits")
    assert until(lambda: state(later) == "done", 5)
    assert time.monotonic() - began < 5
    for _ in range(5):
        tasks().announce(later.pk)
    last = add(tenant, "the last of all")
    assert until(lambda: state(last) == "done")
    assert Chunk.objects.count() == ChunkChange.objects.count() == Document.objects.filter(state="live").count() == 3
    assert list(IngestionJob.objects.values_list("attempts", flat=True)) == [1, 1, 1]


def test_a_worker_that_dies_loses_its_job_to_the_next_and_a_fault_that_passes_is_tried_again(
    workers: Workers, tenant: Tenant
) -> None:
    first = workers.start()
    slow, flaky = add(tenant, "this is slow to read"), add(tenant, "this one is flaky")
    assert until(lambda: state(slow) == "running")
    workers.kill(first)
    IngestionJob.objects.filter(pk=slow.pk).update(lease_until=timezone.now())
    workers.start()
    assert until(lambda: {state(slow), state(flaky)} == {"done"})
    assert sorted(IngestionJob.objects.values_list("attempts", flat=True)) == [2, 2]
    assert Chunk.objects.count() == ChunkChange.objects.count() == 2


def test_a_running_job_is_cancelled_and_the_next_one_is_not_held_up(workers: Workers, tenant: Tenant) -> None:
    workers.start()
    slow = add(tenant, "this is slow to read")
    assert until(lambda: state(slow) == "running")
    assert ingestion.cancel(slow)
    following = add(tenant, "quick")
    assert until(lambda: state(following) == "done")
    time.sleep(2)
    slow.revision.document.refresh_from_db()
    assert (state(slow), slow.revision.document.state) == ("cancelled", "failed")
    assert "cancelled" in slow.revision.document.error("en")
    assert Chunk.objects.count() == 1

"""`manage.py jobs` from a shell."""

from __future__ import annotations

import json
from collections.abc import Callable
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.models import Chunk, Document, IngestionJob

Work = Callable[[], int]


def run(*words: object) -> str:
    out = StringIO()
    call_command("jobs", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def job(tenant: Tenant) -> IngestionJob:
    services.add_document(tenant, "hours.md", b"Open from nine to five.", title="Hours")
    return IngestionJob.objects.get()


def test_jobs_are_listed_with_state_progress_and_reason(job: IngestionJob, tenant: Tenant, work: Work) -> None:
    assert f"{job.pk} queued      0 %  Hours" in run()
    services.add_document(tenant, "bad.pdf", b"no pdf", title="Bad")
    work()
    out = run("--tenant", "acme", "--json")
    assert "damaged" in out
    body = json.loads(out.splitlines()[-1])
    assert body["counts"] == {"done": 1, "failed": 1}
    assert {row["document"]: row["progress"] for row in body["jobs"]} == {"Hours": 100, "Bad": 0}
    assert "Hours" not in run("--state", "failed")
    assert run("--tenant", "other").strip() == "no jobs"


def test_a_waiting_job_is_cancelled_and_taken_up_again(job: IngestionJob, work: Work) -> None:
    assert f"{job.pk} cancelled" in run("--cancel", job.pk)
    assert work() == 0
    assert Document.objects.get().state == "failed"
    assert "had ended before" in run("--cancel", job.pk)
    assert "is read again as job" in run("--retry", job.pk)
    assert work() == 1
    assert (Document.objects.get().state, Chunk.objects.count()) == ("live", 1)


def test_cancelling_a_new_revision_leaves_the_old_one_live(job: IngestionJob, work: Work) -> None:
    work()
    services.replace(Document.objects.get(), "hours.md", b"Open from ten to six.")
    run("--cancel", IngestionJob.objects.latest("pk").pk)
    document = Document.objects.get()
    assert (document.state, document.error_code) == ("live", "cancelled")
    assert "已取消" in document.error("zh")
    assert "nine to five" in Chunk.objects.get().text


def test_jobs_that_are_not_there_are_named(job: IngestionJob) -> None:
    with pytest.raises(CommandError, match="no job 999"):
        run("--cancel", 999)
    with pytest.raises(CommandError, match="no job"):
        run("--tenant", "other", "--cancel", job.pk)
    services.delete(Document.objects.get())
    with pytest.raises(CommandError, match="was deleted"):
        run("--retry", job.pk)

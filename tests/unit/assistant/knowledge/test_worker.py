"""Jobs are done once, whoever dies on the way."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.models import Count
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import ingestion, publishing, services
from assistant.knowledge import worker as worker_module
from assistant.knowledge.models import Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.models.job import MAX_ATTEMPTS
from assistant.knowledge.worker import Worker
from retrieval.config import LoaderLimits
from retrieval.errors import EncoderUnavailable, ParserUnavailable, UnreadableDocument
from retrieval.ingest import each_by, parse_here
from retrieval.loaders.isolated import IsolatedParser
from retrieval.protocols import Encoder
from retrieval.types import ParsedDocument, Vectors
from tests.unit.retrieval.conftest import HashingEncoder

Work = Callable[[], int]


@pytest.fixture
def document(tenant: Tenant) -> Document:
    return services.add_document(tenant, "hours.md", b"# Opening hours\n\nWe are open from nine to five.\n")


def expire_lease() -> None:
    IngestionJob.objects.update(lease_until=timezone.now() - dt.timedelta(seconds=1))


def make_due() -> None:
    IngestionJob.objects.update(run_after=timezone.now())


def test_workers_that_claim_at_once_get_different_jobs(tenant: Tenant) -> None:
    for number in range(6):
        services.add_document(tenant, f"{number}.md", f"text {number}".encode())
    claimed: list[int] = []
    start = threading.Barrier(6)

    def claim(name: str) -> None:
        start.wait()
        job = IngestionJob.objects.claim(name)
        claimed.append(job.pk if job else 0)
        connection.close()

    threads = [threading.Thread(target=claim, args=(f"w{number}",)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(claimed)) == 6
    assert 0 not in claimed
    assert IngestionJob.objects.claim("late") is None


def test_a_job_whose_worker_died_is_taken_over_after_its_lease(document: Document, work: Work) -> None:
    IngestionJob.objects.claim("dead")
    assert work() == 0
    expire_lease()
    assert work() == 1
    document.refresh_from_db()
    assert (document.state, IngestionJob.objects.get().attempts) == ("live", 2)


@pytest.mark.parametrize("died_after", ["claiming", "reading"])
def test_a_crash_between_the_steps_leaves_the_job_to_be_done_once(
    document: Document, encoder: Encoder, work: Work, died_after: str
) -> None:
    job = IngestionJob.objects.claim("dead")
    assert job is not None
    if died_after == "reading":
        ingestion.read(job, encoder)
    expire_lease()
    work()
    assert Chunk.objects.count() == ChunkChange.objects.count() == 1


def test_a_worker_that_lost_its_lease_publishes_nothing(document: Document, encoder: Encoder, work: Work) -> None:
    slow = IngestionJob.objects.claim("slow")
    assert slow is not None
    prepared = ingestion.read(slow, encoder)
    expire_lease()
    work()
    assert not ingestion.publish(slow, prepared, encoder.name)
    assert not slow.renew(progress=50)
    ingestion.settle(slow, ValueError("too late to matter"))
    assert Chunk.objects.count() == ChunkChange.objects.count() == 1
    assert IngestionJob.objects.get().state == "done"


def test_the_same_job_delivered_twice_takes_effect_once(document: Document, encoder: Encoder) -> None:
    job = IngestionJob.objects.claim("w")
    assert job is not None
    prepared = ingestion.read(job, encoder)
    assert ingestion.publish(job, prepared, encoder.name)
    assert not ingestion.publish(job, prepared, encoder.name)
    assert Chunk.objects.count() == ChunkChange.objects.count() == 1


def test_an_older_revision_read_late_does_not_win(document: Document, encoder: Encoder, work: Work) -> None:
    old = IngestionJob.objects.claim("slow")
    assert old is not None
    prepared = ingestion.read(old, encoder)
    services.replace(document, "hours.md", b"# Opening hours\n\nWe are open from ten to six.\n")
    work()
    assert not ingestion.publish(old, prepared, encoder.name)
    assert "ten to six" in Chunk.objects.get().text
    old.refresh_from_db()
    assert (old.state, old.error_code) == ("done", "superseded")
    assert "newer revision" in old.error("en")


def test_a_fault_that_passes_is_tried_again_later_and_later(document: Document) -> None:
    def unavailable() -> Encoder:
        raise EncoderUnavailable("still loading")

    worker = Worker(unavailable)
    waits = []
    for _ in range(3):
        make_due()
        assert worker.one()
        job = IngestionJob.objects.get()
        assert (job.state, job.error_code) == ("queued", "unavailable")
        waits.append((job.run_after - timezone.now()).total_seconds())
    assert waits[0] < waits[1] < waits[2]
    document.refresh_from_db()
    assert document.state == "pending"


def test_a_parser_that_does_not_start_is_no_fault_of_the_document(document: Document, encoder: Encoder) -> None:
    def does_not_start(path: Path, filename: str, limits: LoaderLimits) -> ParsedDocument:
        raise ParserUnavailable("no memory for a child")

    assert Worker(lambda: encoder, parser=does_not_start).one()
    job = IngestionJob.objects.get()
    assert (job.state, job.error_code, job.error_detail) == ("queued", "unavailable", {"reason": "ParserUnavailable"})
    make_due()
    assert Worker(lambda: encoder, parser=parse_here).one()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("live", "")


def test_a_fault_that_stays_is_given_up_and_told(document: Document) -> None:
    def broken() -> Encoder:
        raise ValueError("a bug")

    worker = Worker(broken)
    for _ in range(MAX_ATTEMPTS):
        make_due()
        assert worker.one()
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("failed", "internal")
    assert "ValueError" in document.error("zh")


def test_a_file_that_kills_its_worker_every_time_is_given_up(document: Document, work: Work) -> None:
    for _ in range(MAX_ATTEMPTS):
        IngestionJob.objects.claim("doomed")
        expire_lease()
    assert work() == 1
    document.refresh_from_db()
    assert (document.state, document.error_code) == ("failed", "crashed")
    assert str(MAX_ATTEMPTS) in document.error("zh")


def test_reading_again_after_a_failure_clears_the_error(document: Document, work: Work) -> None:
    Document.objects.update(state="failed", error_code="internal", error_detail={"reason": "ValueError"})
    IngestionJob.objects.all().delete()
    services.reingest(document)
    work()
    document.refresh_from_db()
    assert (document.state, document.error("en")) == ("live", "")


def test_a_running_worker_reads_an_upload_within_two_seconds_and_stops_when_told(
    tenant: Tenant, encoder: Encoder
) -> None:
    encoder.encode_questions(["warm"])
    worker = Worker(lambda: encoder)
    thread = threading.Thread(target=worker.run)
    thread.start()
    time.sleep(0.3)
    began = time.monotonic()
    document = services.add_document(tenant, "hours.md", b"# Opening hours\n\nWe are open from nine to five.\n")
    while not Chunk.objects.exists() and time.monotonic() - began < 10:
        time.sleep(0.02)
    took = time.monotonic() - began
    worker.stop()
    thread.join(timeout=10)
    document.refresh_from_db()
    assert document.state == "live"
    assert took < 2.0
    assert not thread.is_alive()


def test_a_chore_that_fails_is_tried_again_and_the_others_go_on(tenant: Tenant, encoder: Encoder) -> None:
    turns = {"good": 0, "bad": 0}
    enough = threading.Event()

    def good() -> None:
        turns["good"] += 1
        if min(turns.values()) >= 2:
            enough.set()

    def bad() -> None:
        turns["bad"] += 1
        raise OperationalError("the database is away")

    worker = Worker(lambda: encoder, [(good, 0.02), (bad, 0.02)])
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert enough.wait(5)
    worker.stop()
    thread.join(timeout=10)
    assert turns["bad"] >= 2


def test_progress_is_written_while_a_long_document_is_encoded(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "RENEW_S", 0.05)
    seen: set[int] = set()

    class Slow(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            time.sleep(0.3)
            seen.add(IngestionJob.objects.get().progress)
            return super().encode_passages(texts)

    text = "\n\n".join(f"# Part {number}\n\nParagraph {number} of the long text." for number in range(200))
    services.add_document(tenant, "long.md", text.encode())
    worker = Worker(Slow, parser=parse_here)
    assert worker.drain() == 1
    worker.stop()
    assert len(seen) >= 3
    assert max(seen) > 50
    assert IngestionJob.objects.get().progress == 100


def test_a_cancelled_job_frees_its_worker_at_once(tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "RENEW_S", 0.05)
    held, entered = threading.Event(), threading.Event()

    class Held(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            if "first" in texts[0]:
                entered.set()
                held.wait(20)
            return super().encode_passages(texts)

    worker = Worker(Held, parser=parse_here)
    first = services.add_document(tenant, "1.md", b"first")
    thread = threading.Thread(target=worker.run)
    thread.start()
    assert entered.wait(10)
    assert ingestion.cancel(IngestionJob.objects.get())
    services.add_document(tenant, "2.md", b"second")
    began = time.monotonic()
    while not Chunk.objects.exists() and time.monotonic() - began < 10:
        time.sleep(0.02)
    held.set()
    worker.stop()
    thread.join(timeout=10)
    assert "second" in Chunk.objects.get().text
    first.refresh_from_db()
    assert (first.state, first.error_code) == ("failed", "cancelled")


def together(tenant: Tenant, *texts: str) -> list[Document]:
    return [services.add_document(tenant, f"{n}.md", text.encode()) for n, text in enumerate(texts)]


def warm(worker: Worker, tenant: Tenant) -> None:
    """Let a worker see that there is more: from now on it takes several jobs at once."""
    together(tenant, *(f"warm {number}" for number in range(15)))
    assert worker.drain() == 15


def test_what_waits_is_taken_together_and_each_document_is_read_or_refused_for_itself(
    tenant: Tenant, encoder: Encoder, parser: IsolatedParser
) -> None:
    texts = [f"# Part {number}\n\nText {number}.\n\n# More\n\nOf it." for number in range(12)]
    made = together(tenant, *texts, "\x00\x01\x02" * 40)
    worker = Worker(lambda: encoder, parser=parser)
    assert worker.some() == 1
    assert worker.some() == 2
    assert worker.some() == 4
    assert worker.some() == 6
    assert worker.some() == 0
    for document in made[:-1]:
        document.refresh_from_db()
        assert (document.state, document.chunks.count()) == ("live", 2)
        assert list(document.chunks.values_list("ordinal", flat=True).order_by("ordinal")) == [0, 1]
        assert document.revision is not None
    made[-1].refresh_from_db()
    assert made[-1].state == "failed"
    assert made[-1].error("zh")
    sequence = list(ChunkChange.objects.order_by("sequence").values_list("chunk_id", flat=True))
    assert sorted(sequence) == sorted(Chunk.objects.values_list("id", flat=True))
    states = dict(IngestionJob.objects.values_list("state").annotate(Count("pk")).order_by())
    assert states == {"done": 12, "failed": 1}
    worker.stop()


def test_a_document_that_fails_by_a_fault_of_ours_does_not_take_its_neighbours_along(tenant: Tenant) -> None:
    class Choking(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            if any("bones" in text for text in texts):
                raise ValueError("choked")
            return super().encode_passages(texts)

    worker = Worker(Choking, parser=parse_here)
    warm(worker, tenant)
    *good, bad = together(tenant, "fish", "fruit", "fowl", "bones")
    worker.drain()
    for document in good:
        document.refresh_from_db()
        assert (document.state, document.error_code) == ("live", "")
    job = IngestionJob.objects.get(revision__document=bad)
    assert (job.state, job.error_code, job.error_detail) == ("queued", "internal", {"reason": "ValueError"})
    assert Chunk.objects.filter(document__in=good).count() == 3
    worker.stop()


def test_jobs_of_a_worker_that_died_with_many_at_hand_are_each_taken_alone(tenant: Tenant, encoder: Encoder) -> None:
    together(tenant, "one", "two", "three")
    assert len(IngestionJob.objects.claim_some("dead", 8)) == 3
    expire_lease()
    again = [IngestionJob.objects.claim_some("next", 8) for _ in range(4)]
    assert [len(jobs) for jobs in again] == [1, 1, 1, 0]


def test_large_files_and_those_that_take_long_to_parse_come_alone(tenant: Tenant) -> None:
    for name, data in (("a.md", b"a"), ("b.md", b"b"), ("c.pdf", b"%PDF"), ("d.md", b"d"), ("e.md", b"e" * 60_000)):
        services.add_document(tenant, name, data)
    claims = [IngestionJob.objects.claim_some("w", 8) for _ in range(4)]
    names = [[job.revision.filename for job in jobs] for jobs in claims]
    assert names == [["a.md", "b.md"], ["c.pdf"], ["d.md"], ["e.md"]]


def test_one_of_several_that_was_cancelled_stays_out_and_the_others_are_read(
    tenant: Tenant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_module, "RENEW_S", 0.05)
    entered, go_on = threading.Event(), threading.Event()

    class Held(HashingEncoder):
        def encode_passages(self, texts: Sequence[str]) -> Vectors:
            if any("held" in text for text in texts):
                entered.set()
                go_on.wait(20)
            return super().encode_passages(texts)

    worker = Worker(Held, parser=parse_here)
    warm(worker, tenant)
    first, cancelled, last = together(tenant, "first", "held", "last")
    thread = threading.Thread(target=worker.drain)
    thread.start()
    assert entered.wait(10)
    assert set(IngestionJob.objects.filter(state="running").values_list("attempts", flat=True)) == {1}
    assert ingestion.cancel(IngestionJob.objects.get(revision__document=cancelled))
    began = time.monotonic()
    while Chunk.objects.filter(document__in=[first, last]).count() < 2 and time.monotonic() - began < 20:
        time.sleep(0.02)
    go_on.set()
    thread.join(timeout=20)
    worker.stop()
    time.sleep(0.3)  # the thread that was left alone tries to publish, and may not
    assert Chunk.objects.filter(document=first).count() == Chunk.objects.filter(document=last).count() == 1
    assert not Chunk.objects.filter(document=cancelled).exists()
    cancelled.refresh_from_db()
    assert (cancelled.state, cancelled.error_code) == ("failed", "cancelled")


def test_a_batch_leaves_out_what_was_superseded_withdrawn_or_deleted_meanwhile(
    tenant: Tenant, encoder: Encoder
) -> None:
    kept, replaced, withdrawn, deleted = together(tenant, "kept", "replaced", "withdrawn", "deleted")
    services.reingest(kept)  # twice in one batch
    jobs = IngestionJob.objects.claim_some("w", 8)
    prepared = ingestion.read_many(jobs, encoder, parse=each_by(parse_here))
    services.replace(replaced, "1.md", b"by another text")
    publishing.withdraw(withdrawn)
    services.delete(deleted)
    batch = [(job, one) for job, one in zip(jobs, prepared, strict=True) if not isinstance(one, UnreadableDocument)]
    assert ingestion.publish_many(batch, encoder.name) == 1
    assert ingestion.publish_many(batch, encoder.name) == 0
    assert [chunk.text for chunk in Chunk.objects.all()] == ["kept"]
    outcomes = {job.revision.filename: (job.state, job.error_code) for job in IngestionJob.objects.filter(attempts=1)}
    assert outcomes["0.md"] == ("done", "")
    assert outcomes["1.md"] == outcomes["3.md"] == ("done", "superseded")
    assert outcomes["2.md"] == ("done", "withdrawn")
    kept.refresh_from_db()
    assert (kept.state, kept.title, kept.language) == ("live", "0", "en")


def test_a_batch_costs_statements_for_itself_and_not_for_each_document(
    tenant: Tenant, encoder: Encoder, django_assert_max_num_queries: Any
) -> None:
    together(tenant, *(f"# Title {number}\n\nText {number}." for number in range(16)))
    with django_assert_max_num_queries(20):
        jobs = IngestionJob.objects.claim_some("w", 16)
        prepared = ingestion.read_many(jobs, encoder, parse=each_by(parse_here))
        batch = [(job, one) for job, one in zip(jobs, prepared, strict=True) if not isinstance(one, UnreadableDocument)]
        assert ingestion.publish_many(batch, encoder.name) == 16

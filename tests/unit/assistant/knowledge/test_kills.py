"""Workers and builders die by SIGKILL at random moments: nothing acknowledged is lost, doubled or mis-numbered."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.knowledge import blobs, live, services
from assistant.knowledge.imports.bringing import bring
from assistant.knowledge.imports.folder import Folder
from assistant.knowledge.live import LiveKnowledge
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob
from assistant.knowledge.models.job import JobState
from assistant.knowledge.sharpening import sharpen
from assistant.knowledge.worker import Worker
from retrieval.indexes.generations import GenerationStore
from retrieval.ingest import parse_here
from retrieval.retriever import HybridRetriever
from retrieval.sentences import unpack
from tests.unit.retrieval.conftest import HashingEncoder

ENCODER = HashingEncoder()
RECOVERY_S = 10


@pytest.fixture
def victims(tenant: Tenant, tmp_path: Path, redis_url: str) -> Iterator[subprocess.Popen[str]]:
    """The process that starts and kills, on this test's database and a DATA_DIR of its own."""
    address = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    environment = {
        "DATABASE_URL": address, "REDIS_URL": redis_url, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""), "DJANGO_SETTINGS_MODULE": "assistant.config.settings",
        "HOME": os.environ.get("HOME", str(tmp_path)),
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.unit.assistant.knowledge.victims"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=Path(__file__).parents[4],
    )  # fmt: skip
    yield process
    process.communicate(timeout=30)


def act(chance: random.Random, tenant: Tenant, truth: dict[str, str], number: int) -> None:
    """Add, replace or delete; what returns is acknowledged."""
    text = f"document {number} says word{number} " * chance.choice([1, 5, 400])
    if truth and chance.random() < 0.4:
        document = Document.objects.get(pk=chance.choice(sorted(truth)))
        if chance.random() < 0.3:
            services.delete(document)
            del truth[str(document.pk)]
        else:
            services.replace(document, "a.md", text.encode())
            truth[str(document.pk)] = f"word{number}"
    else:
        made = services.add_document(tenant, "a.md", text.encode())
        truth[str(made.pk)] = f"word{number}"


def next_worker_may_have_it() -> None:
    """Let leases run out at once; no file is given up for the many deaths that this test causes."""
    now = timezone.now()
    open_jobs = IngestionJob.objects.filter(state__in=[JobState.QUEUED, JobState.RUNNING])
    open_jobs.update(attempts=0, run_after=now)
    open_jobs.filter(state=JobState.RUNNING).update(lease_until=now)


def drain() -> None:
    worker = Worker(lambda: ENCODER, parser=parse_here)
    worker.drain()
    worker.stop()


def check(truth: dict[str, str], store: GenerationStore) -> None:
    """Every acknowledged document has the chunks of its newest revision, numbered without gaps; so has the index."""
    for pk, word in truth.items():
        chunks = list(Chunk.objects.filter(document_id=pk).order_by("ordinal"))
        assert [chunk.ordinal for chunk in chunks] == list(range(len(chunks)))
        assert chunks
        assert all(word in chunk.text for chunk in chunks)
    assert {str(pk) for pk in Chunk.objects.values_list("document_id", flat=True)} == set(truth)
    replayed: set[str] = set()
    for op, chunk_id in ChunkChange.objects.order_by("sequence").values_list("op", "chunk_id"):
        (replayed.add if op == Change.UPSERT else replayed.discard)(chunk_id)
    rows = set(Chunk.objects.values_list("id", flat=True))
    assert replayed == rows
    retriever = HybridRetriever(ENCODER, generation=store.current())
    LiveKnowledge(retriever, ENCODER.name, store=store).refresh()
    assert retriever.size == len(rows)
    assert all(retriever.chunk(chunk_id) is not None for chunk_id in rows)


@pytest.mark.parametrize(
    ("kills", "seed"), [(30, 1), pytest.param(500, 2, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])]
)
def test_random_kills_lose_nothing_and_double_nothing(
    tenant: Tenant, victims: subprocess.Popen[str], tmp_path: Path, kills: int, seed: int
) -> None:
    chance = random.Random(seed)
    truth: dict[str, str] = {}
    ends: dict[str, list[str]] = {}
    store = GenerationStore(tmp_path / "index")
    recoveries: list[float] = []
    worked: list[float] = []
    for number in range(kills):
        act(chance, tenant, truth, number)
        next_worker_may_have_it()
        (what,) = chance.choices(["ingest", "build", "merge", "switch"], [55, 15, 15, 15])
        ends.setdefault(what, []).append(kill(victims, what, chance.random() ** 2 * 0.6))
        if number % 50 == 49:
            recover(store, recoveries, worked)
    assert {end for of_kind in ends.values() for end in of_kind} <= {"killed", "ended"}
    assert set(ends) == {"ingest", "build", "merge", "switch"}
    assert set(ends["switch"]) == {"killed"}
    recover(store, recoveries, worked)
    counts = ", ".join(f"{what} {of_kind.count('killed')}" for what, of_kind in sorted(ends.items()))
    print(f"{kills} victims, killed: {counts}; recovery {max(recoveries):.2f} s ({max(worked):.2f} s of work)")  # noqa: T201 - -rP shows it
    check(truth, store)
    # The campaign has the machine to itself and is held to the clock; beside other tests only own work can be bounded.
    assert max(recoveries if kills >= 500 else worked) < RECOVERY_S


def recover(store: GenerationStore, recoveries: list[float], worked: list[float]) -> None:
    """Take over what the dead left, as a worker that starts does; notes the seconds until everything can be searched,
    on the clock and of this process's work.
    """
    begun, before = time.monotonic(), time.process_time()
    next_worker_may_have_it()
    drain()
    retriever = HybridRetriever(ENCODER, generation=store.current())
    LiveKnowledge(retriever, ENCODER.name, store=store).refresh()
    assert retriever.size == Chunk.objects.count()
    recoveries.append(time.monotonic() - begun)
    worked.append(time.process_time() - before)


def kill(victims: subprocess.Popen[str], what: str, after_s: float) -> str:
    """Let a process begin something and kill it; says how it ended."""
    assert victims.stdin is not None
    assert victims.stdout is not None
    victims.stdin.write(f"{what} {after_s:.3f}\n")
    victims.stdin.flush()
    return victims.stdout.readline().strip()


@pytest.mark.parametrize(
    ("kills", "seed"), [(10, 3), pytest.param(200, 4, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])]
)
def test_an_import_that_is_killed_anywhere_is_finished_by_the_next(
    tenant: Tenant, victims: subprocess.Popen[str], tmp_path: Path, kills: int, seed: int
) -> None:
    chance = random.Random(seed)
    place = tmp_path / "place"
    place.mkdir()
    ends = []
    for number in range(kills):
        for _ in range(chance.randint(1, 6)):
            file = place / f"{chance.randrange(12)}.md"
            text = f"{file.name} in edition {number} says {chance.random()} " * chance.choice([1, 20_000])
            file.write_text(text, encoding="utf-8")
        ends.append(kill(victims, "import", chance.random() * 0.3))
    assert "killed" in ends
    outcomes = list(bring(Folder(place, name="place"), tenant))
    assert {outcome.what.value for outcome in outcomes} <= {"added", "changed", "unchanged"}
    assert {outcome.what.value for outcome in bring(Folder(place, name="place"), tenant)} == {"unchanged"}
    for file in place.iterdir():
        document = Document.objects.get(origin=f"folder:place#{file.name}")
        numbers = list(document.revisions.order_by("number").values_list("number", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))
        assert blobs.read(document.revisions.latest("number")) == file.read_bytes()
        assert document.revisions.latest("number").jobs.exists()
    assert Document.objects.count() == len(list(place.iterdir()))


@pytest.mark.parametrize("count", [40, pytest.param(1000, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])])
def test_what_is_delivered_five_times_to_crashing_workers_is_there_once(
    tenant: Tenant, victims: subprocess.Popen[str], tmp_path: Path, count: int
) -> None:
    chance = random.Random(count)
    truth = {}
    for number in range(count):
        made = services.add_document(tenant, "a.md", f"word{number} only once".encode())
        truth[str(made.pk)] = f"word{number}"
    drain()
    first = dict(Chunk.objects.values_list("id", "vector"))
    for _ in range(4):
        IngestionJob.objects.update(state=JobState.QUEUED, attempts=0, worker="", finished_at=None)
        for _ in range(2):
            kill(victims, "ingest", chance.random() * 0.3)
            next_worker_may_have_it()
        drain()
    assert dict(Chunk.objects.values_list("id", "vector")) == first
    assert Document.objects.count() == len(first) == count
    check(truth, GenerationStore(tmp_path / "index"))


@pytest.mark.parametrize(
    ("kills", "seed"), [(24, 5), pytest.param(300, 6, marks=[pytest.mark.slow, pytest.mark.timeout(3000)])]
)
def test_readers_follow_while_those_who_merge_and_sharpen_are_killed(
    tenant: Tenant,
    victims: subprocess.Popen[str],
    tmp_path: Path,
    kills: int,
    seed: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One reader that never stops, and at each step one that begins: both see every chunk, whatever was half done."""
    chance = random.Random(seed)
    truth: dict[str, str] = {}
    monkeypatch.setattr(live, "MERGE_AFTER", 1)
    store = GenerationStore(tmp_path / "index")
    retriever = HybridRetriever(ENCODER)
    reader = LiveKnowledge(retriever, ENCODER.name, store=store)
    ends, numbers = [], set()
    for number in range(kills):
        act(chance, tenant, truth, number)
        drain()
        ends.append(kill(victims, chance.choice(["sharpen", "merge"]), chance.random() ** 2 * 0.3))
        if number % 8 == 7:  # now and then one lives, and finds what the dead ones left
            live.merge_if_due(store, ENCODER.name)
        reader.refresh()
        rows = set(Chunk.objects.values_list("id", flat=True))
        assert retriever.size == len(rows)
        assert all(retriever.chunk(chunk_id) is not None for chunk_id in rows)
        if (open_now := store.current()) is not None:
            assert open_now.manifest.count == len(open_now.vectors)
            numbers.add(open_now.number)
            open_now.close()
    assert "killed" in ends
    assert len(numbers) >= 2  # the reader went over from one generation to another
    check(truth, store)
    sharpened = sharpen(ENCODER)[0]
    assert 0 <= sharpened <= Chunk.objects.count()
    for vector in Chunk.objects.values_list("vector", flat=True):
        alone, codes = unpack(bytes(vector))
        assert alone.shape == (ENCODER.dimension,)
        assert codes is not None
        assert len(codes) >= 1
    check(truth, store)

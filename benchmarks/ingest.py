"""Claim: plain documents at >= 40 chunks/s end to end, parse and store alone >= 1,000 chunks/s, an edit live in <= 2 s.

    python -m benchmarks.ingest [--json] [--documents 60] [--threads 2]

Runs on a database of its own, started for it and thrown away. The documents are those of the demo, again and again,
each time with a number in every heading, so that no two have the same bytes. The encoder is the default one; "parse and
store alone" puts vectors in place of its own that cost nothing. The sandboxed child that parses runs already, as it
does in a worker in service. Beside the clock stands what all processes (worker, child, database) worked on a chunk.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks.machine import describe, processor_seconds
from benchmarks.report import percentile, say
from benchmarks.server import ROOT
from retrieval.loaders.isolated import IsolatedParser

if TYPE_CHECKING:
    from retrieval.protocols import Encoder
    from retrieval.types import Vectors

DEMO = ROOT / "assistant" / "knowledge" / "demo" / "documents"
PLAIN = {".md", ".txt", ".html"}
EDITS = 12
ENCODER = "multilingual-e5-small"


class Instant:
    """An encoder whose vectors cost nothing; it counts tokens as the one inside does."""

    def __init__(self, inside: Encoder) -> None:
        self._inside = inside
        self.name, self.dimension = "instant", inside.dimension

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        """Return [len(texts), dimension] unit rows."""
        return self.encode_passages(texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Return [len(texts), dimension] unit rows."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        vectors[:, 0] = 1.0
        return vectors

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Count as the encoder does."""
        return self._inside.count_tokens(texts)


def corpus(folder: Path, count: int, salt: str = "") -> list[tuple[str, bytes]]:
    """Return `count` (file name, bytes), no two alike: the plain documents of a folder, numbered."""
    paths = sorted(path for path in folder.rglob("*") if path.suffix in PLAIN)
    if not paths:
        raise FileNotFoundError(f"{folder} has no documents of the kinds {', '.join(sorted(PLAIN))}")
    texts = [(path.name, path.read_text(encoding="utf-8")) for path in paths]
    made = []
    for number in range(count):
        name, text = texts[number % len(texts)]
        mark = f"{salt}{number}"
        body = text.replace("\n# ", f"\n# {mark} ").replace("\n## ", f"\n## {mark} ")
        end = f"<p>{mark}</p>" if name.endswith(".html") else f"\n\n{mark}\n"
        made.append((name, (body + end).encode()))
    return made


@contextmanager
def database(folder: Path) -> Iterator[None]:
    """Start PostgreSQL and Redis below `folder`, point Django at them, migrate; stop them at the end."""
    from assistant.config.supervisor import postgres, process, redis_server

    cluster, store = postgres.cluster(folder), redis_server.store(folder)
    log = folder / "logs" / "postgres.log"
    postgres.initialise(cluster, log)
    specs = [postgres.spec(cluster, log), redis_server.spec(store, folder / "logs" / "redis.log")]
    started = [(process.launch(spec), spec) for spec in specs]
    try:
        for _, spec in started:
            _until_healthy(spec)
        cluster.create_database()
        _configure(folder, cluster.url(), store.url)
        yield
    finally:
        for running, spec in reversed(started):
            process.stop(running, spec)


def measure(encoder: Encoder, documents: int) -> dict[str, float | int]:
    """Ingest documents with vectors that cost nothing, then with real ones, then edit one; returns the figures."""
    from assistant.accounts.models import Tenant

    tenant = Tenant.objects.create(slug="benchmark", name="Benchmark")
    encoder.encode_passages(["warm"])
    parser = IsolatedParser()
    _ingest(tenant, Instant(encoder), parser, corpus(DEMO, 10, "w"))
    store = _ingest(tenant, Instant(encoder), parser, corpus(DEMO, documents * 8, "s"))
    whole = _ingest(tenant, encoder, parser, corpus(DEMO, documents, "e"))
    parser.close()
    edits = _edits(tenant, encoder)
    chunks = whole.chunks
    return {
        "chunks_per_second": whole.chunks / whole.seconds,
        "store_chunks_per_second": store.chunks / store.seconds,
        "chunk_processor_ms": whole.worked_s * 1000 / whole.chunks,
        "store_chunk_processor_ms": store.worked_s * 1000 / store.chunks,
        "edit_live_s": percentile(edits, 0.5),
        "edit_live_max_s": max(edits),
        "documents": documents,
        "chunks": chunks,
    }


@dataclass(frozen=True, slots=True)
class Ingested:
    """How many chunks, how long it took, and what all processes together worked on them."""

    chunks: int
    seconds: float
    worked_s: float


def _ingest(
    tenant: Any,  # noqa: ANN401
    encoder: Encoder,
    parser: IsolatedParser,
    files: list[tuple[str, bytes]],
) -> Ingested:
    """Bring files in, then read them all; the time is that from the first job to the last."""
    from assistant.knowledge import services
    from assistant.knowledge.models import Chunk
    from assistant.knowledge.worker import Worker

    for name, data in files:
        services.add_document(tenant, name, data)
    before = Chunk.objects.count()
    worker = Worker(lambda: encoder, parser=parser)
    began, worked = time.perf_counter(), processor_seconds()
    worker.drain()
    seconds, worked = time.perf_counter() - began, processor_seconds() - worked
    worker.stop()
    return Ingested(Chunk.objects.count() - before, seconds, worked)


def _edits(tenant: Any, encoder: Encoder) -> list[float]:  # noqa: ANN401
    """Seconds from saving an edit of one document to a search that finds it, beside a worker and a live index."""
    import threading

    from assistant.knowledge import services
    from assistant.knowledge.live import LiveKnowledge
    from assistant.knowledge.worker import Worker
    from retrieval.retriever import HybridRetriever
    from retrieval.types import Filter

    retriever = HybridRetriever(encoder)
    live = LiveKnowledge(retriever, encoder.name)
    worker = Worker(lambda: encoder)
    thread = threading.Thread(target=worker.run, daemon=True)
    document = services.add_document(tenant, "edited.md", b"# Canteen\n\nThe canteen opens at noon.\n")
    live.refresh()
    live.start()
    thread.start()
    seconds = []
    for number in range(EDITS):
        word = f"zebra{number}"
        text = f"# Canteen\n\nThe canteen opens at noon for {word}.\n"
        began = time.perf_counter()
        services.replace(document, "edited.md", text.encode())
        while not any(word in hit.chunk.text for hit in retriever.search(word, Filter("benchmark"), 3)):
            time.sleep(0.01)
        if number:  # the first one starts the parser
            seconds.append(time.perf_counter() - began)
    worker.stop()
    thread.join(timeout=10)
    live.stop()
    return seconds


def _configure(folder: Path, database_url: str, redis_url: str) -> None:
    os.environ.update(DATA_DIR=str(folder), DATABASE_URL=database_url, REDIS_URL=redis_url, LOG_LEVEL="ERROR")
    os.environ["DJANGO_SETTINGS_MODULE"] = "assistant.config.settings"
    import django

    from assistant.config import env

    env.load.cache_clear()  # starting the servers has read what was there before
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)


def _until_healthy(spec: Any) -> None:  # noqa: ANN401
    deadline = time.monotonic() + 60
    while not spec.healthy():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{spec.name} did not start; see {spec.log}")
        time.sleep(0.05)


def _encoder(threads: int) -> Encoder:
    import subprocess
    import sys

    from retrieval.encoders.onnx import OnnxEncoder

    command = [sys.executable, "-m", "inference.catalog", "pull", ENCODER]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
    return OnnxEncoder(Path(done.stdout.strip().splitlines()[-1]), threads=threads)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--documents", type=int, default=60)
    parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="benchmark-ingest-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL runs as an unprivileged user when this runs as root
        with database(folder):
            figures = measure(_encoder(options.threads), options.documents)
    machine = {**describe("onnxruntime", "tokenizers", "psycopg", "django"), "encoder_threads": options.threads}
    say("Ingestion of plain documents", figures, machine, as_json=options.json)


if __name__ == "__main__":
    main()

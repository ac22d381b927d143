"""Hybrid search over many chunks: how fast, how exact, how large.

    python -m benchmarks.retrieval --chunks 100000|1000000 [--encoder DIR] [--corpus FILE...] [--json]

Chunks are resampled from real ones (the demo's documents, or `--corpus`): a text is two to five real sentences of one
language, drawn from anywhere; its vector is the mean, randomly weighed, of those sentences' own vectors plus noise
of a tenth of its length, made unit again. So neighbourhoods are as dense as the real ones, and no two chunks are equal.
Questions are real sentences, cut short, embedded as questions; none is timed twice. The encoder is not timed.
Tenants: 90 %, 9.9 % and 0.1 % of the chunks. Peers in the same run: FAISS's exact index and bm25s, each alone.
"""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, thread_time

import numpy as np

from benchmarks.machine import describe
from benchmarks.report import percentile, say
from benchmarks.retrieval_peers import bm25s_alone, faiss_flat
from retrieval.chunking.sentences import split_sentences
from retrieval.encoders.onnx import OnnxEncoder
from retrieval.indexes.generation import Generation
from retrieval.indexes.generations import GenerationStore
from retrieval.language import detect
from retrieval.retriever import HybridRetriever
from retrieval.types import Chunk, Filter, Upsert, Vectors

_TENANTS, _SHARES = ("large", "small", "rare"), (0.9, 0.099, 0.001)
_NOISE = 0.1
_ENCODER = "multilingual-e5-small"
_K = 10


@dataclass(frozen=True)
class Pool:
    """Real sentences, their vectors [n, dimension], and the rows of each language."""

    texts: list[str]
    vectors: Vectors
    rows: dict[str, np.ndarray]


@dataclass(frozen=True)
class Times:
    """Milliseconds of each search: on the clock, and of the processor, which another process's load leaves alone."""

    wall: list[float]
    worked: list[float]


def main(arguments: Sequence[str] | None = None) -> None:
    """Build, search, print."""
    options = _parser().parse_args(arguments)
    encoder = OnnxEncoder(options.encoder or default_encoder(), threads=options.threads)
    sentences = real_sentences(options.corpus)[: options.sentences + options.questions]
    pool = make_pool(sentences[options.questions :], encoder)
    asked = [text[: max(12, 2 * len(text) // 3)] for text in sentences[: options.questions]]
    vectors = np.concatenate([encoder.encode_questions([text]) for text in asked])
    with tempfile.TemporaryDirectory(prefix="benchmark-", dir=options.folder) as folder:
        store = GenerationStore(Path(folder))
        begun = perf_counter()
        store.build(resampled(pool, options.chunks), options.chunks, encoder.name).close()
        figures: dict[str, object] = {"chunks": options.chunks, "build_seconds": perf_counter() - begun}
        figures |= measure(store, encoder, asked, vectors)
    say("hybrid search, the encoder left out", figures, describe("faiss-cpu", "bm25s", "numpy"), as_json=options.json)


def default_encoder() -> Path:
    """The folder of the assistant's encoder, fetched through the catalogue where it is not there yet."""
    command = [sys.executable, "-m", "inference.catalog", "pull", _ENCODER]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)  # its progress goes to the terminal
    return Path(done.stdout.strip().splitlines()[-1])


def real_sentences(corpus: Sequence[Path]) -> list[str]:
    """Sentences of 20 to 300 characters of JSON lines (`text` or `answer`) or plain text files, shuffled."""
    texts: list[str] = []
    for path in corpus:
        content = path.read_text("utf-8")
        if path.suffix == ".jsonl":
            rows = (json.loads(line) for line in content.splitlines() if line.strip())
            texts += [str(row.get("text") or row.get("answer") or "") for row in rows]
        else:
            texts.append(content)
    found = {sentence.strip() for text in texts for sentence in split_sentences(text)}
    kept = sorted(sentence for sentence in found if 20 <= len(sentence) <= 300)
    return [kept[number] for number in np.random.default_rng(0).permutation(len(kept))]


def make_pool(sentences: list[str], encoder: OnnxEncoder) -> Pool:
    """Embed the sentences. Raises ValueError when a language has too few."""
    vectors = np.concatenate([encoder.encode_passages(sentences[at : at + 64]) for at in range(0, len(sentences), 64)])
    languages = np.asarray([detect(sentence) for sentence in sentences])
    rows = {name: np.flatnonzero(languages == name) for name in ("en", "zh")}
    rows = {name: found for name, found in rows.items() if len(found) >= 20}
    if not rows:
        raise ValueError("too few sentences: name more files with --corpus")
    return Pool(sentences, vectors, rows)


def resampled(pool: Pool, count: int, seed: int = 0) -> Iterator[Upsert]:
    """Chunks as the module's text says, in the order of their ids."""
    chance = np.random.default_rng(seed)
    dimension = pool.vectors.shape[1]
    tenants = chance.choice(len(_TENANTS), size=count, p=_SHARES)
    languages = list(pool.rows)
    for number in range(count):
        language = languages[number % len(languages)]
        parts = chance.choice(pool.rows[language], size=int(chance.integers(2, 6)), replace=False)
        vector = chance.dirichlet(np.ones(len(parts))) @ pool.vectors[parts]
        vector = vector / np.linalg.norm(vector) + chance.normal(0, _NOISE / dimension**0.5, dimension)
        text = (" " if language == "en" else "").join(pool.texts[part] for part in parts)
        chunk = Chunk(
            f"c{number:08d}", f"d{number // 8}", 1, "0" * 64, _TENANTS[tenants[number]], text, "", language,
            ordinal=number % 8,
        )  # fmt: skip
        yield Upsert(number + 1, chunk, (vector / np.linalg.norm(vector)).astype(np.float32))


def measure(store: GenerationStore, encoder: OnnxEncoder, asked: list[str], vectors: Vectors) -> dict[str, object]:
    """Load the generation and ask every question once, by tenant."""
    before = _memory()
    begun = perf_counter()
    generation = store.current()
    assert generation is not None  # noqa: S101 - just built
    retriever = HybridRetriever(encoder, generation=generation)
    loaded = perf_counter() - begun
    retriever.search(asked[0], Filter("large"), vector=vectors[0])
    times = {tenant: _times(retriever, tenant, asked[1:], vectors[1:]) for tenant in _TENANTS}
    after = _memory()
    recall, exact_ms = _recall(retriever, generation, vectors)
    return {
        "p50_ms": statistics.median(times["large"].wall),
        "p95_ms": percentile(times["large"].wall, 0.95),
        "p50_processor_ms": statistics.median(times["large"].worked),
        "rare_tenant_p50_ms": statistics.median(times["rare"].wall),
        "small_tenant_p50_ms": statistics.median(times["small"].wall),
        "recall_at_10": recall,
        "index_memory_mib": (after["RssAnon"] - before["RssAnon"]) / 1024,
        "index_mapped_mib": (after["RssFile"] - before["RssFile"]) / 1024,
        "disk_mib": sum(path.stat().st_size for path in generation.folder.rglob("*") if path.is_file()) / 2**20,
        "load_seconds": loaded,
        "peak_memory_mib": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "peer_faiss_flat_p50_ms": exact_ms,
        "peer_bm25s_p50_ms": bm25s_alone(generation.words, asked[1:]),
    }


def _times(retriever: HybridRetriever, tenant: str, asked: list[str], vectors: Vectors) -> Times:
    wall, worked = [], []
    for text, vector in zip(asked, vectors, strict=True):
        begun, before = perf_counter(), thread_time()
        retriever.search(text, Filter(tenant), vector=vector)
        wall.append((perf_counter() - begun) * 1000)
        worked.append((thread_time() - before) * 1000)
    return Times(wall, worked)


def _recall(retriever: HybridRetriever, generation: Generation, vectors: Vectors) -> tuple[float, float]:
    """Share of the exact ten nearest chunks that the index finds, and the exact index's median time."""
    exact, times = faiss_flat(generation.vectors, vectors, _K)
    shares = []
    for vector, expected in zip(vectors, exact, strict=True):
        found = {row for row, _ in retriever.nearest(vector, _K)}
        shares.append(len(found & expected) / len(expected))
    return statistics.fmean(shares), statistics.median(times)


def _memory() -> dict[str, int]:
    """Resident KiB of this process, by kind."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines if "Rss" in line)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.retrieval", description=(__doc__ or "").split("\n")[0])
    demo = sorted(Path("assistant/knowledge/demo/documents").rglob("*.md"))
    parser.add_argument("--chunks", type=int, default=100_000)
    parser.add_argument(
        "--encoder", type=Path, help="folder of the encoder; default: the assistant's own, fetched once if need be"
    )
    parser.add_argument("--corpus", type=Path, nargs="+", default=demo, help="JSON lines or text; default: the demo's")
    parser.add_argument("--sentences", type=int, default=2_000, help="real sentences to draw from")
    parser.add_argument("--questions", type=int, default=100)
    parser.add_argument("--threads", type=int, default=2, help="threads of the encoder")
    parser.add_argument("--folder", type=Path, help="where the index is written while it is measured")
    parser.add_argument("--json", action="store_true")
    return parser


if __name__ == "__main__":
    main()

"""Claim: look-up in the cache itself is >= 5 times as fast as GPTCache's, at a lower false-hit rate.

    python -m benchmarks.cache_peers [--pairs FILE...] [--peer PYTHON] [--json]

Both get the same questions with the same vectors of the same encoder in one run: one side of every pair is kept, the
other asked. A hit is an answer kept for a question that asks the same, a false hit one kept for another; encoding is
not timed. Without files it is the authored pairs of the tests: swaps that must not be served, paraphrases that should.
GPTCache runs in an environment of its own, made once from `infra/peers/gptcache.txt`, in one process and one thread as
ours does. RedisVL's semantic cache needs a Redis with vector search, which the embedded Redis is not: not measured.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.machine import describe
from benchmarks.report import Figure, percentile, say
from benchmarks.server import ROOT
from retrieval.types import Vectors

if TYPE_CHECKING:
    from assistant.faq.evaluation import Pair

CHILD = ROOT / "benchmarks" / "peers" / "gptcache_child.py"
PEER = ROOT / ".peers" / "gptcache" / "bin" / "python"
PINS = ROOT / "infra" / "peers" / "gptcache.txt"
AUTHORED = ROOT / "tests" / "unit" / "assistant" / "faq" / "pairs"
PEER_SECONDS = INSTALL_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Work:
    """Questions kept and questions asked, with vectors float32 [n, dimension], and which of the kept fit each."""

    curated: list[str]
    asked: list[str]
    curated_vectors: Vectors
    asked_vectors: Vectors
    fitting: Mapping[str, frozenset[str]]
    language: str


@dataclass(frozen=True, slots=True)
class Result:
    """For every question asked the place of the kept question that was served (-1: none), and the seconds it took."""

    served: Sequence[int]
    seconds: Sequence[float]


def figures(name: str, work: Work, result: Result) -> dict[str, Figure]:
    """Count; a hit counts as right when a pair labels the two as the same or the words are equal, else as false."""
    false = len(falsely(work, result))
    hits = sum(place >= 0 for place in result.served) - false
    kept = frozenset(work.curated)
    answerable = sum(text in kept or bool(work.fitting.get(text)) for text in work.asked)
    return {
        f"{name}_lookups_per_second": len(result.seconds) / sum(result.seconds),
        f"{name}_p50_ms": percentile(result.seconds, 0.5) * 1000,
        f"{name}_p99_ms": percentile(result.seconds, 0.99) * 1000,
        f"{name}_hit_rate": hits / answerable if answerable else None,
        f"{name}_false_hit_rate": false / len(work.asked),
    }


def falsely(work: Work, result: Result) -> list[tuple[str, str]]:
    """List what was asked and what was served for it where no label says that they are the same.

    Questions of different pairs may ask the same all the same ("2 years", "two years"): worth reading.
    """
    served = [(t, work.curated[place]) for t, place in zip(work.asked, result.served, strict=True) if place >= 0]
    return [(t, kept) for t, kept in served if t != kept and kept not in work.fitting.get(t, frozenset())]


def ours(work: Work) -> Result:
    """Look up in a table of curated answers, with verifier, guards and the shipped certificate, as a worker does."""
    from assistant.faq.inmemory import table_index

    index = table_index(work.curated, work.curated_vectors, work.language)
    served, seconds = [], []
    for text, vector in zip(work.asked, work.asked_vectors, strict=True):
        began = time.perf_counter()
        match = index.exact("peer", text) or index.nearest("peer", vector, text, work.language)
        seconds.append(time.perf_counter() - began)
        served.append(-1 if match is None else int(match.answer))
    return Result(served, seconds)


def theirs(work: Work, python: Path) -> Result:
    """Run GPTCache in its own environment. Raises CalledProcessError with what it said."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "work.npz"
        np.savez(
            path,
            curated=np.array(work.curated),
            asked=np.array(work.asked),
            curated_vectors=work.curated_vectors,
            asked_vectors=work.asked_vectors,
        )
        done = subprocess.run(
            [python, CHILD, path], check=True, capture_output=True, text=True, cwd=folder, timeout=PEER_SECONDS
        )
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Result(found["served"], found["seconds"])


def installed(python: Path) -> bool:
    """Whether the peer can be run. Its own environment is made when it is not there; another's interpreter is not."""
    if python != PEER or python.exists():
        return python.exists()
    home = python.parent.parent
    print(f"Installing GPTCache into {home}, once")
    pip = [str(python), "-m", "pip", "install", "--quiet", "-r", str(PINS)]
    for command in ([sys.executable, "-m", "venv", str(home)], pip):
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=INSTALL_SECONDS)
        if done.returncode != 0:
            print((done.stderr or done.stdout).strip()[-2000:])
            shutil.rmtree(home, ignore_errors=True)
            return False
    return True


def authored(folder: Path = AUTHORED) -> list[Pair]:
    """Read the pairs written for the tests: every swap, and every two ways to ask one question."""
    from assistant.faq.evaluation import Pair

    swaps, ways = (
        [json.loads(line) for line in (folder / f"{name}.jsonl").read_text("utf-8").splitlines()]
        for name in ("swaps", "paraphrases")
    )
    sides = [[row["frame"].replace("{}", side) for side in fill.split("|")] for row in swaps for fill in row["fill"]]
    same = [Pair(a, b, same=True) for row in ways for a, b in itertools.combinations(row["ways"], 2)]
    return [*(Pair(a, b, same=False) for a, b in sides), *same]


def prepare(pairs: Sequence[Pair], most: int) -> list[Work]:
    """Make one work a language: of each pair one side is kept, the other asked; encode both."""
    from assistant.knowledge.encoder import encode_many, shared_encoder
    from retrieval.language import detect

    works = []
    for language in sorted({detect(pair.a) for pair in pairs}):
        mine = [pair for pair in pairs if detect(pair.a) == language][:most]
        curated = list(dict.fromkeys(pair.a for pair in mine))
        asked = list(dict.fromkeys(pair.b for pair in mine))
        fitting: dict[str, set[str]] = {}
        for pair in mine:
            if pair.same:
                fitting.setdefault(pair.b, set()).add(pair.a)
        kept, new = (encode_many(texts, shared_encoder()) for texts in (curated, asked))
        works.append(Work(curated, asked, kept, new, {t: frozenset(f) for t, f in fitting.items()}, language))
    return works


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=Path, nargs="+", help="JSON lines of labelled pairs; else the authored ones")
    parser.add_argument("--peer", type=Path, default=PEER, help="interpreter of the environment that has GPTCache")
    parser.add_argument("--most", type=int, default=1500, help="pairs of a language")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "assistant.config.settings")
    import django

    django.setup()
    from assistant.faq.evaluation import read

    found: dict[str, Figure] = {"redisvl": None}
    beside = installed(options.peer)
    for work in prepare(read(options.pairs) if options.pairs else authored(), options.most):
        result = ours(work)
        own = figures(f"{work.language}_ours", work, result)
        for text, kept in falsely(work, result):
            print(f"Counted as false: {text} <- {kept}")
        found |= {f"{work.language}_questions": len(work.asked), **own}
        if beside:
            peer = figures(f"{work.language}_gptcache", work, theirs(work, options.peer))
            speed = "lookups_per_second"
            ratio = float(own[f"{work.language}_ours_{speed}"] or 0) / float(
                peer[f"{work.language}_gptcache_{speed}"] or 1
            )
            found |= {**peer, f"{work.language}_speed_ratio": ratio}
    if not beside:
        print(
            f"GPTCache was not measured: {options.peer} is not there; infra/peers/gptcache.txt says how to install it"
        )
    say("Look-up in the cache itself", found, describe("numpy", "onnxruntime"), as_json=options.json)


if __name__ == "__main__":
    main()

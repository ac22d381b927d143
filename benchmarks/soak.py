"""Claim: hours of mixed questions neither slow the assistant down, nor fail, nor make it grow.

    python -m benchmarks.soak [--json] [--minutes 60] [--rate 20]

Curated questions, the same ones in other words, and strangers, `rate` a second, on the assistant that runs or on one
started for it (without a model). Latency of the first and of the last tenth are compared, and the resident memory of
all its processes after the first tenth and at the end.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import random
import time
from dataclasses import dataclass, field

import psutil
import uvloop

from benchmarks.faq_http import DEMO, curated, unseen
from benchmarks.load import fire, request_bytes
from benchmarks.machine import describe
from benchmarks.report import percentile, say
from benchmarks.server import Server, serving

MIB = 2**20
STRANGERS = (
    "What is the airspeed of an unladen swallow {n}?",
    "第 {n} 号楼的电梯几点停？",
    "Translate {n} into Klingon.",
)


@dataclass(slots=True)
class Soak:
    """What was seen: seconds of each answer in order, statuses, and memory in bytes at each look."""

    seconds: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)
    memory: list[int] = field(default_factory=list)


def questions(seed: int) -> itertools.chain[str]:
    """Go through curated questions, other wordings of them and strangers, shuffled, again and again."""
    entries = curated(DEMO)
    drawn = random.Random(seed)
    strangers = [template.format(n=drawn.randrange(10**6)) for template in STRANGERS for _ in range(200)]
    rows = [*(text for text, _ in entries), *unseen(entries, seed)[:1000], *strangers]
    drawn.shuffle(rows)
    return itertools.chain.from_iterable(itertools.repeat(rows))


def resident(server: Server) -> int:
    """Bytes resident in the processes of the server, their children included."""
    parents = [psutil.Process(pid) for pid in server.processes.values() if psutil.pid_exists(pid)]
    family = {process for parent in parents for process in (parent, *parent.children(recursive=True))}
    return sum(process.memory_info().rss for process in family)


async def soak(server: Server, seconds: float, rate: float, seed: int) -> Soak:
    """Ask `rate` questions a second for so many seconds, a batch a second; a slow second delays the next one."""
    seen = Soak()
    rows = questions(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        tick = time.monotonic()
        texts = list(itertools.islice(rows, max(1, round(rate))))
        asked = [request_bytes(server, "/api/v1/ask", json.dumps({"question": text}).encode()) for text in texts]
        outcome = await fire(server, asked, connections=min(8, len(asked)))
        seen.seconds += outcome.seconds
        for status, count in outcome.statuses.items():
            seen.statuses[status] = seen.statuses.get(status, 0) + count
        seen.memory.append(resident(server))
        await asyncio.sleep(max(0.0, tick + 1 - time.monotonic()))
    return seen


def figures(seen: Soak) -> dict[str, float | int]:
    """Compare the beginning with the end."""
    tenth = max(1, len(seen.seconds) // 10)
    settled = seen.memory[min(len(seen.memory) - 1, len(seen.memory) // 10)]
    # without a model a stranger that needs one is turned away with 503, in time: that is no failure
    failed = sum(count for status, count in seen.statuses.items() if status >= 500 and status != 503)
    return {
        "requests": len(seen.seconds),
        "failed": failed,
        "turned_away": seen.statuses.get(503, 0) + seen.statuses.get(429, 0),
        "first_tenth_p99_ms": percentile(seen.seconds[:tenth], 0.99) * 1000,
        "last_tenth_p99_ms": percentile(seen.seconds[-tenth:], 0.99) * 1000,
        "memory_mib": seen.memory[-1] / MIB,
        "memory_growth_mib": (seen.memory[-1] - settled) / MIB,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=20.0, help="questions a second")
    options = parser.parse_args()
    with serving(model=False) as server:
        seen = uvloop.run(soak(server, options.minutes * 60, options.rate, seed=random.randrange(2**31)))
    say("Hours of mixed questions", figures(seen), describe("uvicorn", "django"), as_json=options.json)


if __name__ == "__main__":
    main()

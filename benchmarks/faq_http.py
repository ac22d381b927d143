"""Claim: curated answers over HTTP, authenticated, two workers: >= 1,000 exact and >= 150 semantic hits a second.

    python -m benchmarks.faq_http [--json] [--seconds 10]

Every timed semantic question is one that neither a process nor a memo has seen: a curated question with two thanks
behind it, each combination sent once, encoded, classified and verified. (In front they would be taken off, and the
question met again in the memo.) How often other wordings hit is `manage.py evaluate cache`'s to say, not this one's:
thanks nearly always do, so that the rows are those of a hit. Beside them: `reasoned`, a reason stands behind the
question, and most are searched for in the documents after the curated answers did not fit; `remembered`, questions that
come again, whose vectors are in the memo. Requests to start with warm both workers and are not counted.

A rate counts answers with status 200 alone; a key may ask 2,000 times a second, and what is refused beyond that is
printed. The client runs on the same cores: `client_ms` is its processor time a request, `load_before` what the machine
did besides.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from benchmarks.load import Outcome, fire, request_bytes
from benchmarks.machine import describe
from benchmarks.report import percentile, say
from benchmarks.server import ROOT, Server, serving

DEMO = ROOT / "assistant" / "knowledge" / "demo" / "faq"
CONNECTIONS = 24
Figures = dict[str, float | int | None]
Endings = dict[str, tuple[str, ...]]
THANKS: Endings = {
    "en": ("", " Thanks", " Thank you!", " Many thanks", " Cheers", " please", " thanks a lot"),
    "zh": ("", "谢谢", "谢谢！", "多谢", "麻烦您", "辛苦了", "感谢"),
}
REASONS: Endings = {
    "en": (
        "",
        " I am new here",
        " I can't find it",
        " I looked everywhere",
        " My colleague did not know",
        " It is not on the site",
    ),
    "zh": ("", "我是新用户", "没找到", "找了半天", "同事也不清楚", "网站上没看到"),
}


def curated(folder: Path) -> list[tuple[str, str]]:
    """Read (question, language) of every demo FAQ entry."""
    rows = (json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines())
    return [(row["question"], row["language"]) for row in rows]


def unseen(questions: list[tuple[str, str]], seed: int, first: Endings = THANKS) -> list[str]:
    """Put an ending of `first` and thanks behind each question; shuffled, no text twice, none as it is curated."""
    ends = {language: [a + b for a in first[language] for b in THANKS[language] if a + b] for language in first}
    texts = [question + end for question, language in questions for end in ends[language]]
    random.Random(seed).shuffle(texts)
    return list(dict.fromkeys(texts))


def _requests(server: Server, texts: list[str]) -> list[bytes]:
    return [request_bytes(server, "/api/v1/ask", json.dumps({"question": text}).encode()) for text in texts]


def _layer(body: bytes) -> str | None:
    layer: str | None = json.loads(body).get("layer")
    return layer


def _rows(name: str, outcome: Outcome) -> Figures:
    """Rate of what was answered, and the latencies of all."""
    good = outcome.statuses.get(200, 0)
    return {
        f"{name}_requests_per_second": good / outcome.elapsed,
        f"{name}_p50_ms": percentile(outcome.seconds, 0.5) * 1000,
        f"{name}_p99_ms": percentile(outcome.seconds, 0.99) * 1000,
        f"{name}_ok": good / len(outcome.seconds),
        f"{name}_too_many": outcome.statuses.get(429, 0) / len(outcome.seconds),
    }


def _hits(name: str, outcome: Outcome) -> Figures:
    """The same of curated answers alone: what is not curated is searched for in the documents, at a cost of its own."""
    hits = [took for took, body in zip(outcome.seconds, outcome.bodies, strict=True) if _layer(body) == "faq"]
    return {
        f"{name}_hit_share": len(hits) / len(outcome.seconds),
        f"{name}_hits_per_second": len(hits) / outcome.elapsed,
        f"{name}_hit_p99_ms": percentile(hits, 0.99) * 1000 if hits else None,
    }


async def measure(server: Server, seconds: float, seed: int) -> Figures:
    """Fire exact, then semantic questions; counts are chosen so that each part lasts about `seconds` at its goal."""
    load = os.getloadavg()[0]
    questions = curated(DEMO)
    exact = _requests(server, [text for text, _ in itertools.islice(itertools.cycle(questions), int(1200 * seconds))])
    semantic = _requests(server, unseen(questions, seed))
    warm, semantic = semantic[:200], semantic[200 : 200 + int(200 * seconds)]
    await fire(server, exact[:1000], CONNECTIONS)
    began = time.process_time()
    hot = await fire(server, exact, CONNECTIONS)
    client = (time.process_time() - began) / len(exact)
    await fire(server, warm, CONNECTIONS)
    near = await fire(server, semantic, CONNECTIONS // 2, keep_bodies=True)
    again = await _remembered(server, warm, seconds)
    other = _requests(server, unseen(questions, seed, REASONS))[: int(50 * seconds)]
    reasoned = await fire(server, other, CONNECTIONS // 2, keep_bodies=True)
    return {
        **_rows("exact", hot),
        "client_ms": client * 1000,
        **_rows("semantic", near),
        **_hits("semantic", near),
        "semantic_questions": len(near.seconds),
        **_rows("remembered", again),
        **_rows("reasoned", reasoned),
        **_hits("reasoned", reasoned),
        "load_before": load,
    }


async def _remembered(server: Server, known: Sequence[bytes], seconds: float) -> Outcome:
    """Ask what was asked before: often enough to begin with that each process remembers nearly all of it."""
    await fire(server, list(known) * 4, CONNECTIONS // 2)
    often = itertools.islice(itertools.cycle(known), int(600 * seconds))
    return await fire(server, list(often), CONNECTIONS // 2)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument(
        "--seed", type=int, default=random.SystemRandom().randrange(2**31), help="order of the questions"
    )
    options = parser.parse_args()
    with serving(model=False) as server:
        figures = uvloop.run(measure(server, options.seconds, options.seed))
    say(
        "Curated answers over HTTP, two workers",
        figures,
        describe("uvicorn", "django", "onnxruntime"),
        as_json=options.json,
    )


if __name__ == "__main__":
    main()

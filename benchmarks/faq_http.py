"""Claim: curated answers over HTTP, authenticated, two workers: >= 1,000 exact and >= 150 semantic hits a second.

    python -m benchmarks.faq_http [--json] [--seconds 10]

Every timed semantic question is one that neither a process nor a memo has seen: a curated question with everyday words
behind it, each combination sent once. (In front they would be taken off, and the question met again in the memo.)
Requests to start with warm both workers and are not counted.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
from pathlib import Path

import uvloop

from benchmarks.load import Outcome, fire, request_bytes
from benchmarks.machine import describe
from benchmarks.report import percentile, say
from benchmarks.server import ROOT, Server, serving

DEMO = ROOT / "assistant" / "knowledge" / "demo" / "faq"
CONNECTIONS = 24
REASON = {
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
THANKS = {
    "en": ("", " Thanks", " Thank you!", " Please help", " Cheers", " please"),
    "zh": ("", "谢谢", "谢谢！", "急", "多谢", "麻烦了"),
}


def curated(folder: Path) -> list[tuple[str, str]]:
    """Read (question, language) of every demo FAQ entry."""
    rows = (json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text().splitlines())
    return [(row["question"], row["language"]) for row in rows]


def unseen(questions: list[tuple[str, str]], seed: int) -> list[str]:
    """Put every reason and thanks of its language behind each question; shuffled, no text twice, none as curated."""
    ends = {language: [a + b for a in REASON[language] for b in THANKS[language] if a + b] for language in REASON}
    texts = [question + end for question, language in questions for end in ends[language]]
    random.Random(seed).shuffle(texts)
    return list(dict.fromkeys(texts))


def _requests(server: Server, texts: list[str]) -> list[bytes]:
    return [request_bytes(server, "/api/v1/ask", json.dumps({"question": text}).encode()) for text in texts]


def _share(outcome: Outcome, layer: str) -> float:
    served = [body for body in outcome.bodies if json.loads(body).get("layer") == layer]
    return len(served) / len(outcome.bodies)


async def measure(server: Server, seconds: float, seed: int) -> dict[str, float | int]:
    """Fire exact, then semantic questions; counts are chosen so that each part lasts about `seconds` at its goal."""
    questions = curated(DEMO)
    exact = _requests(server, [text for text, _ in itertools.islice(itertools.cycle(questions), int(1200 * seconds))])
    semantic = _requests(server, unseen(questions, seed))
    warm, semantic = semantic[:200], semantic[200 : 200 + int(200 * seconds)]
    await fire(server, exact[:1000], CONNECTIONS)
    hot = await fire(server, exact, CONNECTIONS)
    await fire(server, warm, CONNECTIONS)
    near = await fire(server, semantic, CONNECTIONS // 2, keep_bodies=True)
    return {
        "exact_requests_per_second": hot.requests_per_second,
        "exact_p50_ms": percentile(hot.seconds, 0.5) * 1000,
        "exact_p99_ms": percentile(hot.seconds, 0.99) * 1000,
        "exact_ok": hot.statuses.get(200, 0) / len(hot.seconds),
        "semantic_requests_per_second": near.requests_per_second,
        "semantic_p50_ms": percentile(near.seconds, 0.5) * 1000,
        "semantic_p99_ms": percentile(near.seconds, 0.99) * 1000,
        "semantic_hit_share": _share(near, "faq"),
        "semantic_questions": len(near.seconds),
    }


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

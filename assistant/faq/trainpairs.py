"""Labelled pairs for the verifier, made from openly licensed sets by fixed, seeded rules.

cmedqq (zh, Apache-2.0): as labelled.
banking77 (en, CC BY 4.0): two wordings of one intent; different: most words shared among 300 of other intents.
hwu64 (en, CC BY 4.0): equal numbers and words of content in other sentences; different: as banking77.
medquad (en, CC BY 4.0): one illness, one type, two templates; different: another type, or another illness.
meqsum (en, CC BY 4.0): a message's own question and its summary; different: the summary nearest in words.

Three of ten groups of each English set (an intent, an illness, a message) are kept aside for tests and never learnt.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path

from assistant.faq.exchange import content
from assistant.faq.numbers import quantities
from retrieval.normalise import fold

SEED = 7
KEPT_ASIDE = 0.3
AMONG = 300
COMMON = 4
"""A template of medquad that fewer questions have belongs to one illness."""
_SENTENCE = re.compile(r"[^.!?\n]+\?")


@dataclass(frozen=True, slots=True)
class Labelled:
    """Two questions, whether they ask the same, the set they are from and the group that must not be split."""

    text_a: str
    text_b: str
    label: int
    source: str
    group: str


def kept_aside(row: Labelled) -> bool:
    """Say whether a pair belongs to the part that no training sees."""
    digest = hashlib.sha256(f"{row.source}/{row.group}".encode()).digest()
    return row.source != "cmedqq" and int.from_bytes(digest[:4], "big") / 2**32 < KEPT_ASIDE


def build(data: Path, seed: int = SEED) -> list[Labelled]:
    """Make all pairs from a folder of sets (`<set>/dev/*.jsonl`)."""
    chance = random.Random(seed)  # noqa: S311 - drawn again by whoever repeats the training
    makers = (cmedqq(data), banking77(data, chance), hwu64(data, chance), medquad(data, chance), meqsum(data, chance))
    seen: dict[tuple[str, str], Labelled] = {}
    for row in (row for maker in makers for row in maker):
        a, b = fold(row.text_a), fold(row.text_b)
        if a != b and a and b:
            seen.setdefault((min(a, b), max(a, b)), row)
    return list(seen.values())


def cmedqq(data: Path) -> Iterator[Labelled]:
    """Take the labelled pairs as they are."""
    for name in ("dev", "train_3000"):
        for row in _rows(data / f"cmedqq/dev/{name}.jsonl"):
            yield Labelled(row["text_a"], row["text_b"], int(row["label"]), "cmedqq", "")


def banking77(data: Path, chance: random.Random, a_intent: int = 24) -> Iterator[Labelled]:
    """Pair wordings of one intent, and each with the most alike question of another."""
    yield from _by_intent(_rows(data / "banking77/dev/train.jsonl"), "banking77", chance, a_intent)


def hwu64(data: Path, chance: random.Random, a_intent: int = 12) -> Iterator[Labelled]:
    """Pair sentences of the same words of content; intents are too wide to say more."""
    rows = _rows(data / "hwu64/dev/train.jsonl")
    alike = defaultdict(list)
    for row in rows:
        numbers = tuple(sorted(quantities(fold(row["text"])).items()))
        alike[row["intent"], tuple(sorted(content(fold(row["text"])))), numbers].append(row["text"])
    for (intent, words, _), texts in sorted(alike.items()):
        if len(words) >= 2 and len(texts) >= 2:
            a, b = chance.sample(texts, 2)
            yield Labelled(a, b, 1, "hwu64", intent)
    for pair in _by_intent(rows, "hwu64", chance, a_intent):
        if not pair.label:
            yield pair


def medquad(data: Path, chance: random.Random, most: int = 900) -> Iterator[Labelled]:
    """Ask one thing by two templates; change the type or the illness for the others."""
    rows = [row for row in _rows(data / "medquad/dev/questions.jsonl") if row["focus"] in row["question"]]
    counts = Counter((row["qtype"], row["question"].replace(row["focus"], "{}")) for row in rows)
    templates: dict[str, list[str]] = defaultdict(list)
    for (kind, template), count in counts.items():
        if count >= COMMON:
            templates[kind].append(template)
    kinds, illnesses = sorted(templates), sorted({row["focus"] for row in rows})
    for row in chance.sample(rows, min(most, len(rows))):
        asked, illness = row["question"], row["focus"]
        others = [template for template in templates[row["qtype"]] if template.replace("{}", illness) != asked]
        if others:
            yield Labelled(asked, chance.choice(others).replace("{}", illness), 1, "medquad", illness)
        kind = chance.choice([kind for kind in kinds if kind != row["qtype"]])
        yield Labelled(asked, chance.choice(templates[kind]).replace("{}", illness), 0, "medquad", illness)
        near = _most_alike(illness, chance.sample(illnesses, min(AMONG, len(illnesses))))
        if near is not None:
            yield Labelled(asked, asked.replace(illness, near), 0, "medquad", illness)


def meqsum(data: Path, chance: random.Random) -> Iterator[Labelled]:
    """Pair a message's question that shares most words with the summary, and each summary with the nearest other."""
    rows = _rows(data / "meqsum/dev/summaries.jsonl")
    summaries = sorted({row["summary"] for row in rows})
    for row in rows:
        asked = [sentence.strip() for sentence in _SENTENCE.findall(row["chq"]) if len(sentence.split()) > 3]
        own = _words(row["summary"])
        best = max(asked, key=lambda s: _shared(own, _words(s)), default=None)
        if best is not None and _shared(own, _words(best)) >= 0.4:
            yield Labelled(best, row["summary"], 1, "meqsum", row["file"])
        near = _most_alike(row["summary"], chance.sample(summaries, min(AMONG, len(summaries))))
        if near is not None:
            yield Labelled(row["summary"], near, 0, "meqsum", row["file"])


def _by_intent(rows: Sequence[dict[str, str]], source: str, chance: random.Random, each: int) -> Iterator[Labelled]:
    texts: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        texts[row["intent"]].append(row["text"])
    aside = {intent: kept_aside(Labelled("", "", 0, source, intent)) for intent in texts}
    for intent in sorted(texts):
        for _ in range(min(each, len(texts[intent]) // 2)):
            a, b = chance.sample(texts[intent], 2)
            yield Labelled(a, b, 1, source, intent)
        # A pair of two groups must lie on one side of the split, or a text kept aside would be learnt.
        strangers = [row["text"] for row in rows if row["intent"] != intent and aside[row["intent"]] == aside[intent]]
        for a in chance.sample(texts[intent], min(each, len(texts[intent]))):
            near = _most_alike(a, chance.sample(strangers, min(AMONG, len(strangers))))
            if near is not None:
                yield Labelled(a, near, 0, source, intent)


def _most_alike(text: str, others: Sequence[str]) -> str | None:
    own = _words(text)
    ranked = [(_shared(own, _words(other)), other) for other in others if fold(other) != fold(text)]
    return max(ranked, default=(0.0, None))[1]


@cache
def _words(text: str) -> frozenset[str]:
    return frozenset(content(fold(text)))


def _shared(a: frozenset[str], b: frozenset[str]) -> float:
    return len(a & b) / (len(a | b) or 1)


def _rows(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def main() -> None:
    """Write the pairs kept aside, or those to learn from, as JSON lines."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="folder of the sets")
    parser.add_argument("--out", type=Path, required=True, help="file to write")
    parser.add_argument("--language", choices=["zh", "en"], default="en")
    parser.add_argument("--learn", action="store_true", help="the part to learn from, not the one kept aside")
    options = parser.parse_args()
    rows = [row for row in build(options.data) if kept_aside(row) != options.learn]
    wanted = [row for row in rows if (row.source == "cmedqq") == (options.language == "zh")]
    lines = [json.dumps(asdict(row), ensure_ascii=False) + "\n" for row in wanted]
    options.out.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    main()

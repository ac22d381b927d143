"""The curated answers of one tenant as this process holds them: immutable, replaced whole when something changes."""

from __future__ import annotations

import math
import time
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from retrieval.normalise import fold
from retrieval.types import PUBLIC, Vectors

EVERYBODY = frozenset({PUBLIC})
CANDIDATES = 8
LEAST_COSINE = 0.85
"""Below this nothing is verified: no pair of the calibration sets that was so far apart was ever served."""
_OTHER = {"en": "zh", "zh": "en"}


@dataclass(frozen=True, slots=True)
class FaqMatch:
    """A curated answer to the question. `score` is the cosine of question and `variant`, 1.0 when `exact`."""

    entry_id: int
    key: str
    question: str
    answer: str
    language: str
    score: float
    exact: bool
    domain: str
    intent: str
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Way:
    """One way to ask for an entry. `vector` is float32 [dimension], None until it was embedded by today's encoder."""

    text: str
    folded: str
    vector: Vectors | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A published entry with its ways to ask.

    It answers from `opens` until `closes`, seconds since 1970. `foreign` are the ways to ask that are not in its own
    language, `notice` is what is said below the answer to those. `refused` are questions that it must not answer,
    folded, and without greetings as well.
    """

    id: int
    key: str
    language: str
    domain: str
    intent: str
    question: str
    answer: str
    access: frozenset[str]
    ways: tuple[Way, ...]
    opens: float = -math.inf
    closes: float = math.inf
    foreign: frozenset[str] = frozenset()
    notice: str = ""
    refused: frozenset[str] = frozenset()

    def open_at(self, now: float) -> bool:
        """Say whether it may answer at `now`, seconds since 1970."""
        return self.opens <= now < self.closes

    def known(self) -> str:
        """Return all that the entry says, folded: its ways to ask and its answer."""
        return "\n".join([*(way.folded for way in self.ways), fold(self.answer)])

    def match(self, way: str, score: float, *, exact: bool) -> FaqMatch:
        """Make the answer that is served."""
        answer = f"{self.answer}\n\n{self.notice}" if self.notice and way in self.foreign else self.answer
        return FaqMatch(
            self.id, self.key, self.question, answer, self.language, score, exact, self.domain, self.intent, way
        )


@dataclass(frozen=True, slots=True)
class Candidate:
    """A way to ask that is near the question.

    `score` is the cosine; `known` is all that the entry says, folded; `vector` the embedding of the way to ask.
    """

    entry: Entry
    text: str
    score: float
    known: str
    vector: Vectors


class Table:
    """Exact and nearest look-up over the entries of one tenant."""

    def __init__(self, version: int, entries: Iterable[Entry]) -> None:
        self.version = version
        self.entries = tuple(entries)
        self._exact: dict[str, tuple[tuple[Entry, FaqMatch], ...]] = _exact(self.entries)
        self._ways: dict[str, list[tuple[Entry, str]]] = {}
        self._matrix: dict[str, Vectors] = {}
        self._known = {entry.id: entry.known() for entry in self.entries}
        asked = _by_language(self.entries)
        for language in sorted(asked):
            rows = [(entry, way) for entry, way in asked[language] if way.vector is not None]
            self._ways[language] = [(entry, way.text) for entry, way in rows]
            vectors = [way.vector for _, way in rows if way.vector is not None]
            if vectors:
                self._matrix[language] = np.stack(vectors)

    def __len__(self) -> int:
        return len(self.entries)

    def exact(self, folded: str, groups: frozenset[str]) -> FaqMatch | None:
        """Find the entry that is asked for in exactly these words and may answer now."""
        for entry, match in self._exact.get(folded, ()):
            if not groups.isdisjoint(entry.access) and entry.open_at(time.time()) and folded not in entry.refused:
                return match
        return None

    def nearest(
        self, vector: Vectors, language: str, groups: frozenset[str], *, k: int, least: float
    ) -> list[Candidate]:
        """List up to k ways to ask in `language` with cosine at least `least`, nearest first."""
        matrix = self._matrix.get(language)
        if matrix is None:
            return []
        scores = matrix @ vector
        near = np.flatnonzero(scores >= least)
        near = near[np.argsort(-scores[near], kind="stable")]
        found: list[Candidate] = []
        now = time.time()
        for i in near[: 4 * k]:
            entry, text = self._ways[language][i]
            if len(found) < k and not groups.isdisjoint(entry.access) and entry.open_at(now):
                found.append(Candidate(entry, text, float(scores[i]), self._known[entry.id], matrix[i]))
        return found


def _by_language(entries: tuple[Entry, ...]) -> dict[str, list[tuple[Entry, Way]]]:
    """Sort ways to ask by the language they are in, each with the entry that answers it.

    A way in another language than its entry's is answered by the entry of the same key in that language, if there is
    one, else by its own.
    """
    there = {(entry.key, entry.language): entry for entry in entries}
    found: dict[str, list[tuple[Entry, Way]]] = defaultdict(list)
    for entry in entries:
        for way in entry.ways:
            language = _OTHER[entry.language] if way.text in entry.foreign else entry.language
            found[language].append((there.get((entry.key, language), entry), way))
    return found


def _exact(entries: tuple[Entry, ...]) -> dict[str, tuple[tuple[Entry, FaqMatch], ...]]:
    # The match is made here, once: an exact hit is then a dictionary look-up and nothing else.
    found: dict[str, list[tuple[Entry, FaqMatch]]] = defaultdict(list)
    for rows in _by_language(entries).values():
        for entry, way in rows:
            found[way.folded].append((entry, entry.match(way.text, 1.0, exact=True)))
    return {folded: tuple(rows) for folded, rows in found.items()}

"""Would one curated entry answer the questions of another?

Each way to ask of a tenant's entries is asked as if its own entry were not there: whatever is served then is wrong, and
nobody had to label it. This is how a question meets the product when the entries do not cover it though they speak of
the same things: among all entries at once, not beside one other question. It can only show that a threshold is too low.
What customers ask just beside an entry (another condition, another plan) is in no entry, so that thresholds are never
lowered by it: infra/decisions/0025.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from assistant.faq import guards, verifier
from assistant.faq.certificate import speaks_against
from assistant.faq.courtesy import bare
from assistant.faq.novelty import names_something_new
from assistant.faq.table import CANDIDATES, LEAST_COSINE, Entry, Way
from assistant.faq.tuning import Correction
from retrieval.normalise import fold
from retrieval.types import Vectors

MOST = 2_000
"""So many ways to ask are asked, a millisecond each; of more, those whose hashes come first."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A question of one entry that another one answers from `score` downwards, asked for as `answered`."""

    asked: str
    answered: str
    score: float


@dataclass(frozen=True, slots=True)
class Rivals:
    """How many ways to ask were asked, and those that another entry may answer, the likeliest first."""

    asked: int
    crossings: tuple[Crossing, ...]

    def at(self, threshold: float) -> int:
        """Count the questions that another entry answers at this threshold."""
        return sum(crossing.score >= threshold for crossing in self.crossings)

    def raised(self, threshold: float, bound: float) -> float:
        """Return the least threshold, not below the given one, that the entries do not speak against.

        They do where they show with 95 % confidence that more than the `bound` of their questions is answered wrongly.
        """
        for crossing in reversed(self.crossings):
            if not speaks_against(self.at(threshold), self.asked, bound):
                break
            threshold = max(threshold, float(np.nextafter(crossing.score, np.inf)))
        return threshold


def ask(entries: Sequence[Entry], language: str, domain: str, own: Correction | None = None) -> Rivals:
    """Ask the entries of one language and domain each other's questions; `own` corrects the verifier."""
    ways = [
        (entry, way, way.vector)
        for entry in entries
        if (entry.language, entry.domain) == (language, domain)
        for way in entry.ways
        if way.vector is not None
    ]
    if not ways:
        return Rivals(0, ())
    matrix = np.stack([vector for _, _, vector in ways])
    known = {entry.id: entry.known() for entry, _, _ in ways}
    chosen = sorted(range(len(ways)), key=lambda place: _order(ways[place][1]))[:MOST]
    found = []
    for place in chosen:
        entry, way, vector = ways[place]
        order = np.argsort(-(cosines := matrix @ vector), kind="stable")
        near = (int(i) for i in order if cosines[i] >= LEAST_COSINE and _beside(entry, ways[i][0]))
        crossing = _answered(way, vector, list(islice(near, CANDIDATES)), ways, known, own)
        if crossing is not None:
            found.append(crossing)
    return Rivals(len(chosen), tuple(sorted(found, key=lambda crossing: -crossing.score)))


def _answered(
    way: Way,
    vector: Vectors,
    near: Sequence[int],
    ways: Sequence[tuple[Entry, Way, Vectors]],
    known: dict[int, str],
    own: Correction | None,
) -> Crossing | None:
    """Say which other entry answers first as the threshold falls: the likeliest that nothing objects to."""
    others = [verifier.question(ways[place][1].text, ways[place][2]) for place in near]
    scores = verifier.shipped().score(verifier.question(way.text, vector), others, own)
    text = bare(fold(way.text))
    for order in np.argsort(-scores, kind="stable"):
        entry, other, _ = ways[near[order]]
        refused = text in entry.refused or names_something_new(text, known[entry.id])
        if not refused and guards.conflict(way.text, other.text) is None:
            return Crossing(way.text, other.text, float(scores[order]))
    return None


def _beside(entry: Entry, other: Entry) -> bool:
    """Say whether somebody could get the other entry instead: another one, for the same people at the same time."""
    together = entry.opens < other.closes and other.opens < entry.closes
    return entry.key != other.key and together and not entry.access.isdisjoint(other.access)


def _order(way: Way) -> str:
    return hashlib.sha256(way.folded.encode()).hexdigest()

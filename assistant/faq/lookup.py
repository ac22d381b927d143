"""The curated answers in this process: look-ups without a query, as new as the database within a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping, Sequence

import numpy as np
from django.db import InterfaceError, OperationalError

from assistant.accounts.models import Version
from assistant.faq import guards, issuing, personal, rows, snapshot, verifier
from assistant.faq.courtesy import bare, plain
from assistant.faq.novelty import names_something_new
from assistant.faq.services import TOPIC
from assistant.faq.stats import FaqStats
from assistant.faq.table import CANDIDATES, EVERYBODY, LEAST_COSINE, Candidate, FaqMatch, Table
from assistant.faq.tuning import Correction
from assistant.live.follower import Follower
from retrieval.normalise import fold
from retrieval.protocols import Encoder
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

EVEN = 0.0
"""The verifier's score is a logarithm of odds: above this two questions are more probably the same than not."""
OFFERED = 3
OFFER_COSINE = {"en": 0.88, "zh": 0.90}
"""From here on a curated question may be offered to choose, when nothing else answers: the least hundredth at which at
most 5 % of questions on other things are offered any (200 of clinc150 out of scope: 0.040; 240 of xsid zh: 0.038). The
entry that is meant is then among three for 0.71 and 0.78 of the demo's 283 wordings, each asked as if unknown."""
OFFER_BEHIND = 0.03
"""So far behind the nearest one a question is no choice: the least hundredth that keeps 95 % of those entries."""


Thresholds = Mapping[issuing.Place, float | None]
"""The score that a tenant's certificates ask for, by language and domain."""


__all__ = ["FaqIndex", "FaqMatch"]


class FaqIndex:
    """Exact and semantic look-up for all tenants. Thread-safe: tables are immutable and replaced whole."""

    def __init__(self, encoder: Encoder, stats: FaqStats) -> None:
        self._encoder = encoder
        self._stats = stats
        self._thresholds: dict[str, Thresholds] = {}
        self._own: dict[str, Correction | None] = {}
        self._shipped: dict[str, float | None] = {}
        self._tables: dict[str, Table] = {}
        self._lock = threading.Lock()
        self._follower = Follower(TOPIC, self.refresh, assents=True)
        self._ready = threading.Event()

    @classmethod
    def holding(cls, encoder: Encoder, stats: FaqStats, held: Mapping[str, tuple[Table, Thresholds]]) -> FaqIndex:
        """Make an index that holds these tables and their thresholds, by tenant, and follows nothing."""
        index = cls(encoder, stats)
        index._thresholds = {slug: thresholds for slug, (_, thresholds) in held.items()}
        index._tables = {slug: table for slug, (table, _) in held.items()}
        index._ready.set()
        return index

    @property
    def ready(self) -> bool:
        """Whether the entries were loaded at least once."""
        return self._ready.is_set()

    def start(self) -> None:
        """Load the entries (from Redis when the database is away) and follow their changes in the background."""
        try:
            self._follower.refresh_now()
        except (OperationalError, InterfaceError) as error:
            logger.warning("faq.database_away error=%s", error)
            self._tables = snapshot.load_all(self._encoder.name)
            if self._tables:
                self._ready.set()
        self._follower.start()
        self._stats.start()

    def stop(self) -> None:
        """Stop the threads; counters that were not yet written are written."""
        self._follower.stop()
        self._stats.stop()

    def refresh(self) -> None:
        """Reload what has a newer version than this process holds. Raises what the database raises."""
        with self._lock:
            numbers = Version.numbers(TOPIC)
            tables = {slug: table for slug, table in self._tables.items() if slug in numbers}
            stale = [slug for slug, number in numbers.items() if slug not in tables or tables[slug].version != number]
            if stale and not self._shipped:
                self._shipped = issuing.shipped_thresholds(self._encoder)
            for slug in stale:
                # The thresholds are here before the table that they rule.
                own = personal.live(slug, self._encoder.name)
                self._thresholds[slug], self._own[slug] = self._read_thresholds(slug, own), own
                tables[slug] = self._load(slug, numbers[slug])
            self._tables = tables
            self._ready.set()

    def exact(self, tenant: str, text: str, groups: frozenset[str] = EVERYBODY) -> FaqMatch | None:
        """Find the entry asked for in exactly these words, but for width, case, script and punctuation."""
        table = self._table(tenant)
        match = table.exact(fold(text), groups) if table is not None else None
        if match is not None:
            self._stats.served(tenant, match.entry_id)
        return match

    def nearest(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> FaqMatch | None:
        """Find the entry that asks the same in other words.

        `vector` is the question embedding of `text`, float32 [dimension]. Only ways to ask in `language` count, the
        likeliest first: those whose certified threshold the verifier's score reaches, and to which no guard objects.
        """
        match = self._nearest(tenant, vector, text, language, groups)
        if match is not None:
            self._stats.served(tenant, match.entry_id)
        return match

    def together(
        self,
        tenant: str,
        message: str,
        wishes: Sequence[tuple[str, Vectors]],
        language: str,
        groups: frozenset[str] = EVERYBODY,
    ) -> tuple[FaqMatch, ...]:
        """Find an entry for each of several wishes (text, question embedding) of one message, each another entry.

        All of them or none: half an answer would look like a whole one. None either where somebody called one of the
        entries wrong for the whole message.
        """
        table = self._table(tenant)
        if table is None:
            return ()
        whole = bare(fold(message))
        barred = {entry.id for entry in table.entries if whole in entry.refused}
        found: dict[int, FaqMatch] = {}
        for text, vector in wishes:
            match = table.exact(fold(text), groups) or self._nearest(tenant, vector, text, language, groups)
            if match is None or match.entry_id in found or match.entry_id in barred:
                return ()
            found[match.entry_id] = match
        for entry in found:
            self._stats.served(tenant, entry)
        return tuple(found.values())

    def _nearest(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str]
    ) -> FaqMatch | None:
        for score, candidate in self._likeliest(tenant, vector, text, language, groups):
            objection = self._objection(tenant, text, candidate, score)
            if objection is None:
                return candidate.entry.match(candidate.text, candidate.score, exact=False)
            logger.debug("faq.guarded by=%s score=%.3f entry=%s", objection, score, candidate.entry.id)
        return None

    def probable(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> FaqMatch | None:
        """Find the entry that more probably than not asks the same, though not surely enough to answer by itself.

        `vector` is the question embedding of `text`, float32 [dimension]. For a reader who weighs it beside other
        evidence: the guards must not object, and nobody may have called it wrong for this question.
        """
        for score, candidate in self._likeliest(tenant, vector, text, language, groups):
            refused = bare(fold(text)) in candidate.entry.refused
            if score > EVEN and not refused and guards.conflict(text, candidate.text) is None:
                return candidate.entry.match(candidate.text, candidate.score, exact=False)
        return None

    def _likeliest(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str]
    ) -> list[tuple[float, Candidate]]:
        """List ways to ask near a question with the verifier's score, the likeliest first."""
        table = self._table(tenant)
        if table is None:
            return []
        near = table.nearest(vector, language, groups, k=CANDIDATES, least=LEAST_COSINE)
        asked = verifier.question(text, vector)
        others = [verifier.question(other.text, other.vector) for other in near]
        scores = verifier.shipped().score(asked, others, self._own.get(tenant))
        return [(float(scores[place]), near[place]) for place in map(int, np.argsort(-scores, kind="stable"))]

    def near(
        self, tenant: str, vector: Vectors, text: str, language: str, groups: frozenset[str] = EVERYBODY
    ) -> tuple[FaqMatch, ...]:
        """List up to three entries that may be meant, the nearest first; `variant` is what to ask for them.

        `vector` is the question embedding of `text`, float32 [dimension]. These are choices to offer, not answers: no
        certificate stands behind them. What somebody called wrong for this question is not offered again.
        """
        table = self._table(tenant)
        if table is None:
            return ()
        asked, found = bare(fold(text)), dict[int, FaqMatch]()
        for candidate in table.nearest(vector, language, groups, k=CANDIDATES, least=OFFER_COSINE[language]):
            entry = candidate.entry
            best = next(iter(found.values())).score if found else candidate.score
            if best - candidate.score <= OFFER_BEHIND and asked not in entry.refused and len(found) < OFFERED:
                way = candidate.text if entry.language != language else entry.question
                found.setdefault(entry.id, entry.match(way, candidate.score, exact=False))
        return tuple(found.values())

    def _objection(self, tenant: str, text: str, candidate: Candidate, score: float) -> str | None:
        if bare(fold(text)) in candidate.entry.refused:
            return "refused"
        thresholds = self._thresholds.get(tenant)
        if thresholds is None:  # started without the database: certificates are not known here
            return "no certificates"
        entry = candidate.entry
        shipped = self._shipped.get(entry.language) if self._own.get(tenant) is None else None
        least = thresholds.get((entry.language, entry.domain), shipped)
        if (least is None or score < least) and plain(text) != plain(candidate.text):
            return "threshold"
        if names_something_new(bare(fold(text)), candidate.known):
            return "novelty"
        return guards.conflict(text, candidate.text)

    def size(self, tenant: str) -> int:
        """Count the entries that may answer for a tenant."""
        return len(self._tables.get(tenant, ()))

    def _table(self, tenant: str) -> Table | None:
        """Return the table, but not when this process was held up so long that edits no longer wait for it."""
        return self._tables.get(tenant) if self._follower.vouches() else None

    def _read_thresholds(self, slug: str, own: Correction | None) -> Thresholds:
        certificates = issuing.in_force(slug)
        return {place: issuing.usable(row, self._encoder.name, own) for place, row in certificates.items()}

    def _load(self, slug: str, number: int) -> Table:
        table = snapshot.load(slug, number, self._encoder.name)
        if table is None:
            table = Table(number, rows.published(slug, self._encoder.name))
            snapshot.save(slug, table, self._encoder.name)
        return table

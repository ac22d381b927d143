"""The curated answers in this process: look-ups without a query, as new as the database within a second."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping

from django.db import InterfaceError, OperationalError

from assistant.accounts.models import Version
from assistant.faq import guards, rows, snapshot
from assistant.faq.courtesy import bare
from assistant.faq.novelty import names_something_new
from assistant.faq.services import TOPIC
from assistant.faq.stats import FaqStats
from assistant.faq.table import EVERYBODY, Candidate, FaqMatch, Table
from assistant.faq.threshold import LEAST_COSINE, MOST_LEAD, THRESHOLDS
from assistant.live.follower import Follower
from retrieval.normalise import fold
from retrieval.protocols import Encoder
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

CANDIDATES = 8

__all__ = ["FaqIndex", "FaqMatch"]


class FaqIndex:
    """Exact and semantic look-up for all tenants. Thread-safe: tables are immutable and replaced whole."""

    def __init__(self, encoder: Encoder, stats: FaqStats, *, thresholds: Mapping[str, float] = THRESHOLDS) -> None:
        self._encoder = encoder
        self._stats = stats
        self._thresholds = thresholds
        self._tables: dict[str, Table] = {}
        self._lock = threading.Lock()
        self._follower = Follower(TOPIC, self.refresh, assents=True)
        self._ready = threading.Event()

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
            for slug in stale:
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

        `vector` is the question embedding of `text`, float32 [dimension]. Only ways to ask in `language` count whose
        standing (see `threshold`) is high enough, and only when no guard objects.
        """
        table = self._table(tenant)
        if table is None:
            return None
        for candidate in table.nearest(vector, language, groups, k=CANDIDATES, least=LEAST_COSINE):
            objection = self._objection(text, candidate, self._thresholds[language])
            if objection is None:
                self._stats.served(tenant, candidate.entry.id)
                return candidate.entry.match(candidate.text, candidate.score, exact=False)
            logger.debug("faq.guarded by=%s score=%.3f entry=%s", objection, candidate.score, candidate.entry.id)
        return None

    @staticmethod
    def _objection(text: str, candidate: Candidate, least: float) -> str | None:
        if bare(fold(text)) in candidate.entry.refused:
            return "refused"
        if candidate.score + min(candidate.lead, MOST_LEAD) < least:
            return "standing"
        if names_something_new(bare(fold(text)), candidate.known):
            return "novelty"
        return guards.conflict(text, candidate.text)

    def size(self, tenant: str) -> int:
        """Count the entries that may answer for a tenant."""
        return len(self._tables.get(tenant, ()))

    def _table(self, tenant: str) -> Table | None:
        """Return the table, but not when this process was held up so long that edits no longer wait for it."""
        return self._tables.get(tenant) if self._follower.vouches() else None

    def _load(self, slug: str, number: int) -> Table:
        table = snapshot.load(slug, number, self._encoder.name)
        if table is None:
            table = Table(number, rows.published(slug, self._encoder.name))
            snapshot.save(slug, table, self._encoder.name)
        return table

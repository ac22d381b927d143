"""Sites as the door sees them: frozen values, remembered for two seconds a process."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from assistant.widget.errors import unknown_site
from assistant.widget.models import Site

FRESH_S = 2.0
SIZE = 1_000


@dataclass(frozen=True, slots=True)
class SiteFacts:
    """A site's row without the database."""

    public_id: str
    tenant: str
    groups: frozenset[str]
    origins: frozenset[str]
    languages: tuple[str, ...]
    require_identity: bool
    identity_secret: str
    shown: dict[str, Any]
    """What the widget is told: title, greeting, suggestions by language, accent."""

    @classmethod
    def of(cls, site: Site) -> SiteFacts:
        """Read a row; its tenant must be loaded."""
        suggestions = {"en": _lines(site.suggestions_en), "zh": _lines(site.suggestions_zh)}
        return cls(
            public_id=site.public_id,
            tenant=site.tenant.slug,
            groups=frozenset(site.groups),
            origins=frozenset(site.origins),
            languages=tuple(site.languages),
            require_identity=site.require_identity,
            identity_secret=site.identity_secret,
            shown={
                "title": {"en": site.title_en, "zh": site.title_zh},
                "greeting": {"en": site.greeting_en, "zh": site.greeting_zh},
                "suggestions": suggestions,
                "accent": site.accent,
                "languages": site.languages,
            },
        )


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


class Sites:
    """All enabled sites of this server. There are few; they are read together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, SiteFacts] = {}
        self._origins: frozenset[str] = frozenset()
        self._read_at = float("-inf")

    async def get(self, public_id: str) -> SiteFacts:
        """Return a site. Raises NotFound (unknown_site)."""
        await self._refresh()
        found = self._known.get(public_id)
        if found is None:
            raise unknown_site()
        return found

    async def admits(self, origin: str) -> bool:
        """Say whether any site lists this origin; a preflight does not tell which site it is for."""
        await self._refresh()
        return origin in self._origins

    async def _refresh(self) -> None:
        if self._clock() - self._read_at < FRESH_S:
            return
        rows = [row async for row in Site.objects.filter(enabled=True).select_related("tenant")[:SIZE]]
        self._known = {row.public_id: SiteFacts.of(row) for row in rows}
        self._origins = frozenset().union(*(site.origins for site in self._known.values()))
        self._read_at = self._clock()


SITES = Sites()

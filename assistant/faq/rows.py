"""Entries as rows become entries as values."""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import numpy as np

from assistant.errors import Text
from assistant.faq import calibration, placeholders
from assistant.faq.calibration import Refusals
from assistant.faq.models import FaqEntry, FaqSettings, FaqValue, FaqVariant
from assistant.faq.table import Entry, Way
from retrieval.types import Vectors

logger = logging.getLogger(__name__)

NOTICE = {
    "en": Text(en="", zh="（该答案目前只有英文版本。）"),
    "zh": Text(en="(This answer exists in Chinese only.)", zh=""),
}
"""What is said to an asker of the other language, by the language of the answer."""
_HAN = re.compile(r"[\u3400-\u9fff]")
_WORD = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]+(?![A-Za-z0-9])")
FOREIGN_HAN, FOREIGN_WORDS = 2, 3
"""So many Han characters make a way to ask Chinese; so many words without any make it English. Less is a name."""


def published(tenant: str, encoder: str) -> list[Entry]:
    """Read the entries of a tenant that may answer; vectors of another encoder than `encoder` are left out.

    An entry whose placeholder lost its value behind the services' back is left out, and logged.
    """
    rows = list(
        FaqEntry.objects.of(tenant)
        .published()
        .select_related("tenant__faq_settings")
        .prefetch_related("ways")
        .order_by("id")
    )
    values = placeholders.of(tenant) if any("{{" in row.answer + str(row.served) for row in rows) else {}
    refusals = calibration.refusals(tenant)
    entries = []
    for row in rows:
        try:
            entries.append(_entry(row, encoder, values, refusals))
        except KeyError as error:
            logger.warning("faq.unknown_placeholder tenant=%s entry=%s name=%s", tenant, row.pk, error)
    return entries


def foreign(text: str, language: str) -> bool:
    """Say whether a way to ask is in the other language than its entry's, not just named by a foreign word."""
    han, words = len(_HAN.findall(text)), len(_WORD.findall(text))
    return han >= max(FOREIGN_HAN, words) if language == "en" else not han and words >= FOREIGN_WORDS


def _entry(row: FaqEntry, encoder: str, values: Mapping[str, FaqValue], refusals: Refusals) -> Entry:
    content = row.approved() or row.content()
    opens, closes = row.window()
    other = "en" if row.language == "zh" else "zh"
    return Entry(
        id=row.pk,
        key=row.key,
        language=row.language,
        domain=row.domain,
        intent=row.intent,
        question=content.question,
        answer=placeholders.filled(content.answer, values, row.language),
        access=frozenset(row.access),
        ways=tuple(Way(way.text, way.folded, _vector(way, encoder)) for way in row.ways.all()),
        opens=opens,
        closes=closes,
        foreign=frozenset(way.text for way in row.ways.all() if foreign(way.text, row.language)),
        notice=NOTICE[row.language].of(other) if _names_fallback(row) else "",
        refused=refusals.of(row.pk, (way.text for way in row.ways.all())),
    )


def _names_fallback(row: FaqEntry) -> bool:
    found: FaqSettings | None = getattr(row.tenant, "faq_settings", None)
    return found is None or found.name_fallback


def _vector(way: FaqVariant, encoder: str) -> Vectors | None:
    if way.vector is None or way.encoder != encoder:
        return None
    return np.frombuffer(bytes(way.vector), dtype="<f4")

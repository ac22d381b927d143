"""The language that a reader prefers."""

from __future__ import annotations

from functools import lru_cache

from domains.types import Language


@lru_cache(maxsize=256)
def preferred(accept_language: str | None) -> Language:
    """Pick from an Accept-Language header (RFC 9110, 12.5.4): whichever of zh and en has the higher weight, else en."""
    best: tuple[float, Language] = (0.0, "en")
    for part in (accept_language or "").lower().split(","):
        tag, _, parameters = part.strip().partition(";")
        weight = _weight(parameters)
        if tag[:2] in {"zh", "en"} and weight > best[0]:
            best = (weight, "zh" if tag.startswith("zh") else "en")
    return best[1]


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0

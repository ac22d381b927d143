"""What science adds: a DOI, arXiv number or PubMed number that no source holds was made up, and is taken out."""

from __future__ import annotations

import re

from domains.types import Evidence

_REFERENCE = re.compile(
    r"[ \t]*\(?\b(?:https?://(?:dx\.)?doi\.org/|doi:\s?)?(10\.\d{4,9}/[^\s\]\"'，。；]*[\w/])\)?"
    r"|[ \t]*\(?\barXiv:\s?(\d{4}\.\d{4,5})(?:v\d+)?\)?|[ \t]*\(?\bPMID:?\s?(\d{6,9})\)?",
    re.IGNORECASE,
)


def without_invented_references(evidence: Evidence, answer: str) -> str:
    """Take out reference numbers that stand in no hit."""
    given = " ".join(hit.chunk.text for hit in evidence.hits).lower()

    def keep(match: re.Match[str]) -> str:
        number = next(group for group in match.groups() if group)
        return match[0] if number.lower().rstrip(")") in given else ""

    return _REFERENCE.sub(keep, answer)

"""A message that asks for several things, cut into clauses: "I want a refund and where is my other parcel?"."""

from __future__ import annotations

import re

_OPENS = "i|my|can|could|how|what|where|when|why|please|is|are|do|does|want|tell|cancel|get|give|talk|speak|connect"
_CUT = re.compile(
    r"[?!。？！；;\n]+|\.(?=\s)"
    rf"|[,，]?\s*\b(?:and also|and then|also|plus|and|as well as)\b(?=\s+(?:{_OPENS})\b)"
    r"|[,，]?(?:另外|还有|顺便|同时|然后|并且)",
    re.IGNORECASE,
)
SHORTEST_EN, SHORTEST_ZH = 2, 3
"""Words, or Han characters, below which a piece is no clause of its own."""
MOST = 4
_HAN = re.compile(r"[\u4e00-\u9fff]")


def clauses(text: str) -> tuple[str, ...]:
    """Cut a message; one that cannot be cut into two or more clauses gives nothing."""
    kept = [piece for piece in _pieces(text) if _says_something(piece)]
    return tuple(kept[:MOST]) if len(kept) > 1 else ()


def left_out(text: str) -> tuple[str, ...]:
    """List the pieces of a message that `clauses` does not give: too short, or one too many."""
    kept = set(clauses(text))
    return tuple(piece for piece in _pieces(text) if piece not in kept)


def _pieces(text: str) -> list[str]:
    return [piece for piece in (cut.strip(" ,，.") for cut in _CUT.split(text)) if piece]


def _says_something(piece: str) -> bool:
    return len(_HAN.findall(piece)) >= SHORTEST_ZH or len(piece.split()) > SHORTEST_EN

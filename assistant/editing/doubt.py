"""Whether two passages say the same, or the same thing otherwise: shingles, and the guards of curated answers."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.faq import lexicon, numbers
from retrieval.chunking.sentences import split_sentences
from retrieval.normalise import fold

SHINGLE = 3
SAME = 0.8
"""Likeness from which two passages count as one text."""
VERSION = 0.5
"""Likeness from which two sentences count as versions of one statement."""
_CHARS = 3_000
_SENTENCES = 40


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why an editor should look at two passages: `duplicate`, or the guard that found them at odds.

    `first` and `second` are the sentences at odds; empty for a duplicate.
    """

    reason: str
    first: str = ""
    second: str = ""


def doubt(a: str, b: str) -> Doubt | None:
    """Compare two passages; None when they are no versions of each other. The reason is symmetric."""
    conflict = _conflict(_sentences(a), _sentences(b))
    if conflict is not None:
        return conflict
    return Doubt("duplicate") if likeness(fold(a), fold(b)) >= SAME else None


def likeness(a: str, b: str) -> float:
    """Return the Jaccard likeness of the character shingles of two folded texts, 0 to 1 (Broder, 1997). Symmetric.

    Characters, not words: Chinese has no spaces. All digits count as one, so that a changed number changes little.
    """
    one, two = _shingles(a), _shingles(b)
    return len(one & two) / len(one | two) if one or two else 0.0


def disagreement(a: str, b: str) -> str | None:
    """Name what two folded versions of a sentence differ in; None when nothing that matters is found. Symmetric."""
    if numbers.quantities(a) != numbers.quantities(b):
        return "numbers"
    if lexicon.moments(a) != lexicon.moments(b):
        return "dates"
    if lexicon.negations(a) != lexicon.negations(b):
        return "negation"
    return "antonyms" if lexicon.opposed(a, b) else None


def _conflict(ours: dict[str, str], theirs: dict[str, str]) -> Doubt | None:
    """Find the first pair of sentences, one of each passage alone, that are versions of one statement and at odds."""
    for mine in (text for text in ours if text not in theirs):
        rest = theirs.keys() - ours.keys()
        other = max(rest, key=lambda text: (likeness(mine, text), text), default=None)
        if other is None or likeness(mine, other) < VERSION:
            continue
        reason = disagreement(mine, other)
        if reason is not None:
            return Doubt(reason, ours[mine], theirs[other])
    return None


def _sentences(text: str) -> dict[str, str]:
    """Map the folded form of each sentence to the sentence, in order."""
    pieces = [piece.strip() for piece in split_sentences(text[:_CHARS])][:_SENTENCES]
    return {fold(piece): piece for piece in pieces if len(piece) > SHINGLE}


def _shingles(folded: str) -> set[str]:
    plain = "".join("0" if char.isdigit() else char for char in folded[:_CHARS])
    return {plain[i : i + SHINGLE] for i in range(max(len(plain) - SHINGLE + 1, 1))} if plain else set()

"""The part of each hit that a prompt needs: on a CPU every prompt token costs time before the first word comes."""

from __future__ import annotations

from domains import sentences, words
from retrieval.types import Hit

MOST_HITS = 3
# Characters for each source, by rank: the first is most likely to answer. About 4 (en) and 1.6 (zh) characters make a
# token of Qwen2.5, so three sources come to about 270 tokens.
_BUDGET = {"en": (480, 320, 280), "zh": (190, 130, 110)}


def excerpts(question: str, hits: tuple[Hit, ...]) -> tuple[str, ...]:
    """Trim the first hits to what bears on `question`; same order, so that [1] is still hits[0]."""
    asked = words.content(question)
    return tuple(trim(hit, asked, rank) for rank, hit in enumerate(hits[:MOST_HITS]))


def trim(hit: Hit, asked: frozenset[str], rank: int = 0) -> str:
    """Keep the sentences that share most words with the question, in reading order, within the budget.

    Neighbours of a good sentence count half as good: an answer often stands beside the words of its question. A text
    in another language shares no words; it is then kept from its beginning.
    """
    budget = _BUDGET.get(hit.chunk.language, _BUDGET["en"])[rank]
    pieces = sentences.split(hit.chunk.text)
    if sum(map(len, pieces)) <= budget:
        return "\n".join(pieces) if _tabular(pieces) else " ".join(pieces)
    shares = [words.overlap(asked, words.content(piece)) for piece in pieces]
    scores = [_score(shares, index) for index in range(len(pieces))]
    chosen: set[int] = set()
    left = budget
    for index in sorted(range(len(pieces)), key=lambda i: (-scores[i], i)):
        if len(pieces[index]) <= left:
            chosen.add(index)
            left -= len(pieces[index])
    if not chosen:
        return pieces[0][:budget]
    return _join(pieces, sorted(chosen))


def _score(shares: list[float], index: int) -> float:
    around = shares[max(0, index - 1) : index] + shares[index + 1 : index + 2]
    return shares[index] + 0.5 * max(around, default=0.0)


def _tabular(pieces: list[str]) -> bool:
    return any(" | " in piece for piece in pieces)


def _join(pieces: list[str], chosen: list[int]) -> str:
    """Put the chosen pieces together; an ellipsis stands where something was left out between them."""
    parts: list[str] = []
    for before, index in zip([chosen[0] - 1, *chosen], chosen, strict=False):
        parts.append(("" if index == before + 1 else "… ") + pieces[index])
    return ("\n" if _tabular(pieces) else " ").join(parts)

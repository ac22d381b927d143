"""Question and hits as numbers: what the check is trained on. Every feature lies roughly between 0 and 1."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from itertools import zip_longest

import numpy as np
from numpy.typing import NDArray

from domains import sentences, words
from domains.evidence.kinds import asked_for, holds
from retrieval.language import detect
from retrieval.types import Hit

Features = NDArray[np.float64]
"""One question and its hits, shape [len(NAMES)]."""

NAMES = (
    "overlap_best",  # content words of the question in the best hit
    "overlap_all",  # ... in the first three hits together
    "overlap_sentence",  # ... in the best pair of neighbouring sentences
    "overlap_long",  # ... only words of seven letters or more, which are rarer
    "names_found",  # capitalised words and abbreviations of the question found in the first three hits
    "numbers_found",  # numbers of the question found there
    "kind_held",  # the best sentences hold a date, an amount, a reason ... where one is asked for
    "words_few",  # one or two content words ask for little, and are easily matched by chance
    "vague",  # it, this, they: the question leans on something not said
    "advice",  # best, should I, recommend: an opinion is asked for
    "rivals",  # other titles match as well as the best: the question does not say which
    "similarity",  # cosine of the best hit, rescaled
    "crossed",  # the best hit is in another language, so words prove nothing
    "crossed_similarity",
)

UNKNOWN = float("nan")
"""A feature that could not be measured; the check puts the mean of its training rows there."""

_DEPTH = 3  # hits that a prompt shows
_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b(?:[A-Z][a-zA-Z0-9&-]+|[A-Z]{2,})\b")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_VAGUE = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|he|she|there|one)\b|它|这个|那个|这|那|他们|该", re.IGNORECASE
)
_ADVICE = re.compile(
    r"\b(?:best|better|should i|recommend|opinion|worth|safe to|do you think|favou?rite)\b"
    r"|推荐|最好|值得|应不应该|你觉得|建议",
    re.IGNORECASE,
)
_LONG = 7
# multilingual-e5 packs related and unrelated text between .75 and .92; this spreads it over 0 to 1
_SIMILARITY_FLOOR, _SIMILARITY_SPAN = 0.76, 0.14


def extract(question: str, hits: Sequence[Hit]) -> Features:
    """Describe `question` and `hits` (best first, at least one); returns shape [len(NAMES)], float64."""
    shown = hits[:_DEPTH]
    asked = words.content(question)
    texts = [f"{hit.chunk.title}\n{hit.chunk.text}" for hit in shown]
    known = [words.content(text) for text in texts]
    shares = [words.overlap(asked, one) for one in known]
    everything = frozenset().union(*known)
    best_share, best_pair = _best_pair(asked, shown)
    long = frozenset(word for word in asked if len(word) >= _LONG or not word.isascii())
    similarity = _similarity(hits)
    crossed = float(detect(question) != shown[0].chunk.language)
    measured = 0.0 if math.isnan(similarity) else similarity
    return np.array(
        [
            max(shares),
            words.overlap(asked, everything),
            best_share,
            words.overlap(long, everything) if long else 1.0,
            _found(_NAME, question, texts),
            _found(_NUMBER, question, texts),
            float(holds(asked_for(question), best_pair)),
            1.0 / (1.0 + len(asked)),
            float(_VAGUE.search(question) is not None),
            float(_ADVICE.search(question) is not None),
            _rivals(hits, asked, max(shares)),
            similarity,
            crossed,
            crossed * measured,
        ]
    )


def _best_pair(asked: frozenset[str], hits: Sequence[Hit]) -> tuple[float, str]:
    best, text = 0.0, hits[0].chunk.text[:200]
    for hit in hits:
        lines = sentences.split(hit.chunk.text)
        for here, after in zip_longest(lines, lines[1:], fillvalue=""):
            share = words.overlap(asked, words.content(here) | words.content(after))
            if share > best:
                best, text = share, f"{here} {after}"
    return best, text


def _found(pattern: re.Pattern[str], question: str, texts: Sequence[str]) -> float:
    wanted = {words.fold(found) for found in pattern.findall(question)}
    everything = words.fold(" ".join(texts))
    return sum(one in everything for one in wanted) / len(wanted) if wanted else 1.0


def _rivals(hits: Sequence[Hit], asked: frozenset[str], best: float) -> float:
    if best == 0.0:
        return 0.0
    titles = {hit.chunk.title for hit in hits if words.overlap(asked, words.content(hit.chunk.text)) >= 0.9 * best}
    return min(1.0, max(0, len(titles) - 1) / 4)


def _similarity(hits: Sequence[Hit]) -> float:
    top = max((hit.similarity for hit in hits if hit.similarity is not None), default=None)
    return UNKNOWN if top is None else (top - _SIMILARITY_FLOOR) / _SIMILARITY_SPAN

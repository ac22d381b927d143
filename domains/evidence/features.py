"""Question and hits as numbers: what the check is trained on. Every feature lies roughly between 0 and 1."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from domains import words
from domains.evidence import terms
from domains.evidence.kinds import KINDS, VALUES, asked_for
from domains.evidence.passages import Place, places, unit_of
from retrieval.language import detect
from retrieval.types import Hit

Features = NDArray[np.float64]
"""One question and its hits, shape [len(NAMES)]."""

NAMES = (
    "covered_best",  # the question's terms, weighted by rarity, in the best hit with its title and headings
    "covered_all",  # ... in the first three hits together
    "covered_pair",  # ... in the best pair of neighbouring sentences
    "covered_around",  # ... in the best pair with title and headings
    "missing",  # the rarest term that stands in none of the three
    "fitting",  # the best share around a sentence that holds a date, a price, a reason ... as asked for
    "lacking",  # a value is asked for, and the hits hold none of that kind
    "elsewhere",  # how much better the best pair is than the best fitting one
    "counted",  # a number stands there with the unit asked for; half where none is asked for
    "codes_found",  # numbers and codes (E3, 2019) of the question found in the first three hits
    "names_found",  # capitalised words and abbreviations of the question found there
    "words_few",  # one or two terms ask for little, and are easily matched by chance
    "vague",  # it, this, they: the question leans on something not said
    "advice",  # best, should I, recommend: an opinion is asked for
    "rivals",  # other titles match as well as the best: the question does not say which
    "similarity",  # cosine of the best hit, rescaled
    "lead",  # ... above the mean of all hits
    "lexical",  # BM25 score as a share of the highest possible
    "meaning",  # cosine with passage and nearest sentence, centred by language: the highest
    "meaning_lead",  # ... above the mean of all hits
    "meaning_apart",  # ... above the best of any other document
    "agreed",  # it stands in the document of the first of all hits: words and meaning found the same
    "balanced",  # cosine without what two languages alone contribute: the highest
    "rank_apart",  # how far the first is before the best of any other document, by fused rank
    "crossed",  # the best hit is in another language, so words prove nothing
    "crossed_similarity",
    "chinese",  # the cosines of Chinese texts lie higher, related or not
    "chinese_similarity",
    "task",  # write, translate, tell a joke: something is to be made, of things that the hits do not speak of
    *(f"asks_{kind}" for kind in KINDS),
)

UNKNOWN = float("nan")
"""A feature that could not be measured; the check puts the mean of its training rows there."""

_DEPTH = 3  # hits that a prompt shows
_NAME = re.compile(r"(?<![.?!]\s)(?<!^)\b(?:[A-Z][a-zA-Z0-9&-]+|[A-Z]{2,})\b")
_CODE = re.compile(r"[A-Za-z]+-?\d[\w.-]*|\d+(?:[.,]\d+)*")
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_VAGUE = re.compile(
    r"\b(?:it|its|this|that|these|those|they|them|he|she|there|one)\b|它|这个|那个|这|那|他们|该", re.IGNORECASE
)
_ADVICE = re.compile(
    r"\b(?:best|better|should i|recommend|opinion|worth|safe to|do you think|favou?rite)\b"
    r"|推荐|最好|值得|应不应该|你觉得|建议",
    re.IGNORECASE,
)
_TASK = re.compile(
    r"^\W*(?:please |can you |could you |help me )*(?:write|translate|tell (?:me|us) an? |compose|generate|draft|"
    r"rewrite|summari[sz]e|invent|imagine|sing|draw|convert|calculate|solve|proofread|correct)\b"
    r"|^(?:请|麻烦|帮我|给我|替我|能不能|你能)*(?:写|翻译|讲[个一]|编[个一写]|[起取][个名]|画|唱|算一?下|计算|润色|改写"
    r"|把.{1,20}(?:翻译|改成|转成|译成))",
    re.IGNORECASE,
)
# multilingual-e5 packs related and unrelated text between .75 and .92; these spread it over 0 to 1
_SIMILARITY_FLOOR, _SIMILARITY_SPAN, _LEAD_SPAN = 0.76, 0.14, 0.05


def extract(question: str, hits: Sequence[Hit]) -> Features:
    """Describe `question` and `hits` (best first, at least one); returns shape [len(NAMES)], float64."""
    shown = hits[:_DEPTH]
    language = detect(question)
    crossed = float(language != shown[0].chunk.language)
    same = [hit for hit in shown if hit.chunk.language == language] or shown
    similarity, lead = _similarity(hits)
    asked, kind = terms.of(question), asked_for(question)
    whole = [f"{hit.chunk.title}\n{' '.join(hit.chunk.headings)}\n{hit.chunk.text}" for hit in same]
    found = [terms.shares(asked, terms.look(text)) for text in whole]
    together = tuple(map(max, *found)) if len(found) > 1 else found[0]
    best = max(terms.covered(asked, one) for one in found)
    seen = places(question, same)
    everything = words.fold("\n".join(whole))
    return np.array(
        [
            best,
            terms.covered(asked, together),
            max((place.pair for place in seen), default=0.0),
            (around := max((place.around for place in seen), default=0.0)),
            max((w * (1 - share) for w, share in zip(asked.values(), together, strict=True)), default=0.0)
            / terms.RAREST,
            (fitting := max((place.around for place in seen if place.fits), default=0.0)),
            float(kind in VALUES and not any(place.fits for place in seen)),
            around - fitting,
            _counted(question, seen),
            _found(_CODE, question, everything),
            _found(_NAME, question, everything),
            1.0 / (1.0 + len(asked)),
            float(_VAGUE.search(question) is not None),
            float(_ADVICE.search(question) is not None),
            _rivals(hits, asked, best),
            similarity,
            lead,
            max((hit.coverage for hit in shown if hit.coverage is not None), default=UNKNOWN),
            *_meaning(hits),
            crossed,
            crossed * (0.0 if math.isnan(similarity) else similarity),
            chinese := float(language == "zh"),
            chinese * (0.0 if math.isnan(similarity) else similarity),
            float(_TASK.search(question) is not None) * (1.0 - terms.covered(asked, together)),
            *(float(kind == one) for one in KINDS),
        ]
    )


def lacks_year(question: str, hits: Sequence[Hit]) -> bool:
    """Say whether the question names a year that no hit shown does: figures of another year answer nothing."""
    named = set(_YEAR.findall(words.fold(question)))
    shown = (f"{hit.chunk.title} {' '.join(hit.chunk.headings)} {hit.chunk.text}" for hit in hits[:_DEPTH])
    return not named <= set(_YEAR.findall(words.fold(" ".join(shown))))


def _counted(question: str, seen: Sequence[Place]) -> float:
    return max((place.around for place in seen if place.unit), default=0.0) if unit_of(question) else 0.5


def _found(pattern: re.Pattern[str], question: str, everything: str) -> float:
    wanted = {words.fold(found) for found in pattern.findall(question)}
    return sum(one in everything for one in wanted) / len(wanted) if wanted else 1.0


def _rivals(hits: Sequence[Hit], asked: dict[str, float], best: float) -> float:
    if best == 0.0:
        return 0.0
    looked = ((hit.chunk.title, terms.look(hit.chunk.text)) for hit in hits)
    titles = {title for title, text in looked if terms.covered(asked, terms.shares(asked, text)) >= 0.9 * best}
    return min(1.0, max(0, len(titles) - 1) / 4)


def _similarity(hits: Sequence[Hit]) -> tuple[float, float]:
    known = [hit.similarity for hit in hits if hit.similarity is not None]
    if not known:
        return UNKNOWN, UNKNOWN
    top = max(known)
    return (top - _SIMILARITY_FLOOR) / _SIMILARITY_SPAN, (top - sum(known) / len(known)) / _LEAD_SPAN


def _meaning(hits: Sequence[Hit]) -> tuple[float, float, float, float, float, float]:
    balanced = max((hit.balanced for hit in hits if hit.balanced is not None), default=UNKNOWN)
    # several passages of one document that all fit make it likelier, and a collection of one has no rivals
    rivals = [hit.score for hit in hits if hit.chunk.document != hits[0].chunk.document]
    rank_apart = hits[0].score - max(rivals) if rivals else UNKNOWN
    known = [(hit.meaning, hit.chunk.document) for hit in hits if hit.meaning is not None]
    if not known:
        return UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, balanced, rank_apart
    top, document = max(known, key=lambda pair: pair[0])
    others = [meaning for meaning, other in known if other != document]
    apart = top - max(others) if others else UNKNOWN
    agreed = float(document == hits[0].chunk.document)
    return top, top - sum(meaning for meaning, _ in known) / len(known), apart, agreed, balanced, rank_apart

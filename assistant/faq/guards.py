"""Guards: reasons why two questions with close embeddings are still not the same question.

An encoder scores a question and its opposite above 0.95 (GPTCache issue 694 measured up to 0.9997 on nine encoders), so
similarity alone may not serve a curated answer. Each guard looks for one kind of difference that embeddings blur and
errs on the side of silence: a question that is turned away costs a search, a wrong answer costs trust.
"""

from __future__ import annotations

from collections.abc import Callable

from assistant.faq import direction, exchange, lexicon, numbers
from assistant.faq.courtesy import bare
from retrieval.normalise import fold

Guard = Callable[[str, str], bool]


def conflict(asked: str, curated: str) -> str | None:
    """Name the first guard that finds the two questions different in meaning; None when none does.

    Symmetric: `conflict(a, b) == conflict(b, a)`. Both languages are looked for in every text, since Chinese questions
    hold English words.
    """
    a, b = bare(fold(asked)), bare(fold(curated))
    if a == b:
        return None
    return next((name for name, differs in GUARDS.items() if differs(a, b)), None)


def _negation(a: str, b: str) -> bool:
    # "How do I avoid it?" and "How do I protect myself from it?" deny the same, though only one has a word of denial.
    return all(lexicon.negations(a, shielding=s) != lexicon.negations(b, shielding=s) for s in (False, True))


def _numbers(a: str, b: str) -> bool:
    return numbers.quantities(a) != numbers.quantities(b)


def _moments(a: str, b: str) -> bool:
    return lexicon.moments(a) != lexicon.moments(b)


def _antonyms(a: str, b: str) -> bool:
    return lexicon.opposed(a, b)


def _kinds(a: str, b: str) -> bool:
    return lexicon.other_of_a_kind(a, b)


def _names(a: str, b: str) -> bool:
    return lexicon.other_names(a, b)


def _question_words(a: str, b: str) -> bool:
    return lexicon.other_question_word(a, b)


def _direction(a: str, b: str) -> bool:
    return direction.swapped(a, b)


def _exchange(a: str, b: str) -> bool:
    return exchange.exchanged(a, b)


GUARDS: dict[str, Guard] = {
    "negation": _negation,
    "numbers": _numbers,
    "dates": _moments,
    "antonyms": _antonyms,
    "kinds": _kinds,
    "names": _names,
    "question_word": _question_words,
    "direction": _direction,
    "exchange": _exchange,
}

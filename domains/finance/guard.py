"""What finance adds: no number that was not given, and no promise about the future of money."""

from __future__ import annotations

import re

from domains import numbers, texts
from domains.texts import Saying
from domains.types import Evidence, Question, Verdict

NOTE = Saying(
    "General information from the documents cited, not investment, tax or legal advice.",
    "以上内容依据所引用的资料，仅供参考，不构成投资、税务或法律建议。",
)
_PROMISE = re.compile(
    r"\b(?:guaranteed (?:returns?|profits?)|risk[- ]free (?:returns?|profits?)|you should (?:buy|sell|invest)|"
    r"will (?:definitely|certainly) (?:rise|go up|increase))\b"
    r"|保证(?:收益|盈利|赚钱)|稳赚|包赚|(?:应该|建议您?)(?:立即)?(?:买入|卖出|加仓|抄底)|一定会(?:上涨|升值)",
    re.IGNORECASE,
)


def admits(question: Question, evidence: Evidence, sentence: str) -> bool:
    """Say whether all numbers of the sentence are given and it promises nothing the sources do not say."""
    given = _given(question, evidence)
    promise = _PROMISE.search(sentence)
    if promise and promise[0].lower() not in " ".join(given).lower():
        return False
    return not numbers.ungrounded(sentence, given)


def judge(question: Question, evidence: Evidence, answer: str) -> Verdict:
    """Refuse a whole answer that still holds a number from nowhere."""
    if evidence.sufficient and numbers.ungrounded(answer, _given(question, evidence)):
        return Verdict("", texts.refuse("ungrounded", texts.UNGROUNDED, question.language))
    return Verdict(answer)


def _given(question: Question, evidence: Evidence) -> list[str]:
    hits = [part for hit in evidence.hits for part in (hit.chunk.title, *hit.chunk.headings, hit.chunk.text)]
    return [question.text, question.standalone, *hits]

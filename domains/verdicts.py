"""Whether the yes or no of an answer is what the cited documents say.

A small model reads "a shipped order cannot be cancelled" and begins with "Yes, you can": every word is tied to its
source, and the answer is wrong. So the verdict is compared with the clause that says most about the question: if that
clause denies where the answer affirms, or the other way round, the documents' own words are the better answer. A
question about what holds after an event ("once it has shipped") is one for the clauses that speak of such a time, and
what is allowed until then is denied after it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from domains import sentences, words
from domains.citations import MARKER

_ABOUT = 0.5  # share of the question's words from which a clause speaks about it
_NEAR = 0.15  # clauses that cover the question almost as well have a say too
_FEWEST = 2  # words a question needs to be compared
_ASKS = re.compile(
    r"^(?:\W*|[^,?]{1,80},\s*)(?:is|are|was|were|do|does|did|can|could|will|would|should|has|have|may|must)\b"
    r"|吗\W*$|是否|可否|能否|有没有|(能|可|是|要|会|用|收|算|给)不\1",
    re.IGNORECASE,
)
_BREAK = re.compile(r"[,;:，；：。.!?！？\n]|\b(?:but|unless|except|although|however)\b|但是?|除非|不过", re.IGNORECASE)
_DENIES = re.compile(
    r"\b(?:not|no|never|cannot|none|nor|neither|without|unable|refused?|rejected|forbidden|prohibited|excluded)\b|n't\b"
    r"|禁止|严禁|拒绝|除外|勿|未(?![\u4e00-\u9fff]{1,4}的)|无法|无权|不予|没有?|不(?!同|少于|超过|低于|高于|足|论|仅|但|断|锈钢|限|满|到|得超|得少|得低)"
    r"|无(?!论|线|需|须|人|障碍)",
    re.IGNORECASE,
)
_FREE = re.compile(r"\bfree\b|免[费收运邮除]|包邮|不收|不另收", re.IGNORECASE)
_EITHER = re.compile(r"(能|可|是|要|会|有|需|用|收|算|给)不\1|有没有|能不能|是否|可否|能否")
_SAYS_YES = re.compile(
    r"(?:yes|sure|certainly)\b|(?:是的|可以|能|会的?|需要|要|对)(?!不)(?:[，,。.！!的]|$)", re.IGNORECASE
)
_SAYS_NO = re.compile(
    r"no\b|(?:不是?|不可以|不能|不会|不需要|不用|不行|没有|否|无需|无须)(?:[，,。.！!的]|$)", re.IGNORECASE
)
_AFTER = re.compile(r"\b(?:after|once|already|as soon as)\b|后(?!台|续|缀|端)|已(?!知|婚)", re.IGNORECASE)
_UNTIL = re.compile(
    r"\b(?:until|before|prior to|as long as|not yet)\b|之前|以前|前(?!台|端|缀|往)|尚?未(?!必)", re.IGNORECASE
)
_STILL = re.compile(r"\b(?:still|already|yet|now)\b|还|仍然?|已经?", re.IGNORECASE)  # says when, not what about
_LEAD = "\"'“”*- \t\n"


@dataclass(frozen=True, slots=True)
class _Clause:
    text: str
    share: float
    denies: bool | None  # None: "free" denies a fee and affirms an offer


def clashes(question: str, answer: str, texts: Sequence[str]) -> bool:
    """Say whether `answer` affirms what `texts` deny about a yes-or-no `question`, or denies what they affirm.

    False when the question is of another kind or denies something itself, when no clause of `texts` says enough about
    it, and when those that say most contradict one another: the answer then hangs on more than can be told here.
    """
    asked = words.content(_STILL.sub(" ", _EITHER.sub(" ", question)))
    if not _ASKS.search(question) or len(asked) < _FEWEST or _DENIES.search(_EITHER.sub(" ", question)):
        return False
    verdict = affirms(answer)
    spoken = [clause for text in texts for clause in _clauses(text, asked)]
    best = max((clause.share for clause in spoken), default=0.0)
    if verdict is None or best < _ABOUT:
        return False
    near = [clause for clause in spoken if clause.share >= best - _NEAR]
    heard = (_after(near) if _AFTER.search(question) else None) or {clause.denies for clause in near}
    return heard == {verdict}  # the answer affirms and all deny, or it denies and none does


def affirms(answer: str) -> bool | None:
    """Read the verdict with which an answer begins: its yes or no, else whether its first clause denies."""
    said = MARKER.sub("", answer).lstrip(_LEAD)
    if not said:
        return None
    if _SAYS_NO.match(said):
        return False
    if _SAYS_YES.match(said):
        return True
    return _DENIES.search(_EITHER.sub(" ", _BREAK.split(said, maxsplit=1)[0])) is None


def _clauses(text: str, asked: frozenset[str]) -> list[_Clause]:
    found = (part for sentence in sentences.split(text) for part in _BREAK.split(sentence) if part.strip())
    return [_Clause(part, words.overlap(asked, words.content(part)), _denies(part)) for part in found]


def _after(clauses: Sequence[_Clause]) -> set[bool | None]:
    """What clauses that name a time say about the time after an event; empty when none does."""
    since = {clause.denies for clause in clauses if _AFTER.search(clause.text) and not _UNTIL.search(clause.text)}
    until = {True for clause in clauses if clause.denies is False and _UNTIL.search(clause.text)}
    return since | until


def _denies(text: str) -> bool | None:
    return None if _FREE.search(text) else _DENIES.search(_EITHER.sub(" ", text)) is not None

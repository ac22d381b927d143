"""What medicine adds: emergencies first, nobody is diagnosed, and a dose is shown only as its source states it."""

from __future__ import annotations

import re

from domains import numbers, safety
from domains.texts import Saying
from domains.types import Evidence, Question, Verdict
from domains.words import fold

NOTE = Saying(
    "General health information, not a diagnosis. For your own case please ask a doctor.",
    "以上为一般健康信息，不能代替诊断。具体情况请咨询医生。",
)
_DIAGNOSIS = re.compile(
    r"\byou (?:probably |likely |definitely |certainly |most likely |may |might )?"
    r"(?:have|are suffering from|suffer from|are having|have got|have contracted)\s+"
    r"(?!(?:any|to|been|not|more|other|these|this|one|taken|had|trouble|symptoms|questions|concerns?)\b"
    r"|a question|the right|an appointment|high risk)"
    r"|\byou(?:'ve| have) been diagnosed"
    r"|\b(?:this|it|these symptoms) (?:is|are|must be|means?) (?:definitely|certainly|clearly)\b"
    r"|(?:您|你)(?:很?可能|应该|肯定|一定|大概)?(?:是)?(?:得了|患有|患上|患了|感染了)|(?:可以|基本)?(?:确诊|诊断)(?:您|你)?为",
    re.IGNORECASE,
)
_DOSE = re.compile(
    r"\d[\d.,]*\s?(?:mg|mcg|µg|g|ml|iu|units?|tablets?|capsules?|pills?|drops?|puffs?|毫克|微克|克|毫升|片|粒|滴|支|单位)(?![a-z])"
    r"|\b(?:once|twice|three times|four times|every \w+ hours?) (?:a|per) day\b|每[日天次][一二两三四五\d]+[次片粒]"
    r"|[一二两三四五]\s?[片粒]",
    re.IGNORECASE,
)
_ORDER = re.compile(
    r"\b(?:you should|you can|you need to|try|start|stop|increase|reduce|double)\b[^.]{0,30}"
    r"\b(?:tak(?:e|ing)|dose|dosage|medication|medicine)\b"
    r"|(?:您|你)(?:可以|应该|应|需要|要|不妨)[^。]{0,8}(?:吃|服用|口服|停药|加量|减量|注射)",
    re.IGNORECASE,
)


def admits(evidence: Evidence, sentence: str) -> bool:
    """Say whether a sentence may be shown: no diagnosis, no order to take something, doses only as sources state."""
    if _DIAGNOSIS.search(sentence):
        return False
    given = [f"{hit.chunk.title}\n{hit.chunk.text}" for hit in evidence.hits]
    doses = [_squeezed(dose[0]) for dose in _DOSE.finditer(sentence)]
    if not doses:
        return True
    stated = _squeezed(" ".join(given))
    return (
        not _ORDER.search(sentence)
        and not numbers.ungrounded(sentence, given)
        and all(dose in stated for dose in doses)  # 2 g in a source grounds no two tablets
    )


def _squeezed(text: str) -> str:
    return "".join(fold(text).split())


def opening(question: Question) -> str:
    """Return the emergency banner where what is told now or was told before is one."""
    told = " ".join([question.text, *(turn.content for turn in question.history if turn.role == "user")])
    return f"{safety.emergency_banner(question.language)}\n\n" if safety.emergency(told) else ""


def judge(question: Question, answer: str) -> Verdict:
    """Put banner and note where a quoted answer came without them."""
    banner = opening(question)
    note = NOTE.of(question.language)
    text = answer if answer.startswith(banner) else banner + answer
    return Verdict(text if note in text else f"{text}\n\n{note}")

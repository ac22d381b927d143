"""Time that is said to be left, where nobody said since when it runs.

"Your warranty lasts 24 months" and the question "how long is my warranty still good?" lead a small model to "you have
24 months left": the number is in the source, so it passes as grounded, and it is made up all the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

_NUMBER = r"(?:\d+(?:\.\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several|few)"
_SPAN = rf"{_NUMBER}(?: more)?[ -](?:hour|day|week|month|year)s?"
_LEFT = re.compile(
    rf"\b{_SPAN} (?:is |are |still )*(?:left|remaining|to go|remains?)\b"
    rf"|\b(?:still (?:has|have|got|lasts?|valid|covered)|remaining|remains|left)\b[^.!?\n]{{0,40}}?\b{_SPAN}\b"
    r"|(?:还有|还剩下?|剩余|剩下|余下)[^，。！？；,;\n]{0,12}?(?:\d+|[一二两三四五六七八九十半几]+)\s*(?:个?多?月|[天日周年]|个?(?:星期|小时))",
    re.IGNORECASE,
)
_SINCE = re.compile(
    r"\d|[一二两三四五六七八九十半几去前昨][天日周月年个]|上个?[周月]|\b(?:yesterday|last|ago|since|today)\b|昨天|今天|刚刚?",
    re.IGNORECASE,
)


def invents(question: str, answer: str, texts: Sequence[str]) -> bool:
    """Say whether `answer` counts time that is left though neither `question` names a time nor `texts` count it so."""
    found = _LEFT.search(answer)
    return found is not None and not _SINCE.search(question) and not any(_LEFT.search(text) for text in texts)

"""What no answer may do, whatever the field: put a person at risk, or show somebody's numbers."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from domains import pii
from domains.types import Language

# Numbers of a person that no answer has a reason to show; support addresses and hotlines are meant to be shown.
_NEVER_SHOWN = frozenset({"id_card", "bank_card", "iban", "ssn"})

_FOLDER = Path(__file__).parent / "red_flags"
_DENIED = re.compile(
    r"(?:\b(?:no|not|without|never|denies|deny|isn'?t|don'?t have|doesn'?t have|no longer)\s+(?:\w+[\s,]+){0,3}"
    r"|(?:没有|没|无|未见|否认|不是|并无|并没有)(?:出现|任何|过|明显)?)$",
    re.IGNORECASE,
)


# "What are the signs of a stroke?" asks for knowledge, unless somebody is spoken of.
_LEARNING = re.compile(
    r"\b(?:what (?:is|are|causes?)|(?:symptom|sign|cause)s? of|prevent\w*|risk factors?|difference between|insurance|"
    r"statistics|guidelines?)\b|什么是|是什么|有哪些|症状|预防|原因|区别|保险|指南|急救方法|怎么办理",
    re.IGNORECASE,
)
_SOMEBODY = re.compile(
    r"\b(?:i|i'm|i've|im|my|me|he|she|his|her|we|our|husband|wife|son|daughter|father|mother|dad|mom|mum|baby|kid|child|"
    r"friend|someone|somebody|just|suddenly|right now)\b"
    r"|我|他|她|咱|爸|妈|爷|奶|孩子|宝宝|老婆|老公|丈夫|妻子|儿子|女儿|朋友|同事|有人|刚才|突然|现在|正在",
    re.IGNORECASE,
)


def emergency(text: str) -> bool:
    """Say whether `text` tells of an emergency; "no chest pain" and 没有胸痛 do not. Rather once too often."""
    if _LEARNING.search(text) and not _SOMEBODY.search(text):
        return False
    return any(not _DENIED.search(text[max(0, sign.start() - 40) : sign.start()]) for sign in _signs().finditer(text))


@cache
def _signs() -> re.Pattern[str]:
    """Every sign in both languages: people mix them, and the language of the question may be misjudged."""
    lines = [line for file in sorted(_FOLDER.glob("*.txt")) for line in file.read_text("utf-8").splitlines()]
    return re.compile("|".join(line for line in lines if line and not line.startswith("#")), re.IGNORECASE)


def emergency_banner(language: Language) -> str:
    """What comes before anything else then."""
    if language == "zh":
        return "⚠️ 这可能是紧急情况。请立即拨打当地急救电话（中国大陆 120），或马上前往最近的急诊，不要等待网上答复。"
    return (
        "⚠️ This may be an emergency. Call your local emergency number now (112, 911, 999; 120 in mainland China) or go "
        "to the nearest emergency department. Do not wait for an answer here."
    )


def hide_personal(answer: str) -> str:
    """Mask what identifies a person or an account."""
    return pii.mask(answer, _NEVER_SHOWN)

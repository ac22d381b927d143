"""Words whose exchange turns a question into another one. All functions take folded texts and know both languages."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from functools import lru_cache
from pathlib import Path

REMEMBERED = 4096
"""Curated questions are compared again and again: what they name is looked for once."""

_EN_NEGATION = re.compile(
    r"\b(?:not|no|never|none|nothing|nobody|without|cannot|cant|dont|doesnt|didnt|isnt|arent|wasnt|werent|wont"
    r"|wouldnt|couldnt|shouldnt|havent|hasnt|hadnt|aint|neither|nor|unable|except|refuse[sd]?|fail(?:s|ed|ing)?"
    r"|avoid(?:s|ing)?"
    r"|impossible|unavailable|invalid|illegal|ineligible|unsafe|unsuitable|inaccessible|forbidden|prohibited"
    r"|prevent(?:s|ing)?|stop(?:s|ped|ping)?|instead of|other than|rather than)\b"
)
# "能不能", "有没有", "是否" ask a question, they deny nothing; 不同, 不过 and the like are words of their own.
_ZH_NEUTRAL = re.compile(
    r"(?P<c>[\u4e00-\u9fff])(?:不|没)(?P=c)|有没有|是否|能否|可否|会否|不同|不过|不好意思|对不起|不仅|不但|不管|不论|无论"
    r"|差不多|了不起|要不然|不久|不断|非常|特别|分别|区别|级别|别人|性别|类别|无线|未来|非洲|除非|不锈钢|非处方|无障碍|不孕"
    r"|不育|不适(?![合用宜])|没事|不明|不足|不良|不全|莫名"
)
_ZH_NEGATION = re.compile(r"不|没|無|无|未|别|勿|莫|非|禁止|拒绝|失败|避免|防止|停止|除了|除外|而是")

_SHIELDING = re.compile(
    r"\b(?:protect(?:s|ed|ing|ion)?|safe from|keep(?:s|ing)? (?:\w+ )?away|guard(?:s|ed|ing)? against)\b|预防|防护|保护"
)
# Behind another word "when" and "where" open a clause, not a question ("what happens when I cancel", "one who has"),
# but not behind these, nor before an auxiliary.
_ASKING = "know tell me us say see check out or and about exactly sure until since by to from for"
_AUXILIARIES = (
    "will do does did can could is are was were should would shall may might must has have had to exactly else"
)
_CLAUSE = re.compile(
    r"(?<=[a-z0-9] )"
    + "".join(rf"(?<!\b{word} )" for word in _ASKING.split())
    + rf"(?:(?:when|where)(?= (?!(?:{'|'.join(_AUXILIARIES.split())})\b))|who(?= ))"
)

_LATIN_IN_HAN = re.compile(r"[a-z][a-z0-9+#.]*")
_CODE = re.compile(r"\b(?=[a-z0-9-]*\d)(?=[a-z0-9-]*[a-z])[a-z0-9-]{2,}\b")


def negations(folded: str, *, shielding: bool = False) -> int:
    """Say how a text denies: 0 not at all, 1 an odd number of times, 2 an even number of times (which affirms).

    With `shielding`, to protect from something counts as to prevent or avoid it does.
    """
    english = len(_EN_NEGATION.findall(folded))
    chinese = len(_ZH_NEGATION.findall(_ZH_NEUTRAL.sub(" ", folded)))
    denials = english + chinese + (len(_SHIELDING.findall(folded)) if shielding else 0)
    return 0 if denials == 0 else 1 + (denials + 1) % 2


def moments(folded: str) -> Counter[str]:
    """Count the days, months and times a text names, whatever the language."""
    return _named(folded, _MOMENTS)


def opposed(a: str, b: str) -> bool:
    """Say whether one text has a word where the other has its opposite."""
    return any(
        in_a != in_b and any(in_a) and any(in_b) for in_a, in_b in zip(_opposites_in(a), _opposites_in(b), strict=True)
    )


@lru_cache(maxsize=REMEMBERED)
def _opposites_in(folded: str) -> tuple[tuple[bool, bool], ...]:
    return tuple((bool(first.search(folded)), bool(second.search(folded))) for first, second in _ANTONYMS)


def other_of_a_kind(a: str, b: str) -> bool:
    """Say whether both name something of one kind (a currency, a device, a part of the body) and not the same thing."""
    return any(in_a and in_b and in_a != in_b for in_a, in_b in zip(_kinds_in(a), _kinds_in(b), strict=True))


@lru_cache(maxsize=REMEMBERED)
def _kinds_in(folded: str) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(name for name, pattern in kind if pattern.search(folded)) for kind in _KINDS)


def other_names(a: str, b: str) -> bool:
    """Say whether product names or codes differ: Latin words inside Chinese text, codes with digits in any text."""
    if set(_CODE.findall(a)) != set(_CODE.findall(b)):
        return True
    if not (_is_han(a) and _is_han(b)):
        return False
    in_a, in_b = set(_LATIN_IN_HAN.findall(a)), set(_LATIN_IN_HAN.findall(b))
    return bool(in_a - in_b) and bool(in_b - in_a)


def other_question_word(a: str, b: str) -> bool:
    """Say whether one asks when and the other where, how much, who or why. Plain how and what fit everything."""
    in_a, in_b = (set(_named(_CLAUSE.sub(" ", text), _QUESTION_KINDS)) for text in (a, b))
    return bool(in_a) and bool(in_b) and in_a.isdisjoint(in_b)


def _is_han(text: str) -> bool:
    return any("\u4e00" <= char <= "\u9fff" for char in text)


def _named(folded: str, kind: list[tuple[str, re.Pattern[str]]]) -> Counter[str]:
    found: Counter[str] = Counter()
    for name, pattern in kind:
        hits = len(pattern.findall(folded))
        if hits:
            found[name] = hits
    return found


def _pattern(words: str) -> re.Pattern[str]:
    """Match any of the words: whole words in English (a trailing * allows endings), anywhere in Chinese."""
    parts = []
    for word in sorted(words.split(), key=len, reverse=True):
        spelled = re.escape(word.rstrip("*").replace("_", " "))
        if word.isascii():
            spelled = rf"(?<![a-z]){spelled}" + (r"[a-z]*" if word.endswith("*") else r"(?![a-z])")
        parts.append(spelled)
    return re.compile("|".join(parts))


def _kind(named: dict[str, str]) -> list[tuple[str, re.Pattern[str]]]:
    return [(name, _pattern(words)) for name, words in named.items()]


_WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_MOMENTS = _kind(_WORDS["moments"])
_QUESTION_KINDS = _kind(_WORDS["question_kinds"])
_KINDS = [_kind(kind) for kind in _WORDS["kinds"].values()]
_ANTONYMS = [(_pattern(first), _pattern(second)) for first, second in _WORDS["antonyms"]["pairs"]]

"""Tell Chinese from English, also in mixed text."""

from __future__ import annotations

import re
from typing import Literal

Language = Literal["zh", "en"]

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
"""Body of a regular expression's character class: the Han ideographs."""

_HAN = re.compile(f"[{HAN}]")
_WORD = re.compile(r"[A-Za-z][A-Za-z'’]*")
_ZH_GRAMMAR = re.compile(
    "[的了吗呢吧么嗎麼是在我你您他她它这那這请請怎什谁誰哪几幾和与與把被给給没沒不]|如何|多少|可以|是否|为何|為何"
)
_EN_WORDS = """
a an the is are was were be been am do does did have has had can could will would shall should may might must
i you he she it we they me my your his her its our their this that these those what which who whom whose when
where why how not no and or but if of in on at by for with from to as about please
"""
_EN_GRAMMAR = frozenset(_EN_WORDS.split())
_GRAMMAR_WEIGHT = 3.0
_HAN_PER_WORD = 1.7  # Han characters in a Chinese word, on average (jieba over news text)


def detect(text: str, default: Language = "en") -> Language:
    """Say which language a text is in: the one whose grammar holds it together.

    A Chinese name in an English sentence stays English, product names in a Chinese one stay Chinese: words that
    only carry grammar weigh more than the rest. `default` is returned for text with neither (digits, symbols).
    """
    words = _WORD.findall(text)
    han = len(_HAN.findall(text))
    if not han:
        return "en" if words else default
    if not words:
        return "zh"
    english_grammar = sum(word.lower() in _EN_GRAMMAR for word in words)
    if not english_grammar:  # keywords: "kubernetes pod 重启" was typed by someone who thinks in Chinese
        words = words[: len(words) // 3]
    english = len(words) + _GRAMMAR_WEIGHT * english_grammar
    chinese = han / _HAN_PER_WORD + _GRAMMAR_WEIGHT * len(_ZH_GRAMMAR.findall(text))
    return "zh" if chinese >= english else "en"

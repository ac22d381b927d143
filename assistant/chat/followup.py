"""Rewrite a follow-up so that it can be searched on its own, by rules and without a model call.

"And for digital goods?" after "How do I return an item?" is searched as "return item digital goods";
「那海外订单呢？」 after 「退货要多少天？」 as 「退货要多少天 海外订单」. A question that names its own subject is left
alone, so that a change of topic is never mixed with the old one. The idea is query resolution by term carry-over
(Voskarides et al., "Query resolution for conversational search with limited supervision", SIGIR 2020), cut down to
what needs no model.
"""

from __future__ import annotations

import re

from assistant.chat.memory import Memory
from domains.types import Language

_EN_STOP_WORDS = """
a an the is are was were be been am do does did can could will would shall should may might must have has had i
you he she we they it this that these those my your our their its his her me us them to of in on at for from
with by as about into than then so and or but if not no yes how what when where which who why whose please tell
also too there here just only any some one ones same other much many
"""
_EN_STOP = frozenset(_EN_STOP_WORDS.split())
_EN_POINTING_WORDS = """
it its they them their this that these those he she his her him one ones same there
"""
_EN_POINTING = frozenset(_EN_POINTING_WORDS.split())
_EN_OPENING = re.compile(
    r"^(and|or|but|so|also|then|what about|how about|what if|why not|why|since when)\b", re.IGNORECASE
)
_EN_EXPLETIVE = re.compile(
    r"\b(is|was|would) (it|there|this|that) (possible|true|ok|okay|safe|allowed|necessary|a|an|any|normal)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"[a-z0-9]+(?:['’.-][a-z0-9]+)*", re.IGNORECASE)

_ZH_POINTING = re.compile(r"它|他们|她们|这个|那个|这些|那些|这种|那种|这里|那里|上述|前面|刚才|刚刚|同样|其中|该")
_ZH_OPENING = re.compile(r"^(那么|那|还有|另外|或者|但是|如果|要是|为什么|为何|然后|所以|以及|和)")
_ZH_FILLER = re.compile(
    "请问|您好|你好|一下|怎么|怎样|如何|什么|哪里|哪些|为什么|为何|可以|能不能|是不是|多少|吗|呢|吧|啊|的|了|是|我|你|您"
    "|那么|那|还有|另外"
)
_HAN = re.compile(r"[㐀-鿿]")
_ZH_TRIM = re.compile(r"^(请问|您好|你好|那么|那)[,，、]?|[?？。.!！]+$")

_EN_LIMIT = {"pointing": 4, "opening": 3, "bare": 1}
_ZH_LIMIT = {"pointing": 12, "opening": 9, "bare": 3}


def standalone(text: str, language: Language, memory: Memory) -> str:
    """Return the question with the last one's content words put before it, or unchanged when it stands alone."""
    if not memory.turns:
        return text
    before = memory.turns[-1].standalone
    leans = _leans_zh(text) if language == "zh" else _leans_en(text)
    return f"{_carried(before)} {_own(text, language)}" if leans else text


def _own(text: str, language: Language) -> str:
    """Leave out the words that only point back."""
    trimmed = _ZH_TRIM.sub("", text) if language == "zh" else _EN_OPENING.sub("", text).strip()
    return trimmed if any(character.isalnum() for character in trimmed) else text


def _leans_en(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    content = [word for word in words if word not in _EN_STOP]
    if not words or len(content) > _EN_LIMIT["pointing"]:
        return False
    if _EN_OPENING.match(text) and len(content) <= _EN_LIMIT["opening"]:
        return True
    if not _EN_POINTING.isdisjoint(words) and not _EN_EXPLETIVE.search(text):
        return True
    return len(content) <= _EN_LIMIT["bare"] and len(words) <= 3


def _leans_zh(text: str) -> bool:
    content = len(_HAN.findall(_ZH_FILLER.sub("", text))) + len(_WORD.findall(text))
    if (_ZH_OPENING.match(text) or text.rstrip("?？。").endswith("呢")) and content <= _ZH_LIMIT["opening"]:
        return True
    if _ZH_POINTING.search(text) and content <= _ZH_LIMIT["pointing"]:
        return True
    return content <= _ZH_LIMIT["bare"]


def _carried(before: str) -> str:
    """Content words of the earlier question: a Chinese one without particles, an English one without stop words."""
    if _HAN.search(before):
        return _ZH_TRIM.sub("", before)
    return " ".join(word for word in _WORD.findall(before) if word.lower() not in _EN_STOP)[-200:]

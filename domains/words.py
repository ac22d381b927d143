"""Content words for comparing a question with a passage: English stems, Chinese character pairs.

Made for comparison, not for search: no dictionary, no model, the same on both sides. Chinese needs no segmentation
here, because a pair of characters that both sides share is nearly always part of a shared word (bigram indexing,
Nie et al. 2000).
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache

from retrieval.normalise import simplify

_TOKEN = re.compile(r"[a-z0-9][a-z0-9_+#]*(?:[.'-][a-z0-9]+)*|[\u3400-\u9fff]+")
_SUFFIX = re.compile(r"(?:ations?|ings?|edly|ies|ied|ed|es|ers?|ly|s|e|y)$")

_EN_STOP = """
a an the this that these those it its i me my we us our you your he she they them his her their who whom whose
what which when where why how is are was were be been being am do does did doing done have has had having can
could will would shall should may might must of in on at to from for with by about as into over under after
before between during and or but if than then so because while not no nor only just also very more most much many
some any all each there here out up down off again please tell know explain give want need like get got let say
described mean question answer information anything something
"""
_ZH_STOP = """
请问 是否 什么 怎么 怎样 如何 哪些 哪个 哪里 哪儿 多少 多久 多长 几个 为何 为什么 有没有 能不能 可不可以 可以 能否
吗 呢 吧 啊 了 的 地 得
我们 你们 他们 我 你 您 他 她 它 这个 那个 这 那 和 与 及 或者 或 在 是 有 会 要 想 把 被 对于 关于
一下 一个 告诉 知道 需要
时候 就 都 也 还 并 从 到 对 为 以 于 而 则 谁 何时 时间
"""
STOP = frozenset(_EN_STOP.split())


def fold(text: str) -> str:
    """Lower case, full-width letters and digits made plain, Chinese simplified; punctuation stays."""
    return simplify(unicodedata.normalize("NFKC", text).lower())


@lru_cache(maxsize=4096)
def content(text: str) -> frozenset[str]:
    """Return the content words of `text`: stems of Latin words, pairs of Chinese characters (single where alone)."""
    found: set[str] = set()
    for token in _TOKEN.findall(fold(text)):
        if "\u3400" <= token[0] <= "\u9fff":
            for run in _chinese_stops().split(token):
                found.update(pairs(run))
        elif token not in STOP:
            found.add(stem(token))
    return frozenset(found)


@cache
def _chinese_stops() -> re.Pattern[str]:
    """The stop words spelt as `fold` spells texts; longest first."""
    return re.compile("|".join(sorted(map(fold, _ZH_STOP.split()), key=len, reverse=True)))


def pairs(run: str) -> list[str]:
    """Overlapping pairs of a run of characters; a lone character stands for itself."""
    return [run[i : i + 2] for i in range(len(run) - 1)] or ([run] if run else [])


def stem(word: str) -> str:
    """Strip one common English ending where at least three letters stay."""
    cut = _SUFFIX.sub("", word)
    return cut if len(cut) >= 3 else word


def overlap(asked: frozenset[str], text: frozenset[str]) -> float:
    """Share of the asked words found in the text, 0 to 1; 0 when nothing is asked."""
    return len(asked & text) / len(asked) if asked else 0.0

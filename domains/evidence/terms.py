"""A question's key terms, each with how rare it is, and how much of them a text covers.

Chinese is cut by the dictionary that the search uses, whose frequencies tell the rare words; a text is then only looked
through, not cut. How rare an English stem is comes from a small table that training counts (`common.json`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from domains import words
from retrieval.lexical.tokens import rarity, segment

COMMON = Path(__file__).parent / "common.json"
RAREST = 12.0
_DIGITS, _CODE = 8.0, 11.0  # a bare number, a mixture of letters and digits such as E3
_LATIN = re.compile(r"[a-z0-9](?:[a-z0-9_+#.'-]*[a-z0-9+#])?")
_NUMBER = re.compile(r"\d[\d,]*")
_PART = 0.8  # worth of the pairs of a long Chinese word, where the word itself is not there
_PREFIX, _LIKE = 5, 0.6  # English words that begin alike
_STOP_WORDS = """
的 了 吗 呢 吧 么 是 在 我 你 您 他 她 它 们 这 那 请 请问 怎么 怎样 什么 谁
哪 哪里 哪些 几 和 与 把 被 给 有 也 就 都 而 及 或 如何 多少 可以 是否 为何
为什么 能 能否 会 要 之 其 于 以 上 下 个 到 从 对 中 哪个 何 何时 一个 多久
多长 多长时间 时候 什么时候 几天 几个 时 年 钱 多少钱 元 由 将 最 哪种 哪一 一 不
人 名 位 次 种 天 家 意思 什么样 才能 需要 应该 进行 叫 叫做 称为 多大 多高 几点
几号 几张 张 户 台 枚 吃 做 让 用
"""
_STOP = frozenset(_STOP_WORDS.split())


@dataclass(frozen=True, slots=True)
class Looked:
    """A text made ready to be looked through: folded, and its Latin stems and numbers."""

    text: str
    stems: frozenset[str]
    beginnings: frozenset[str]
    """The first letters of the longer stems."""

    def share(self, term: str) -> float:
        """How much of one term is there, 0 to 1."""
        if "\u3400" <= term[0] <= "\u9fff":
            return self._chinese(term)
        if term in self.stems:
            return 1.0
        return _LIKE if term[:_PREFIX] in self.beginnings else 0.0

    def _chinese(self, term: str) -> float:
        if term in self.text:
            return 1.0
        pairs = words.pairs(term)
        return _PART * sum(pair in self.text for pair in pairs) / len(pairs) if len(term) > 2 else 0.0


@lru_cache(maxsize=8192)
def look(text: str) -> Looked:
    """Make a text ready."""
    folded = words.fold(text)
    stems = {_stem(word) for word in _LATIN.findall(folded)}
    beginnings = frozenset(stem[:_PREFIX] for stem in stems if len(stem) >= _PREFIX)
    return Looked(
        folded, frozenset(stems | {number.replace(",", "") for number in _NUMBER.findall(folded)}), beginnings
    )


_stem = lru_cache(maxsize=16384)(words.stem)


@lru_cache(maxsize=4096)
def of(question: str) -> dict[str, float]:
    """Return the key terms with their weights, 0 to 12."""
    folded = words.fold(question)
    found = {term: min(RAREST, rarity(term)) for term in segment(folded) if term not in _STOP}
    for word in _LATIN.findall(folded):
        if word not in words.STOP:
            stem = _stem(word)
            found[stem] = _rare(stem)
    return found


def _rare(stem: str) -> float:
    if any(char.isdigit() for char in stem):
        return _DIGITS if stem.isdigit() else _CODE
    return common().get(stem, RAREST)


@cache
def common() -> dict[str, float]:
    """Weights of the stems that English texts use often."""
    table: dict[str, float] = json.loads(COMMON.read_text("utf-8"))
    return table


def shares(asked: dict[str, float], text: Looked) -> tuple[float, ...]:
    """How much of each term is in the text, in the order of the terms."""
    return tuple(text.share(term) for term in asked)


def covered(asked: dict[str, float], found: Sequence[float]) -> float:
    """Weighted share of the terms found, 0 to 1; 0 when nothing is asked."""
    total = sum(asked.values())
    return sum(weight * share for weight, share in zip(asked.values(), found, strict=True)) / total if total else 0.0

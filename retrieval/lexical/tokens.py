"""Words to search by: Chinese segmented by jieba, English lower-cased and lightly stemmed, identifiers in parts."""

from __future__ import annotations

import logging
import math
import re
import sys
import tempfile
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from retrieval.language import HAN
from retrieval.lexical.stemming import stem
from retrieval.normalise import simplify

_RUN = re.compile(rf"(?P<han>[{HAN}]+)|(?P<number>\d+(?:[.,]\d+)+)|(?P<word>[^\W{HAN}]+(?:['’][a-zA-Z]+)?)")
_CAMEL = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+|[^\W\dA-Za-z_]+")
_STOP_WORDS = """
a an the is are was were be been am do does did have has had can could will would shall should may might must
i you he she it we they me my your his her its our their this that these those what which who whom whose when
where why how and or but if of in on at by for with from to as about please there any
的 了 吗 呢 吧 么 嘛 是 在 我 你 您 他 她 它 们 这 那 请 请问 怎 怎么 怎样 什么 谁 哪 哪里 哪些 几 和 与 把 被 给
有 也 就 都 而 及 或 如何 多少 可以 是否 为何 为什么 能 能否 会 要 之 其 于 以 上 下 个 到 从 对 中 哪个 哪一 何 何时
一个 哪年 什 年 时
"""
_STOP = frozenset(_STOP_WORDS.split())


def tokenise(text: str) -> list[str]:
    """Tokens of a text, in order, stop words included. Traditional and simplified give the same ones."""
    tokens: list[str] = []
    for match in _RUN.finditer(simplify(unicodedata.normalize("NFKC", text))):
        if match["han"]:
            tokens.extend(_han_tokens(match["han"]))
        elif match["number"]:
            tokens.append(match["number"].replace(",", ""))
        else:
            tokens.extend(_word_tokens(match["word"]))
    return tokens


@lru_cache(maxsize=4096)
def question_tokens(text: str) -> tuple[str, ...]:
    """Tokens of a question, each once, stop words left out unless there is nothing else."""
    tokens = tuple(dict.fromkeys(tokenise(text)))
    return tuple(token for token in tokens if token not in _STOP) or tokens


@lru_cache(maxsize=4096)  # titles and headings stand in every chunk of a document
def _han_tokens(run: str) -> tuple[str, ...]:
    """Words as a search engine wants them, and pairs of characters, which find names no dictionary has."""
    words = (word for word in _segmenter().cut_for_search(run) if len(word) != 2)
    return (*words, *(run[at : at + 2] for at in range(len(run) - 1)))


@lru_cache(maxsize=65536)
def _word_tokens(word: str) -> tuple[str, ...]:
    """`getUserName` and `get_user_name` are found whole and by each part."""
    parts = [part.lower() for part in _CAMEL.findall(word)]
    whole = word.lower().partition("'")[0].partition("’")[0]
    if len(parts) <= 1 or whole.isdigit():
        return (stem(whole),)
    return (stem(whole), *(stem(part) for part in parts))


@contextmanager
def _unimportable(name: str) -> Iterator[None]:
    """Make a module look as if it were not installed, unless it has been loaded."""
    if name in sys.modules:
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # the import system's own sign for it
    try:
        yield
    finally:
        del sys.modules[name]


@lru_cache(maxsize=1)
def _segmenter(cache: Path | None = None) -> Any:  # noqa: ANN401 - jieba ships no types
    with _unimportable("pkg_resources"):  # it would load that to find its own files: slow, and gone from setuptools 81
        import jieba

    jieba.default_logger.setLevel(logging.ERROR)
    segmenter = jieba.Tokenizer()
    if cache is None:
        with tempfile.TemporaryDirectory(prefix="jieba-") as folder:
            segmenter.tmp_dir = folder
            segmenter.initialize()
    else:
        cache.mkdir(mode=0o700, parents=True, exist_ok=True)
        segmenter.tmp_dir = str(cache)
        segmenter.initialize()
    return segmenter


def use_words(words: Path) -> None:
    """Take a user's dictionary on top of jieba's: UTF-8, a word a line, then perhaps its frequency, `#` and a remark.

    For names that jieba would cut apart. It holds for all texts and questions of this process from now on: build the
    index again after a change of the file. Raises FileNotFoundError, and ValueError naming the line that is wrong.
    """
    segmenter = _segmenter()
    for number, line in enumerate(words.read_text("utf-8-sig").splitlines(), start=1):
        word, _, count = line.partition("#")[0].strip().partition(" ")
        if count and not count.strip().isdigit():
            raise ValueError(f"{words}, line {number}: after the word stands its frequency, a whole number, or nothing")
        if word:
            segmenter.add_word(simplify(unicodedata.normalize("NFKC", word)), int(count) if count else None)
    _han_tokens.cache_clear()
    question_tokens.cache_clear()


def warm_up(cache: Path | None = None) -> None:
    """Load jieba's dictionary (about a second; a third of it with `cache`, a folder that only this user can write).

    jieba's own habit is a cache file in the shared temporary folder, which it reads back with marshal: a file that
    anyone could have put there. Hence the private folder, or none.
    """
    global _segmenter
    if cache is not None:
        segmenter = _segmenter(cache)
        _segmenter = lru_cache(maxsize=1)(lambda: segmenter)
    _segmenter()


def segment(text: str) -> list[str]:
    """Chinese words of a text in order, each character in one word; what is not Chinese is left out."""
    plain = simplify(unicodedata.normalize("NFKC", text))
    return [word for match in _RUN.finditer(plain) if match["han"] for word in _segmenter().cut(match["han"])]


def rarity(word: str) -> float:
    """Minus the logarithm of how often a Chinese word stands in jieba's dictionary; unknown ones as if seen once."""
    return math.log(_segmenter().total / max(1, _segmenter().FREQ.get(word) or 1))

"""One spelling for texts that a reader would call the same question.

The key of the exact FAQ lookup; the lexical index and the answer cache share it. What changes the meaning is kept:
decimal points, minus signs, comparison and currency signs, `c++` and `c#`.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from retrieval.language import HAN

_APOSTROPHE = re.compile(r"(?<=[^\W\d_])['’‘`](?=[^\W\d_])")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_POINT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_HASH = re.compile(r"(?<![^\W_])#")
_HYPHEN = re.compile(r"(?<=[^\W_])-|-(?!\d)")
_SPACE = re.compile(r"\s+")
_HAN_SPACE = re.compile(f" (?=[{HAN}])|(?<=[{HAN}]) ")
_KEPT = frozenset("%.#-")
_DROPPED_SYMBOLS = frozenset("~|^")
_MOST_PASSES = 4


class _Fold(dict[int, str | None]):
    """Character table for `str.translate`, filled as characters are met: signs become spaces, marks vanish."""

    def __missing__(self, code: int) -> str | None:
        char = chr(code)
        kind = unicodedata.category(char)
        value: str | None = char
        if kind in {"Cf", "Cc", "Cs", "Co", "Cn"}:
            value = " " if char.isspace() else None
        elif char in _DROPPED_SYMBOLS or (kind[0] == "P" and char not in _KEPT) or kind in {"So", "Sk"}:
            value = " "
        self[code] = value
        return value


_FOLD = _Fold()


@lru_cache(maxsize=1)
def _simplified() -> dict[int, str]:
    """Map of traditional (and Taiwan, Hong Kong variant) characters to simplified ones, one by one.

    OpenCC's phrase rules are left out on purpose: a key must not depend on the neighbours of a character,
    or the traditional and the simplified spelling of one sentence could end in two keys.
    """
    from opencc import OpenCC

    blocks = ((0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00), (0x20000, 0x2A6E0))
    chars = [chr(code) for first, end in blocks for code in range(first, end)]
    table: dict[str, str] = {}
    for name in ("tw2s", "hk2s", "t2s"):
        converted = OpenCC(name).convert("\n".join(chars)).split("\n")
        table.update({old: new for old, new in zip(chars, converted, strict=True) if old != new and len(new) == 1})
    table.pop("么", None)  # OpenCC takes the particle of 什么 and 怎么 for a variant of 幺
    return {ord(old): _end_of_chain(old, table) for old in table}


def _end_of_chain(char: str, table: dict[str, str]) -> str:
    seen = {char}
    while (following := table.get(char)) is not None and following not in seen:
        seen.add(following)
        char = following
    return char


def simplify(text: str) -> str:
    """Write Chinese with simplified characters, character by character."""
    return text if text.isascii() else text.translate(_simplified())


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Bring a text to its one spelling: width, case, script, punctuation, spaces.

    `fold(fold(x)) == fold(x)`. Steps: NFKC, case folding, traditional to simplified, punctuation to spaces,
    spaces collapsed, and none beside a Han character ("第 3 条" is "第3条").
    """
    for _ in range(_MOST_PASSES):
        once = _one_pass(text)
        if once == text:
            return once
        text = once
    return text


def _one_pass(text: str) -> str:
    text = unicodedata.normalize("NFKC", text).casefold()
    text = simplify(unicodedata.normalize("NFKC", text))
    text = _THOUSANDS.sub("", _APOSTROPHE.sub("", text))
    text = text.translate(_FOLD)
    text = _HYPHEN.sub(" ", _HASH.sub(" ", _POINT.sub(" ", text)))
    return _HAN_SPACE.sub("", _SPACE.sub(" ", text).strip())


def warm_up() -> None:
    """Load the character tables (about 0.2 s), so that the first question does not pay for it."""
    fold("開始")

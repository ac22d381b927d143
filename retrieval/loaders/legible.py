"""Whether a page's text layer can be read: scanners and careless fonts leave ones that look like text and are none."""

from __future__ import annotations

import re
import unicodedata

from retrieval.language import HAN

_SAMPLE = 4_000
_LEADERS = re.compile(r"([.·…_\-–—=*]\s?){3,}|\s+")
_CID = re.compile(r"\(cid:\d+\)|/g\d+|/C\d+")
_HAN = re.compile(f"[{HAN}]")
_VOWELS = re.compile("[aeiouyAEIOUYäöüáéíóúàèìòùâêîôûåæøœ]")
_FEW_LETTERS = 80
_FEW_HAN = 20
_FEWEST_VOWELS = 0.24
"""Of the letters: European languages have 0.33 and more, source code 0.28, a shifted alphabet about 0.15."""


def is_legible(text: str) -> bool:
    """Say whether text reads as text. False for none, for glyph numbers, private codes, shifted alphabets, mojibake."""
    sample = _LEADERS.sub("", text[:_SAMPLE])
    if not sample:
        return False
    codes = sum(len(code) for code in _CID.findall(sample))
    unknown = sum(unicodedata.category(char) in {"Co", "Cn", "Cc", "Cs"} or char == "�" for char in sample)
    if (codes + unknown) / len(sample) > 0.15:
        return False
    if sum(char.isalnum() for char in sample) / len(sample) < 0.35:
        return False
    return not (_is_mojibake(sample) or _is_shifted(sample) or _is_rare(sample))


def _is_mojibake(sample: str) -> bool:
    """Chinese bytes read as Latin-1: "ÎÒÃÇ"."""
    return sum("¡" <= char <= "ÿ" for char in sample) / len(sample) > 0.4


def _is_shifted(sample: str) -> bool:
    """Glyph numbers taken for letters: "&XVWRPHUV" hardly has a vowel."""
    letters = [char for char in sample if char.isascii() and char.isalpha()]
    if len(letters) < max(_FEW_LETTERS, len(sample) // 2):
        return False
    return len(_VOWELS.findall("".join(letters))) / len(letters) < _FEWEST_VOWELS


def _is_rare(sample: str) -> bool:
    """Chinese of a wrong code table: most characters are ones that hardly anybody writes."""
    han = _HAN.findall(sample)
    return len(han) >= _FEW_HAN and sum(map(_is_common, han)) / len(han) < 0.6


def _is_common(char: str) -> bool:
    """Whether a character is on the first level of GB 2312 or of Big5."""
    for encoding, levels in (("gb2312", range(0xB0, 0xD8)), ("big5", range(0xA4, 0xC7))):
        try:
            if char.encode(encoding)[0] in levels:
                return True
        except UnicodeEncodeError:
            continue
    return False

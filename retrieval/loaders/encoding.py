"""Bytes to text where the file does not say which encoding it is in."""

from __future__ import annotations

import codecs
import re
from pathlib import Path

from charset_normalizer import from_bytes

from retrieval.errors import UnreadableDocument

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CANDIDATES = ["gb18030", "big5", "big5hkscs", "cp1252", "utf_16_le", "utf_16_be"]
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_COMMON_HAN = re.compile(
    "[的一是不了在人有我他这個个们們中来來上大为為和国國地到以说說时時要就出会會可也你对對生能而子那得于著下自之年]"
)
_COMMON_LEADS = {"gb18030": range(0xB0, 0xD8), "big5hkscs": range(0xA4, 0xC7)}
"""First bytes of the characters that each standard's authors put on its first level, the common ones."""
_FEWEST_COMMON = 0.5
_MOST_WIDE = 4_000
_SAMPLE = 64 * 1024
_MOST_CONTROL = 0.01


def read_text(path: Path) -> str:
    """Decode a text file: byte-order mark, UTF-8, then the likeliest of the Chinese and western encodings.

    Line ends become newlines. Raises UnreadableDocument with the code `wrong_encoding`.
    """
    return decode(path.read_bytes(), path.name)


def decode(data: bytes, filename: str) -> str:
    """Decode bytes; `filename` is for the message. Raises UnreadableDocument with the code `wrong_encoding`."""
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _strict(data, encoding, filename)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        text = _strict(data, _guess(data, filename), filename)
    if len(_CONTROL.findall(text[:_SAMPLE])) > _MOST_CONTROL * min(len(text), _SAMPLE):
        raise _wrong(filename)
    return _newlines(text)


def _strict(data: bytes, encoding: str, filename: str) -> str:
    try:
        return _newlines(data.decode(encoding))
    except (UnicodeDecodeError, LookupError) as error:
        raise _wrong(filename) from error


def _guess(data: bytes, filename: str) -> str:
    """Chinese encodings decode each other's bytes into rare characters: the one with the most common ones wins."""
    common = {name: _commonness(data, name) for name in _COMMON_LEADS}
    best = max(common, key=lambda name: common[name])
    if common[best] > _FEWEST_COMMON:
        return best
    match = from_bytes(data[:_SAMPLE], cp_isolation=_CANDIDATES).best()
    if match is None:
        raise _wrong(filename)
    return match.encoding


def _commonness(data: bytes, encoding: str) -> float:
    """Share of the wide characters that are common ones, those of everyday grammar counted twice; -1 if not valid."""
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(data[:_SAMPLE], final=len(data) <= _SAMPLE)
    except UnicodeDecodeError:
        return -1.0
    wide = [char for char in text if char > "\x7f"][:_MOST_WIDE]
    if not wide:
        return 0.0
    common = sum(char.encode(encoding)[0] in _COMMON_LEADS[encoding] for char in wide)
    return (common + len(_COMMON_HAN.findall("".join(wide)))) / len(wide)


def _newlines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\x00", "")


def _wrong(filename: str) -> UnreadableDocument:
    return UnreadableDocument(
        "wrong_encoding",
        f"{filename} is not text in UTF-8, UTF-16, GB18030, Big5 or Windows-1252: save it as UTF-8",
        filename=filename,
    )

"""Numbers in English and Chinese text, and whether an answer's numbers stand in its evidence.

Values are exact decimals: 1.2万 is 12000, 三百二十 is 320, $1,234.5 million is 1234500000, 百分之十五 is 15 and a
percentage. Signs are left out: text says "fell by 5 %" where a table says -5.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from domains.words import fold

_SCALES = {
    "thousand": 3, "k": 3, "million": 6, "mn": 6, "m": 6, "billion": 9, "bn": 9, "b": 9, "trillion": 12,
    "百": 2, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "十亿": 9, "百亿": 10, "千亿": 11, "万亿": 12,
}  # fmt: skip
_SCALE = (
    r"(?:\s?(?P<scale>thousand|million|billion|trillion|bn|mn|[kmb](?![a-z])"
    r"|万亿|[十百千]?[万亿]|百万|[百千](?=[元份人个万]))|)"
)
_PERCENT = r"(?P<percent>\s?(?:%|percent|per cent|个百分点|))"
_ARABIC = re.compile(r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)" + _SCALE + _PERCENT)
_HAN_DIGITS = {
    "零": 0,
    "〇": 0,
    "一": 1,
    "二": 2,
    "两": 2,
    "三": 3,
    "四": 4,
    "五": 5,
    "六": 6,
    "七": 7,
    "八": 8,
    "九": 9,
}
_HAN_UNITS = {"十": 10, "百": 100, "千": 1000}
_HAN_SECTIONS = {"万": 10**4, "亿": 10**8}
_HAN = re.compile(
    r"(?P<percent>百分之)?(?P<number>[零〇一二两三四五六七八九十百千万亿]+(?:点[零〇一二三四五六七八九]+)?)"
)
# A lone Chinese digit counts only before what is counted: 三天, 五倍; 一 in 一般, 统一 or 一个 says nothing.
_HAN_COUNTED = re.compile(r"[天年月日号元倍次名位人份周岁小分秒米吨公毫克片粒期成折]")
_SMALL = """
zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen
eighteen nineteen twenty
"""
_TENS = {"thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100}
_WORDS = {word: value for value, word in enumerate(_SMALL.split())} | _TENS
_WORD = re.compile(r"\b(?:" + "|".join(_WORDS) + r")\b")
_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTHS = {name: number for number, name in enumerate(_NAMES, 1)}
_MONTH = re.compile(r"\b(" + "|".join(_MONTHS) + r")[a-z]{0,6}\b")
_AFTERNOON = re.compile(r"\b(\d{1,2})(?::\d{2})?\s?p\.?m\b|(?:下午|晚上|晚)(\d{1,2})[点:]")
_NOT_NUMBERS = re.compile(r"\[\d+\]|^\s*\d{1,2}[.)、](?=\s)", re.MULTILINE)  # citations and the numbers of a list


@dataclass(frozen=True, slots=True)
class Number:
    """`value` with the scale applied, `mantissa` without (1.2 of 1.2万), `text` as written (folded)."""

    value: Decimal
    mantissa: Decimal
    percent: bool
    text: str


def find(text: str) -> list[Number]:
    """Return the numbers of `text` in the order of their kind: digits, then Chinese numerals."""
    plain = fold(_NOT_NUMBERS.sub(" ", text))
    return [*_arabic(plain), *_han(plain)]


def known(texts: Iterable[str]) -> frozenset[Decimal]:
    """Return every value that evidence states: number words, unscaled table cells, months by name, 21 for 9 pm."""
    values: set[Decimal] = set()
    for text in texts:
        for number in find(text):
            values |= {number.value, number.mantissa}
        plain = fold(text)
        values |= {Decimal(_WORDS[word]) for word in _WORD.findall(plain)}
        values |= {Decimal(_MONTHS[name]) for name in _MONTH.findall(plain)}
        values |= {Decimal(int(one or other) + 12) for one, other in _AFTERNOON.findall(plain)}
    return frozenset(values)


def ungrounded(answer: str, texts: Iterable[str]) -> list[Number]:
    """Return the numbers of `answer` that stand nowhere in `texts`.

    "1,452.4 million" is also grounded by a cell 1,452.4 when the texts say "million" somewhere (a table in millions).
    """
    sources = list(texts)
    values = known(sources)
    everything = fold(" ".join(sources))
    return [number for number in find(answer) if not _stands(number, values, everything)]


def _stands(number: Number, values: frozenset[Decimal], everything: str) -> bool:
    if number.value in values:
        return True
    scaled = number.value != number.mantissa
    return scaled and number.mantissa in values and _scale_of(number.text) in everything


def _scale_of(text: str) -> str:
    return text.rstrip(" %").lstrip("0123456789., ")


def _arabic(text: str) -> Iterator[Number]:
    for match in _ARABIC.finditer(text):
        mantissa = Decimal(match["number"].replace(",", ""))
        value = mantissa.scaleb(_SCALES[match["scale"]]) if match["scale"] else mantissa
        yield Number(value.normalize(), mantissa.normalize(), bool(match["percent"].strip()), match[0])


def _han(text: str) -> Iterator[Number]:
    for match in _HAN.finditer(text):
        written = match["number"]
        before, after = text[: match.start()], text[match.end() :]
        if before[-1:].isdigit() or (len(written) == 1 and not (match["percent"] or _HAN_COUNTED.match(after))):
            continue  # the 万 of 3万 belongs to the digits; a lone 一 is rarely a number
        value = parse_han(written)
        if value is not None:
            yield Number(value.normalize(), value.normalize(), bool(match["percent"]), match[0])


def parse_han(written: str) -> Decimal | None:
    """Read Chinese numerals: 三百二十, 两万五千, 十二, 二〇二三, 三点五; None when they do not form a number.

    Two bare digits are none either: 两三天 is a range, 统一一个 no number at all.
    """
    whole, _, fraction = written.partition("点")
    if all(char in _HAN_DIGITS for char in whole):
        if len(whole) == 2 and whole[0] not in "零〇":
            return None
        value = int("".join(str(_HAN_DIGITS[char]) for char in whole) or -1)
    else:
        value = _structured(whole) if any(char in _HAN_DIGITS or char == "十" for char in whole) else -1
    if value < 0:
        return None
    digits = "".join(str(_HAN_DIGITS[char]) for char in fraction)
    return Decimal(f"{value}.{digits}") if digits else Decimal(value)


def _structured(whole: str) -> int:
    """Multiply what stands before 亿, then 万, and add what stands after: 三万亿 = (3 * 10^4) * 10^8."""
    for char, scale in reversed(_HAN_SECTIONS.items()):
        if char in whole:
            left, _, right = whole.rpartition(char)
            return (_structured(left) or 1) * scale + _structured(right)
    total = digit = 0
    for char in whole:
        if char in _HAN_DIGITS:
            digit = _HAN_DIGITS[char]
        else:
            total += (digit or 1) * _HAN_UNITS[char]
            digit = 0
    return total + digit

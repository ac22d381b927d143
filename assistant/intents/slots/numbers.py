"""Chinese numerals, and order numbers."""

from __future__ import annotations

import re

from assistant.intents.slots.found import Slot

_DIGITS = {digit: value for value, digits in enumerate(("零〇", "一壹", "二两贰", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")) for digit in digits}  # fmt: skip # noqa: E501
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
NUMERAL = "[" + "".join(_DIGITS) + "".join(_UNITS) + "万亿]"
"""Body of a regular expression: one character of a Chinese numeral."""

_NAMED = re.compile(
    r"(?:\b(?:order|parcel|tracking|shipment)(?: ?(?:number|no\.?|id))?(?: is)?|订单(?:号|编号)?|单号|运单号?)"
    r"[ :：#是为]*(?P<number>[A-Za-z]{0,4}-?\d(?:[\dA-Za-z-]{3,22})[\dA-Za-z])(?![\dA-Za-z.,]*\d)",
    re.IGNORECASE,
)
_BARE = re.compile(r"(?<![\w.-])(?P<number>#\d{5,20}|[A-Z]{1,4}-?\d{6,20}|\d{12,20})(?![\w-]|\.\d)")
_DAY = re.compile(r"(?:19|20)\d\d-?(?:0[1-9]|1[0-2])-?(?:0[1-9]|[12]\d|3[01])")


def parse(numeral: str) -> int | None:
    """Read a Chinese numeral (三百二十, 两万五, 十二); None when it is none."""
    total = section = digit = 0
    last = 1
    for sign in numeral:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
            last = 10 if sign in "零〇" else last
        elif sign in _UNITS:
            section += (digit or 1) * _UNITS[sign]
            digit, last = 0, _UNITS[sign]
        elif sign in "万亿":
            last = 10_000 if sign == "万" else 100_000_000
            value = section + digit
            total = (total + value) * last if last == 100_000_000 else total + value * last
            section = digit = 0
        else:
            return None
    if not numeral:
        return None
    return total + section + (digit * last // 10 if digit and last >= 100 else digit)


def order_numbers(text: str) -> list[Slot]:
    """Find what is called an order number, and what can hardly be anything else."""
    found: dict[int, Slot] = {}
    for pattern in (_NAMED, _BARE):
        for match in pattern.finditer(text):
            number, start = match["number"], match.start("number")
            hidden = pattern is _BARE and _DAY.fullmatch(number) is not None
            start, number = start + number.startswith("#"), number.lstrip("#")
            if sum(sign.isdigit() for sign in number) >= 4 and not hidden:
                found.setdefault(start, Slot("order_number", number, number.upper(), start))
    return list(found.values())

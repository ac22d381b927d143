"""Amounts of money with their currency."""

from __future__ import annotations

import re
from decimal import Decimal

from assistant.intents.slots.found import Slot
from assistant.intents.slots.numbers import NUMERAL, parse

_SIGNS = {"$": "USD", "US$": "USD", "HK$": "HKD", "€": "EUR", "£": "GBP", "¥": "CNY", "￥": "CNY"}
_WORDS = {
    "dollars": "USD", "dollar": "USD", "bucks": "USD", "usd": "USD", "euros": "EUR", "euro": "EUR", "eur": "EUR",
    "pounds": "GBP", "pound": "GBP", "gbp": "GBP", "yuan": "CNY", "rmb": "CNY", "cny": "CNY", "hkd": "HKD",
    "人民币": "CNY", "块钱": "CNY", "块": "CNY", "元": "CNY", "美元": "USD", "美金": "USD", "欧元": "EUR",
    "港币": "HKD", "港元": "HKD", "英镑": "GBP",
}  # fmt: skip
_SCALES = {"k": 1_000, "m": 1_000_000, "thousand": 1_000, "million": 1_000_000, "万": 10_000, "亿": 100_000_000, "千": 1_000, "百": 100}  # fmt: skip # noqa: E501
_PLAIN = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_SCALE = r"(?P<scale>(?:k|m|thousand|million)\b|[万亿千百])?"
_UNIT = "|".join(sorted(_WORDS, key=len, reverse=True))
_SIGN = "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_BEFORE = re.compile(rf"(?P<sign>{_SIGN}) ?(?P<number>{_PLAIN}) ?{_SCALE}", re.IGNORECASE)
_AFTER = re.compile(
    rf"(?<![\d.,])(?:(?P<number>{_PLAIN}) ?{_SCALE}|(?P<numeral>{NUMERAL}+)) ?(?P<unit>{_UNIT})(?![a-z])"
    r"(?:(?P<tenths>[一二三四五六七八九\d])(?:毛|角|(?![\w.])))?",
    re.IGNORECASE,
)


def amounts(text: str) -> list[Slot]:
    """Find amounts; `value` is `<decimal> <ISO 4217 code>`. A number without a currency is no amount."""
    found: dict[int, Slot] = {}
    for match in _BEFORE.finditer(text):
        _add(found, match, _scaled(match["number"], match["scale"]), _SIGNS[match["sign"].upper()])
    for match in _AFTER.finditer(text):
        currency = _WORDS[match["unit"].lower()]
        if match["numeral"]:
            whole = parse(match["numeral"])
            value = None if whole is None else Decimal(whole)
        else:
            value = _scaled(match["number"], match["scale"])
        if value is not None and match["tenths"]:
            value += Decimal(parse(match["tenths"]) or match["tenths"]) / 10
        if value is not None and not any(start <= match.start() < start + len(s.text) for start, s in found.items()):
            _add(found, match, value, currency)
    return list(found.values())


def _add(found: dict[int, Slot], match: re.Match[str], value: Decimal, currency: str) -> None:
    shown = f"{value.normalize():f}"
    found[match.start()] = Slot("amount", match[0].strip(), f"{shown} {currency}", match.start())


def _scaled(number: str, scale: str | None) -> Decimal:
    return (
        Decimal(number.replace(",", "")) * _SCALES[(scale or "").lower()] if scale else Decimal(number.replace(",", ""))
    )

"""Quantities in folded text: numbers with their units, digits and words alike, in Chinese and English."""

from __future__ import annotations

import re
from collections import Counter

_DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
_STEPS = {"十": 10, "百": 100, "千": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_ENGLISH = {
    word: value
    for value, words in {
        0: "zero", 2: "two twice double", 3: "three triple", 4: "four", 5: "five", 6: "six", 7: "seven", 8: "eight",
        9: "nine", 10: "ten", 11: "eleven", 12: "twelve", 13: "thirteen", 14: "fourteen", 15: "fifteen",
        16: "sixteen", 17: "seventeen", 18: "eighteen", 19: "nineteen", 20: "twenty", 30: "thirty", 40: "forty",
        50: "fifty", 60: "sixty", 70: "seventy", 80: "eighty", 90: "ninety", 100: "hundred", 1000: "thousand",
        1_000_000: "million",
    }.items()
    for word in words.split()
}  # fmt: skip
_ORDINALS = {
    word: value
    for value, words in {2: "second 2nd", 3: "third 3rd", 4: "fourth 4th", 5: "fifth 5th", 10: "tenth 10th"}.items()
    for word in words.split()
}

NUMBER_WORDS = frozenset(_ENGLISH) | frozenset(_ORDINALS)

_UNITS = {
    spelling: unit
    for unit, spellings in {
        "day": "day days 天 日 号",
        "week": "week weeks 周 星期 礼拜",
        "month": "month months 个月 月",
        "year": "year years yr yrs 年 岁 周岁",
        "hour": "hour hours hr hrs h 小时 钟头",
        "minute": "minute minutes min mins 分钟",
        "second": "second seconds sec secs 秒",
        "percent": "% percent pct",
        "milligram": "mg milligram milligrams 毫克",
        "gram": "g gram grams 克",
        "kilogram": "kg kilogram kilograms 公斤 千克",
        "jin": "斤",
        "millilitre": "ml millilitre millilitres 毫升",
        "litre": "l litre litres liter liters 升",
        "millimetre": "mm 毫米",
        "centimetre": "cm 厘米 公分",
        "metre": "m metre metres meter meters 米",
        "kilometre": "km kilometre kilometres 公里 千米",
        "dollar": "$ usd dollar dollars 美元 美金",
        "yuan": "¥ rmb cny yuan 元 块 人民币",
        "euro": "€ eur euro euros 欧元",
        "pound": "£ gbp pound pounds 英镑",
        "yen": "jpy yen 日元",
        "gigabyte": "gb gigabyte gigabytes",
        "megabyte": "mb megabyte megabytes",
        "kilobyte": "kb kilobyte kilobytes",
        "terabyte": "tb terabyte terabytes",
        "times": "times 次 倍 回",
        "piece": "个 件 张 条 台 部 人 名 位 片 粒 颗 份 笔 种 项 户 只 瓶 盒",
    }.items()
    for spelling in spellings.split()
}
_WORD_UNITS = sorted((u for u in _UNITS if u.isascii()), key=len, reverse=True)
_HAN_UNITS = sorted((u for u in _UNITS if not u.isascii()), key=len, reverse=True)
_UNIT = "|".join([*(re.escape(u) + (r"(?![a-z])" if u.isalpha() else "") for u in _WORD_UNITS), *_HAN_UNITS])
_PREFIX = r"(?P<before>[$¥€£])?"
_NUMBER = re.compile(
    rf"{_PREFIX}(?<![a-z0-9_.])(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>{_UNIT})?|(?P<glued>\d+(?:\.\d+)?)"
)
# A Chinese numeral counts when it is longer than one character or a unit follows: 一下, 万一, 三方 are words.
_HAN_NUMBER = re.compile(
    rf"(?<![第])(?P<number>[零〇一二两三四五六七八九十百千万亿]+)(?P<unit>{'|'.join(_HAN_UNITS)})"
    r"|(?P<long>[零〇一二两三四五六七八九][十百千万亿][零〇一二两三四五六七八九十百千万亿]*"
    r"|十[一二三四五六七八九]|[零〇一二三四五六七八九]{3,})"
)
_HAN_ORDINAL = re.compile(r"第(?P<number>[一二三四五六七八九十]+)")
_NOT_A_QUANTITY = re.compile(
    r"(?<![零〇一二两三四五六七八九十百千万亿])一(?:个|次|种|些|下|样|直|般|定|起|点|天|位|张|笔|份|条|件|台)"
    r"|两者|千万(?=别|不)"
)
_ENGLISH_NUMBER = re.compile(rf"\b(?P<number>{'|'.join(_ENGLISH)})\b(?:[ -](?P<unit>{_UNIT}))?")
_ENGLISH_ORDINAL = re.compile(rf"\b(?P<number>{'|'.join(_ORDINALS)})\b(?! ago)")


_NAMES_WITH_NUMBERS = re.compile(
    r"covid[ -]?19|sars[ -]cov[ -]2|2019[ -]ncov|新冠19|24[ /x×]7|7[ x×]24|omega[ -]?[36]|h[1-9]n[1-9]"
)


def quantities(folded: str) -> Counter[tuple[float, str]]:
    """Count the (value, unit) pairs of a folded text; the unit is "" where none is written.

    >>> quantities("退款要3天吗") == quantities("退款要三天吗")
    True
    """
    text = _NOT_A_QUANTITY.sub(" ", _NAMES_WITH_NUMBERS.sub(" ", folded))
    found: Counter[tuple[float, str]] = Counter()
    for match in _NUMBER.finditer(text):
        unit = match["unit"] or match["before"] or ""
        found[float(match["number"] or match["glued"]), _UNITS.get(unit, "")] += 1
    for match in _HAN_NUMBER.finditer(text):
        found[float(han_value(match["number"] or match["long"])), _UNITS.get(match["unit"] or "", "")] += 1
    for match in _HAN_ORDINAL.finditer(text):
        found[float(han_value(match["number"])), "ordinal"] += 1
    for match in _ENGLISH_NUMBER.finditer(text):
        found[float(_ENGLISH[match["number"]]), _UNITS.get(match["unit"] or "", "")] += 1
    for match in _ENGLISH_ORDINAL.finditer(text):
        if match["number"] != "second" or " seconds" not in text:
            found[float(_ORDINALS[match["number"]]), "ordinal"] += 1
    return found


def han_value(numeral: str) -> int:
    """Read a Chinese numeral: 三千五百 is 3500, 十二 is 12, 二〇二四 is 2024."""
    if all(char in _DIGITS for char in numeral):
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total, section, digit = 0, 0, 0
    for char in numeral:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _STEPS:
            section += (digit or 1) * _STEPS[char]
            digit = 0
        else:
            total = (total + section + digit or 1) * _BIG[char]
            section = digit = 0
    return total + section + digit

"""Dates: written out, or told from today."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta

from assistant.intents.slots.found import Slot
from assistant.intents.slots.numbers import NUMERAL, parse

_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
_MONTH = "(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"  # fmt: skip # noqa: E501
_WEEKDAY = "(?P<weekday>mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?"
_COUNT = rf"(?P<count>\d{{1,3}}|{NUMERAL}{{1,4}})"
_EN_COUNTS = {"a": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "ten": 10}
_NAMED = {
    "the day after tomorrow": 2, "day after tomorrow": 2, "the day before yesterday": -2, "day before yesterday": -2,
    "today": 0, "tonight": 0, "tomorrow": 1, "yesterday": -1, "今天": 0, "今日": 0, "今晚": 0, "明天": 1, "明日": 1,
    "明晚": 1, "大后天": 3, "后天": 2, "昨天": -1, "昨日": -1, "昨晚": -1, "大前天": -3, "前天": -2,
}  # fmt: skip
_RELATIVE = re.compile(r"\b(?:the )?day (?:after tomorrow|before yesterday)\b|\b(?:today|tonight|tomorrow|yesterday)\b|大[前后]天|[今明昨][天日晚]|[前后]天", re.IGNORECASE)  # fmt: skip # noqa: E501
_ISO = re.compile(r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<sep>[-/.])(?P<month>\d{1,2})(?P=sep)(?P<day>\d{1,2})(?!\d)")
_ZH = re.compile(rf"(?:(?P<year>\d{{4}})年|(?P<when>今年|明年|去年))?(?P<month>\d{{1,2}}|{NUMERAL}{{1,2}})月(?P<day>\d{{1,2}}|{NUMERAL}{{1,3}})[日号]")  # fmt: skip # noqa: E501
_EN_FIRST = re.compile(rf"\b{_MONTH}\.? (?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,? (?P<year>(?:19|20)\d\d))?", re.IGNORECASE)  # fmt: skip # noqa: E501
_EN_DAY = re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH}\b(?:,? (?P<year>(?:19|20)\d\d))?", re.IGNORECASE)  # fmt: skip # noqa: E501
_EN_COUNT = "(?P<count>\\d{1,3}|a|one|two|three|four|five|six|seven|ten)"
_EN_IN = re.compile(rf"\bin {_EN_COUNT} (?P<unit>day|week)s?\b|\b{_EN_COUNT.replace('count', 'ago')} (?P<back>day|week)s? ago\b", re.IGNORECASE)  # fmt: skip # noqa: E501
_ZH_IN = re.compile(rf"{_COUNT}(?:个)?(?P<unit>天|日|周|星期)(?:之|以)?(?P<way>前|后)")
_EN_WEEK = re.compile(rf"\b(?P<which>this|next|last|on) {_WEEKDAY}\b", re.IGNORECASE)
_ZH_WEEK = re.compile(r"(?P<which>这|本|上上|上|下下|下)?(?:个)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])")
_WEEKS = {"上上": -2, "上": -1, "下": 1, "下下": 2}


def dates(text: str, today: date) -> list[Slot]:
    """Find dates; `value` is ISO 8601. Day and month in an order that cannot be told (3/4/2026) are left alone.

    A day without a year is the next such day from three months ago on: on 10 January "December 30" was last year.
    "Next Friday" is the one of the next week, a bare weekday the coming one.
    """
    found: dict[int, Slot] = {}
    for match, day in _all(text, today):
        taken = any(start <= match.start() < start + len(slot.text) for start, slot in found.items())
        if day is not None and not taken:
            found[match.start()] = Slot("date", match[0], day.isoformat(), match.start())
    return list(found.values())


def _all(text: str, today: date) -> Iterator[tuple[re.Match[str], date | None]]:
    for match in _ISO.finditer(text):
        yield match, _day(int(match["year"]), int(match["month"]), int(match["day"]))
    for match in _ZH.finditer(text):
        yield match, _written(match, _number(match["month"]), today)
    for pattern in (_EN_FIRST, _EN_DAY):
        for match in pattern.finditer(text):
            yield match, _written(match, _MONTHS.index(match["month"][:3].lower()) + 1, today)
    for match in _RELATIVE.finditer(text):
        yield match, today + timedelta(days=_NAMED[match[0].lower()])
    for match in _EN_IN.finditer(text):
        count, unit = match["count"] or match["ago"], match["unit"] or match["back"]
        days = (_EN_COUNTS.get(count.lower()) or int(count)) * (7 if unit.lower() == "week" else 1)
        yield match, today + timedelta(days=days if match["count"] else -days)
    for match in _ZH_IN.finditer(text):
        days = (_number(match["count"]) or 0) * (1 if match["unit"] in "天日" else 7)
        yield match, today + timedelta(days=days if match["way"] == "后" else -days)
    for match in _EN_WEEK.finditer(text):
        yield match, _weekday(today, match["which"].lower(), _DAYS.index(match["weekday"][:3].lower()))
    for match in _ZH_WEEK.finditer(text):
        yield match, _weekday(today, match["which"], "一二三四五六日".index(match["weekday"].replace("天", "日")))


def _weekday(today: date, which: str | None, number: int) -> date:
    monday = today - timedelta(days=today.weekday())
    weeks = {"next": 1, "last": -1, "this": 0, "这": 0, "本": 0, **_WEEKS}.get(which or "")
    if weeks is None:
        return today + timedelta(days=(number - today.weekday()) % 7)
    return monday + timedelta(days=number + 7 * weeks)


def _written(match: re.Match[str], month: int | None, today: date) -> date | None:
    year, day = match["year"], _number(match["day"])
    if month is None or day is None:
        return None
    if year:
        return _day(int(year), month, day)
    when = match.groupdict().get("when")
    if when:
        return _day(today.year + {"今年": 0, "明年": 1, "去年": -1}[when], month, day)
    near = (_day(today.year + offset, month, day) for offset in (-1, 0, 1))
    return next((found for found in near if found and found >= today - timedelta(days=92)), None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:  # 31 February
        return None


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else parse(text)

"""Slots are read exactly, in both languages, or not at all."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.models import SlotKind
from assistant.intents.slots import READERS, read
from assistant.intents.slots.numbers import parse

TODAY = date(2026, 11, 25)  # a Wednesday


def values(kind: str, text: str) -> list[str]:
    return [slot.value for slot in read(text, [kind], TODAY)]


def test_every_kind_that_can_be_declared_can_be_read() -> None:
    assert set(READERS) == set(SlotKind.values)


@pytest.mark.parametrize(
    ("numeral", "number"),
    [
        ("十二", 12),
        ("二十", 20),
        ("三百二十", 320),
        ("三百二", 320),
        ("三百零二", 302),
        ("两万五", 25000),
        ("一亿零三万", 100030000),
        ("五", 5),
        ("零", 0),
        ("", None),
        ("x", None),
    ],
)
def test_chinese_numerals(numeral: str, number: int | None) -> None:
    assert parse(numeral) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Track order 20260418 please", ["20260418"]),
        ("order number is AB-12345678, where is it", ["AB-12345678"]),
        ("my parcel #9912345 is late", ["9912345"]),
        ("订单号：DD2026112233", ["DD2026112233"]),
        ("订单12345678到哪了", ["12345678"]),
        ("单号是 SF1234567890", ["SF1234567890"]),
        ("202611220000123456 什么时候到", ["202611220000123456"]),
        ("I ordered 3 lamps on 2026-11-20", []),
        ("call me at 13812345678", []),
        ("my order is late", []),
        ("in order to pay 500 dollars", []),
    ],
)
def test_order_numbers(text: str, expected: list[str]) -> None:
    assert values("order_number", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("refund me $1,299.50 please", ["1299.5 USD"]),
        ("I paid 20 euros and 5 pounds", ["20 EUR", "5 GBP"]),
        ("£3k missing", ["3000 GBP"]),
        ("2 million dollars", ["2000000 USD"]),
        ("退我三百二十块", ["320 CNY"]),
        ("转了3万元", ["30000 CNY"]),
        ("三块五", ["3.5 CNY"]),
        ("扣了我￥88.8", ["88.8 CNY"]),
        ("一百美元等于多少人民币", ["100 USD"]),
        ("HK$500", ["500 HKD"]),
        ("the 20 lamps", []),
        ("第三单元", []),
    ],
)
def test_amounts(text: str, expected: list[str]) -> None:
    assert values("amount", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("it should come tomorrow", ["2026-11-26"]),
        ("since the day before yesterday", ["2026-11-23"]),
        ("in 3 days", ["2026-11-28"]),
        ("two weeks ago", ["2026-11-11"]),
        ("next Friday", ["2026-12-04"]),
        ("last Monday", ["2026-11-16"]),
        ("on Sunday", ["2026-11-29"]),
        ("December 30", ["2026-12-30"]),
        ("3rd of March 2025", ["2025-03-03"]),
        ("January 5", ["2027-01-05"]),
        ("2026-02-30", []),
        ("on 3/4/2026", []),
        ("2026/3/4", ["2026-03-04"]),
        ("后天能到吗", ["2026-11-27"]),
        ("大前天下的单", ["2026-11-22"]),
        ("下周一", ["2026-11-30"]),
        ("上周五买的", ["2026-11-20"]),
        ("三天后", ["2026-11-28"]),
        ("两周前", ["2026-11-11"]),
        ("3月5号", ["2027-03-05"]),
        ("2025年十二月三十一日", ["2025-12-31"]),
        ("去年10月1日", ["2025-10-01"]),
        ("从昨天到明天", ["2026-11-24", "2026-11-26"]),
        ("the may fair", []),
    ],
)
def test_dates_are_told_from_today(text: str, expected: list[str]) -> None:
    assert values("date", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Can I take Ibuprofen with amoxicillin?", ["ibuprofen", "amoxicillin"]),
        ("dose of metformin", ["metformin"]),
        ("吃布洛芬和阿莫西林", ["布洛芬", "阿莫西林"]),
        ("停了阿托伐他汀", ["阿托伐他汀"]),
        ("头孢能喝酒吗", ["头孢"]),
        ("my head hurts", []),
        ("我头疼", []),
    ],
)
def test_drugs(text: str, expected: list[str]) -> None:
    assert values("drug", text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what about $AAPL and NYSE: IBM", ["AAPL", "IBM"]),
        ("TSLA stock fell", ["TSLA"]),
        ("600519.SH 和 00700.HK", ["600519.SH", "00700.HK"]),
        ("股票代码600519", ["600519"]),
        ("000001的股价", ["000001"]),
        ("THE END", []),
        ("邮编 100080", []),
        ("$20 fee", []),
    ],
)
def test_tickers(text: str, expected: list[str]) -> None:
    assert values("ticker", text) == expected


def test_several_kinds_come_in_the_order_of_the_text() -> None:
    found = read("订单12345678昨天扣了我88元", ["amount", "date", "order_number", "unknown"], TODAY)
    assert [(slot.kind, slot.value) for slot in found] == [
        ("order_number", "12345678"),
        ("date", "2026-11-24"),
        ("amount", "88 CNY"),
    ]


@given(st.text(max_size=80))
def test_no_text_is_too_odd_and_every_slot_stands_where_it_says(text: str) -> None:
    for slot in read(text, READERS, TODAY):
        assert 0 <= slot.start < len(text)
        assert slot.value

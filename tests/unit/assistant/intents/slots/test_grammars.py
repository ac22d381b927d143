"""The algebra of the slots: what is written down comes back, and what stands around it makes no difference."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.intents.slots import READERS, Slot, read
from assistant.intents.slots.numbers import parse

TODAY = date(2026, 11, 25)  # a Wednesday
DAYS = st.dates(date(1990, 1, 1), date(2090, 12, 31))
MONTHS = [
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
]  # fmt: skip
DIGITS = "零一二三四五六七八九"
WEEK = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def values(kind: str, text: str, today: date = TODAY) -> list[str]:
    return [slot.value for slot in read(text, [kind], today)]


def below_ten_thousand(number: int) -> str:
    """Write a number as it is said: 302 is 三百零二."""
    said, gap = "", False
    for unit, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            said += ("零" if gap and said else "") + DIGITS[digit] + sign
            gap = False
        else:
            gap = bool(said)
    return said


def numeral(number: int) -> str:
    high, low = divmod(number, 10_000)
    if not high:
        return below_ten_thousand(low)
    between = "零" if 0 < low < 1000 else ""
    return f"{below_ten_thousand(high)}万{between}{below_ten_thousand(low)}"


@given(st.integers(1, 99_999_999))
def test_a_chinese_numeral_comes_back_as_its_number(number: int) -> None:
    assert parse(numeral(number)) == number


@given(st.integers(10, 19))
def test_the_one_before_ten_may_be_left_out(number: int) -> None:
    assert parse(numeral(number)) == parse(numeral(number).removeprefix("一")) == number


@pytest.mark.parametrize(("said", "number"), [("两百五", 250), ("三千六", 3600), ("一万二", 12000), ("二十五", 25)])
def test_a_last_digit_without_its_unit_counts_a_tenth_of_the_one_before(said: str, number: int) -> None:
    assert parse(said) == number


@given(DAYS)
def test_a_date_in_figures_comes_back(day: date) -> None:
    expected = [day.isoformat()]
    assert values("date", f"sent on {day.isoformat()} by post") == expected
    assert values("date", f"{day.year}/{day.month}/{day.day}") == expected
    assert values("date", f"{day.year}年{day.month}月{day.day}日下的单") == expected


@given(DAYS)
def test_a_date_in_english_words_comes_back_in_either_order(day: date) -> None:
    month = MONTHS[day.month - 1]
    assert values("date", f"{month} {day.day}, {day.year}") == [day.isoformat()]
    assert values("date", f"{day.day} {month} {day.year}") == [day.isoformat()]


@given(DAYS, st.integers(1, 60))
def test_days_from_now_are_counted_from_the_askers_today(today: date, days: int) -> None:
    ahead, back = [(today + timedelta(sign * days)).isoformat() for sign in (1, -1)]
    assert values("date", f"in {days} days", today) == values("date", f"{days}天后", today) == [ahead]
    assert values("date", f"{days} days ago", today) == values("date", f"{days}天前", today) == [back]


@given(DAYS, st.integers(0, 6))
def test_a_bare_weekday_is_within_a_week_and_next_weeks_is_after_this_weeks(today: date, weekday: int) -> None:
    bare = date.fromisoformat(values("date", f"周{'一二三四五六日'[weekday]}", today)[0])
    assert bare.weekday() == weekday
    assert timedelta(0) <= bare - today < timedelta(7)
    weeks = [
        date.fromisoformat(values("date", f"{which} {WEEK[weekday]}", today)[0]) for which in ("last", "this", "next")
    ]
    assert [later - earlier for earlier, later in pairwise(weeks)] == [timedelta(7)] * 2
    chinese = [values("date", f"{which}周{'一二三四五六日'[weekday]}", today)[0] for which in "上这下"]
    assert chinese == [day.isoformat() for day in weeks]


@given(DAYS, st.integers(1, 12), st.integers(1, 28))
def test_a_day_without_a_year_is_the_next_from_three_months_ago_on(today: date, month: int, day: int) -> None:
    (found,) = values("date", f"{month}月{day}日", today)
    assert (date.fromisoformat(found).month, date.fromisoformat(found).day) == (month, day)
    assert -92 <= (date.fromisoformat(found) - today).days <= 366


@pytest.mark.parametrize("text", ["2026-13-01", "2026-02-29", "2025年2月29日", "February 30, 2026", "31 April 2026"])
def test_a_day_that_no_calendar_has_is_no_date(text: str) -> None:
    assert values("date", text) == []


AMOUNTS = st.decimals(Decimal("0.01"), Decimal(9_999_999), places=2)


@given(AMOUNTS)
def test_an_amount_comes_back_with_or_without_thousands_and_on_either_side(amount: Decimal) -> None:
    expected = Decimal(amount)
    for text, currency in (
        (f"${amount:,}", "USD"),
        (f"I paid {amount} euros", "EUR"),
        (f"退我{amount}元", "CNY"),
        (f"£ {amount} is missing", "GBP"),
    ):
        (found,) = values("amount", text)
        number, code = found.split()
        assert (Decimal(number), code) == (expected, currency)


@given(st.integers(1, 99_999))
def test_an_amount_in_words_is_the_one_in_figures(number: int) -> None:
    assert values("amount", f"扣了{numeral(number)}元") == values("amount", f"扣了{number}元") == [f"{number} CNY"]


@given(
    st.integers(1, 999), st.sampled_from([("k", 1000), ("万", 10_000), (" million", 1_000_000), ("亿", 100_000_000)])
)
def test_a_scale_multiplies(number: int, scale: tuple[str, int]) -> None:
    word, times = scale
    assert values("amount", f"${number}{word}") == [f"{number * times} USD"]


@given(st.from_regex(r"[A-Z]{2}\d{8,14}", fullmatch=True))
def test_a_named_order_number_comes_back_whatever_its_case(number: str) -> None:
    assert values("order_number", f"where is order {number.lower()}?") == [number]
    assert values("order_number", f"订单号：{number}，到哪了") == [number]


@given(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), st.from_regex(r"60\d{4}", fullmatch=True))
def test_a_marked_ticker_comes_back(letters: str, figures: str) -> None:
    assert values("ticker", f"should I sell ${letters} now") == [letters]
    assert values("ticker", f"查 {figures}.SH 的价格") == [f"{figures}.SH"]


@given(st.lists(st.sampled_from(["$5", "明天", "订单12345678", "aspirin", "$AAPL", "3天后", "hello", "退我三块五"])))
def test_each_slot_is_its_own_stretch_of_the_text_and_in_order(pieces: list[str]) -> None:
    text = " , ".join(pieces)
    found = read(text, READERS, TODAY)
    assert [slot.start for slot in found] == sorted(slot.start for slot in found)
    assert len(found) == sum(piece != "hello" for piece in pieces)
    assert all(_shown(slot, text) for slot in found)


def _shown(slot: Slot, text: str) -> bool:
    return slot.text in text and text[slot.start :].startswith((slot.text, slot.value, slot.text.lstrip("$")))


@given(st.text(max_size=60), st.sets(st.sampled_from(sorted(READERS))))
def test_what_is_read_is_of_the_kinds_asked_for_and_no_kind_hides_another(text: str, kinds: set[str]) -> None:
    found = read(text, kinds, TODAY)
    assert {slot.kind for slot in found} <= kinds
    assert sorted(found, key=repr) == sorted((s for kind in kinds for s in read(text, [kind], TODAY)), key=repr)

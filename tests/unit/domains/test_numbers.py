"""Numbers read exactly, in both languages, and held against the evidence."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains import numbers
from domains.numbers import find, parse_han, ungrounded


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("1,234,567.89", ["1234567.89"]),
        ("$1,234.5 million", ["1234500000"]),
        ("3k users, 2bn views", ["3000", "2000000000"]),
        ("１２３，４５６", ["123456"]),
        ("1.2万元", ["12000"]),
        ("3亿", ["300000000"]),
        ("2万亿", ["2000000000000"]),
        ("5百万", ["5000000"]),
        ("三百二十元", ["320"]),
        ("百分之十五", ["15"]),
        ("两万五千人", ["25000"]),
        ("三天内", ["3"]),
        ("一般统一个", []),
        ("2019-03-31", ["2019", "3", "31"]),
        ("(12.5)", ["12.5"]),
        ("as shown [1]", []),
        ("1. First\n2. Second", []),
        ("3 months at best", ["3"]),
        ("v2.2", ["2.2"]),
        ("", []),
        ("no numbers 没有", []),
    ],
)
def test_numbers_are_found_with_their_value(text: str, values: list[str]) -> None:
    assert [number.value for number in find(text)] == [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("text", "percent"),
    [("15.3%", True), ("15 percent", True), ("15％", True), ("百分之三", True), ("2个百分点", True), ("15", False)],
)
def test_percentages_are_told_apart(text: str, percent: bool) -> None:
    assert find(text)[0].percent is percent


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("零", 0), ("十", 10), ("十二", 12), ("二十", 20), ("一百零五", 105), ("三百二十", 320), ("一千", 1000),
        ("两万五千", 25000), ("十万", 100000), ("一亿二千万", 120000000), ("三万亿", 3 * 10**12), ("二〇二三", 2023),
        ("万", None), ("千万", None), ("一一", None), ("两三", None),
    ],
)  # fmt: skip
def test_chinese_numerals_are_read(written: str, value: int | None) -> None:
    assert parse_han(written) == (None if value is None else Decimal(value))


def test_a_chinese_decimal_is_read() -> None:
    assert parse_han("三点一四") == Decimal("3.14")


DIGITS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Write a number below 10^12 as a Chinese reader would."""
    if number >= 10**8:
        return chinese(number // 10**8) + "亿" + after(number % 10**8, 10**7)
    if number >= 10**4:
        return chinese(number // 10**4) + "万" + after(number % 10**4, 10**3)
    out, started = "", False
    for unit, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // unit % 10
        if digit:
            out += DIGITS[digit] + name
            started = True
        elif started and number % unit and not out.endswith("零"):
            out += "零"
    return out or "零"


def after(rest: int, full: int) -> str:
    return "" if rest == 0 else ("零" if rest < full else "") + chinese(rest)


@given(st.integers(0, 10**12 - 1))
def test_chinese_numerals_read_back_what_was_written(number: int) -> None:
    assert parse_han(chinese(number)) == Decimal(number)


@given(st.integers(0, 10**15), st.integers(0, 99))
def test_thousands_separators_change_nothing(whole: int, cents: int) -> None:
    assert find(f"{whole:,}.{cents:02d}")[0].value == find(f"{whole}.{cents:02d}")[0].value


@given(
    st.decimals(min_value=0, max_value=9999, places=2),
    st.sampled_from([("万", 4), ("亿", 8), (" million", 6), ("bn", 9)]),
)
def test_a_scale_multiplies_exactly(mantissa: Decimal, scale: tuple[str, int]) -> None:
    assert find(f"{mantissa}{scale[0]}")[0].value == mantissa.scaleb(scale[1])


@pytest.mark.parametrize(
    ("answer", "given_texts", "missing"),
    [
        ("It takes 5 days [1].", ["five days"], 0),
        ("It takes 5 days.", ["7 days"], 1),
        ("收入1.2万元。", ["收入12000元"], 0),
        ("收入1.2万元。", ["收入12,500元"], 1),
        ("$1,452.4 million", ["in millions | 1,452.4"], 0),
        ("$1,452.4 million", ["1,452.4"], 1),
        ("增长百分之十五", ["增长15%"], 0),
        ("一般需要三天", ["3天"], 0),
        ("1. Open it\n2. Close it", [], 0),
        ("Nothing here", [], 0),
        ("from 2018 to 2021", ["2018", "2019"], 1),
    ],
)
def test_numbers_must_stand_in_the_evidence(answer: str, given_texts: list[str], missing: int) -> None:
    assert len(ungrounded(answer, given_texts)) == missing


@given(st.text(max_size=120))
def test_every_text_grounds_itself(text: str) -> None:
    assert ungrounded(text, [text]) == []


def test_known_values_include_number_words_and_bare_cells() -> None:
    assert {Decimal(3), Decimal("1.5"), Decimal(1500000)} <= numbers.known(["three of 1.5 million"])

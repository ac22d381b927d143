"""Personal data found by shape and confirmed by checksum."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domains import pii


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Write to li.wei+x@example.com today", "Write to [email] today"),
        ("My card 4111 1111 1111 1111 expired", "My card [bank_card] expired"),
        ("order 4111 1111 1111 1112", "order 4111 1111 1111 1112"),
        ("身份证11010519491231002X", "身份证[id_card]"),
        ("编号110105194912310021", "编号110105194912310021"),
        ("打13812345678找我", "打[phone]找我"),
        ("+86 138 1234 5678", "[phone]"),
        ("call (415) 555-2671 now", "call [phone] now"),
        ("SSN 123-45-6789.", "SSN [ssn]."),
        ("IBAN DE89 3704 0044 0532 0130 00 ok", "IBAN [iban] ok"),
        ("host 192.168.1.20 is down", "host [ip] is down"),
        ("version 1.2.3 costs 1999 yuan in 2024", "version 1.2.3 costs 1999 yuan in 2024"),
        ("", ""),
    ],
)
def test_what_is_personal_is_masked_and_nothing_else(text: str, masked: str) -> None:
    assert pii.mask(text) == masked


def test_only_the_asked_kinds_are_masked() -> None:
    assert pii.mask("a@b.co 13812345678", frozenset({"phone"})) == "a@b.co [phone]"


def luhn_complete(digits: str) -> str:
    return next(digits + str(check) for check in range(10) if pii.luhn(digits + str(check)))


@given(st.text("0123456789", min_size=15, max_size=15).filter(lambda digits: len(set(digits)) > 2 and digits[0] != "0"))
def test_one_wrong_digit_is_no_card(digits: str) -> None:
    card = luhn_complete(digits)
    assert pii.luhn(card)
    wrong = card[:-1] + str((int(card[-1]) + 1) % 10)
    assert not pii.luhn(wrong)


@given(st.text(max_size=100))
def test_spans_are_in_order_and_apart(text: str) -> None:
    spans = pii.find(text)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@given(st.text(max_size=100))
def test_masking_twice_changes_nothing_more(text: str) -> None:
    assert pii.mask(pii.mask(text)) == pii.mask(text)

from __future__ import annotations

import pytest

from retrieval.loaders.legible import is_legible
from tests.unit.retrieval.drawn import EN, TRADITIONAL, ZH

SHIFTED = "".join(chr(ord(char) - 29) if char.isalpha() else char for char in EN).replace(" ", "\x03")


@pytest.mark.parametrize(
    "text",
    [
        ZH, TRADITIONAL, EN, "12", "Seite 3 von 7",
        "Die Rückgabe gekaufter Ware ist innerhalb von dreißig Tagen möglich, wenn sie vollständig ist.",
        "Les articles achetés peuvent être retournés après réception, à condition d'être complets.",
        "Возврат товара возможен в течение тридцати дней после получения.",
        "目录 .......................................................... 3\n退款 .............................. 5",
        "2023 12,345.00 13,111.20 -4.5%\n2024 15,345.00 17,111.20 -2.5%",
        "def refund(order: Order) -> Decimal:\n    return order.total if order.days <= 30 else Decimal(0)\n" * 2,
    ],
)  # fmt: skip
def test_text_is_legible(text: str) -> None:
    assert is_legible(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "  \n", "\ue001\ue002\ue003\ue00a", "(cid:12)(cid:7)(cid:33) (cid:4)", "�" * 9 + "ab",
        ZH.encode("gbk").decode("latin-1"), "!\"#$%&'()*+,-./0:;<=>?@" * 3,
        "餪籏蘕穛鼰騿豃矡颾虂爩鸙龖齉纞钂鑿癵驫鱻麤龘讟鸜" * 2, "/g12/g44/g5/g61/g12",
    ],
)  # fmt: skip
def test_what_only_looks_like_text_is_not(text: str) -> None:
    assert not is_legible(text)


def test_an_alphabet_that_is_shifted_is_not_legible() -> None:
    assert not is_legible(SHIFTED)

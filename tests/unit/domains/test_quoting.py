"""Literal answers are quoted; anything doubtful is left to the model."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from domains.quoting import quote
from retrieval.types import Hit

POLICY = "Gift cards cannot be returned. Unused cards bought online can be refunded within 7 days. Ask at the desk."
STORES = "store | opens | closes\nLingang | 9:30 | 21:30\nYunling | 10:00 | 20:00"


@pytest.mark.parametrize(
    ("question", "text", "language", "quoted"),
    [
        (
            "Within how many days can an unused card be refunded?",
            POLICY,
            "en",
            "Unused cards bought online can be refunded within 7 days. [1]",
        ),
        (
            "每个项目最多能建几个密钥？",
            "密钥很重要。每个项目最多20个密钥，密钥只在创建时显示一次。",
            "zh",
            "每个项目最多20个密钥，密钥只在创建时显示一次。[1]",
        ),
        ("When does the Lingang store open?", STORES, "en", "store | opens | closes\nLingang | 9:30 | 21:30 [1]"),
        (
            "Who founded Acme Robotics?",
            "Acme Robotics was founded by Jane Lee. It sells arms.",
            "en",
            "Acme Robotics was founded by Jane Lee. [1]",
        ),
    ],
)
def test_a_literal_answer_is_quoted(
    hit: Callable[..., Hit], question: str, text: str, language: str, quoted: str
) -> None:
    assert quote(question, [hit(text, language=language)]) == quoted


def test_the_number_is_that_of_the_hit(hit: Callable[..., Hit]) -> None:
    quoted = quote("Within how many days can an unused card be refunded?", [hit("We sell tea."), hit(POLICY)])
    assert quoted is not None
    assert quoted.endswith("[2]")


@pytest.mark.parametrize(
    ("question", "text", "why"),
    [
        ("Why can gift cards not be returned?", POLICY, "a reason is not quoted"),
        ("How do I return a gift card?", POLICY, "a way is not quoted"),
        ("How many days?", POLICY, "too few words"),
        ("Within how many days can a damaged fridge be exchanged?", POLICY, "other words"),
        ("When was the card refunded?", "The card was refunded.", "no date in it"),
        ("How many cards can be refunded in 2019?", POLICY, "another number"),
        ("", POLICY, "nothing asked"),
    ],
)
def test_what_is_not_literal_is_not_quoted(hit: Callable[..., Hit], question: str, text: str, why: str) -> None:
    assert quote(question, [hit(text)]) is None, why


def test_another_language_is_never_quoted(hit: Callable[..., Hit]) -> None:
    assert quote("未使用的礼品卡几天内可以退款？", [hit(POLICY)]) is None


def test_two_passages_that_disagree_are_not_quoted(hit: Callable[..., Hit]) -> None:
    other = POLICY.replace("7 days", "30 days")
    assert quote("Within how many days can an unused card be refunded?", [hit(POLICY), hit(other, key="b")]) is None


def test_the_same_passage_twice_is_quoted_from_the_first(hit: Callable[..., Hit]) -> None:
    quoted = quote("Within how many days can an unused card be refunded?", [hit(POLICY), hit(POLICY, key="b")])
    assert quoted == "Unused cards bought online can be refunded within 7 days. [1]"


def test_without_hits_nothing_is_quoted() -> None:
    assert quote("How many days for a refund?", []) is None

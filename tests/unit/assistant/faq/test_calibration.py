"""Pairs that people judge."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput
from assistant.faq import calibration
from assistant.faq.models import CalibrationPair, PairOrigin

A, B = "How long do I have to return something?", "Until when may I send it back?"


def record(tenant: Tenant, a: str = A, b: str = B, *, same: bool = True) -> CalibrationPair | None:
    return calibration.record(tenant, "en", "general", a, b, same=same, origin=PairOrigin.FEEDBACK)


def test_the_newest_word_on_a_pair_counts_whatever_its_order_and_wrapping(tenant: Tenant) -> None:
    record(tenant, A, B, same=True)
    record(tenant, f"Hello, {B.lower()}", f"{A} Thanks!", same=False)
    pair = CalibrationPair.objects.get()
    assert not pair.same
    assert pair.origin == PairOrigin.FEEDBACK


def test_every_process_is_told_of_a_new_pair(tenant: Tenant) -> None:
    record(tenant)
    before = Version.numbers("faq")["acme"]
    record(tenant, same=False)
    assert Version.numbers("faq")["acme"] == before + 1


def test_equal_words_say_nothing_about_a_threshold(tenant: Tenant) -> None:
    assert record(tenant, A, f"Hi, {A.upper()}") is None
    assert not CalibrationPair.objects.exists()


@pytest.mark.parametrize(("a", "b"), [("", B), (A, "?!")])
def test_a_pair_without_words_is_refused_in_both_languages(tenant: Tenant, a: str, b: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        record(tenant, a, b)
    assert "问题" in refused.value.text.zh


def test_only_what_was_said_to_differ_is_denied_and_only_for_that_tenant(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    record(tenant, same=False)
    record(tenant, A, "What is your phone number?", same=True)
    assert calibration.denied("acme") == {calibration.digest(B, A)}
    assert calibration.denied(other.slug) == frozenset()


def test_a_question_of_a_whole_page_is_cut_and_still_named_by_all_of_it(tenant: Tenant) -> None:
    long = "why " * 600
    assert (pair := record(tenant, long, B)) is not None
    assert len(pair.question_a) == calibration.LONGEST
    assert pair.digest != calibration.digest(long[:1200], B)

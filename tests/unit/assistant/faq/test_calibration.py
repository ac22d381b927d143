"""Pairs that people judge."""

from __future__ import annotations

from itertools import combinations

import pytest
from django.db import transaction
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput
from assistant.faq import calibration
from assistant.faq.models import CalibrationPair, PairOrigin
from retrieval.language import detect

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


def called_different(slug: str) -> frozenset[str]:
    rows = CalibrationPair.objects.filter(tenant__slug=slug, same=False)
    assert all(calibration.differ(slug, row.question_b, row.question_a) for row in rows)
    return frozenset(rows.values_list("digest", flat=True))


def test_only_what_was_said_to_differ_is_denied_and_only_for_that_tenant(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    record(tenant, same=False)
    record(tenant, A, "What is your phone number?", same=True)
    assert called_different("acme") == {calibration.digest(B, A)}
    assert called_different(other.slug) == frozenset()


def test_a_question_of_a_whole_page_is_cut_and_still_named_by_all_of_it(tenant: Tenant) -> None:
    long = "why " * 600
    assert (pair := record(tenant, long, B)) is not None
    assert len(pair.question_a) == calibration.LONGEST
    assert pair.digest != calibration.digest(long[:1200], B)


WORDS = st.sampled_from([A, B, "退货要多久？", "How do I pay?", "ＶＩＰ卡怎么办"])


@given(WORDS, WORDS)
def test_a_pair_has_one_name_in_both_orders_and_none_for_equal_words(a: str, b: str) -> None:
    name = calibration.digest(a, b)
    assert name == calibration.digest(b, a) == calibration.digest(wrapped(b.upper()), wrapped(a))
    assert (name is None) == (a == b)


def wrapped(text: str) -> str:
    return f" Hello, {text} Thanks!" if detect(text) == "en" else f"你好，{text}谢谢"


def test_no_two_pairs_of_these_share_a_name() -> None:
    texts = [A, B, "退货要多久？", "How do I pay?", "How do I pay twice?"]
    names = [calibration.digest(a, b) for a, b in combinations(texts, 2)]
    assert len(set(names)) == len(names)


def test_a_no_taken_back_is_no_longer_denied(tenant: Tenant) -> None:
    record(tenant, same=False)
    assert len(called_different("acme")) == 1
    record(tenant, B, A, same=True)
    assert called_different("acme") == frozenset()
    assert CalibrationPair.objects.count() == 1


def test_tenants_judge_the_same_pair_for_themselves(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    before = Version.numbers("faq").get("other", 0)
    record(tenant, same=False)
    assert Version.numbers("faq").get("other", 0) == before  # nobody else's processes reload
    record(other, same=True)
    assert {(pair.tenant.slug, pair.same) for pair in CalibrationPair.objects.all()} == {
        ("acme", False),
        ("other", True),
    }
    assert called_different("other") == frozenset()


def test_a_judgement_whose_transaction_fails_leaves_nothing(tenant: Tenant) -> None:
    version = Version.numbers("faq").get("acme", 0)
    with transaction.atomic():
        record(tenant, same=False)
        transaction.set_rollback(True)
    assert called_different("acme") == frozenset()
    assert Version.numbers("faq").get("acme", 0) == version


@pytest.mark.parametrize("origin", list(PairOrigin))
def test_it_is_written_down_who_said_so_and_the_last_to_speak_is_named(tenant: Tenant, origin: PairOrigin) -> None:
    record(tenant, same=False)
    calibration.record(tenant, "en", "finance", A, B, same=True, origin=origin)
    pair = CalibrationPair.objects.get()
    assert (pair.origin, pair.same, pair.domain, pair.language) == (origin, True, "finance", "en")
    assert pair.judged_at > pair.created_at

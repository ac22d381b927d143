"""A wrong hit: gone for the whole entry, in whatever words, until the judgement is taken back."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant
from assistant.faq import calibration, corrections, issuing, rows, services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import CalibrationPair, FaqEntry, PairOrigin, ThresholdCertificate
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder

ASKED = "How can I change the address?"
WAYS = ["How do I change my address?", "May I have another address?"]


@pytest.fixture
def address(tenant: Tenant, house_encoder: Encoder) -> FaqEntry:
    entry = FaqEntry(tenant=tenant, key="address", language="en", question=WAYS[0], variants=WAYS[1:], answer="So.")
    return services.save(entry)


@pytest.fixture
def process(address: FaqEntry, house_encoder: Encoder, redis_url: str) -> FaqIndex:
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.refresh()
    return index


def refused(entry: FaqEntry) -> frozenset[str]:
    return next(found.refused for found in rows.published("acme", "e") if found.id == entry.pk)


def asked(process: FaqIndex, encoder: Encoder, text: str = ASKED) -> str | None:
    process.refresh()
    found = process.nearest("acme", encoder.encode_questions([text])[0], text, "en")
    return None if found is None else found.answer


def test_the_entry_does_not_answer_it_by_any_of_its_ways(
    address: FaqEntry, process: FaqIndex, house_encoder: Encoder
) -> None:
    assert asked(process, house_encoder) == address.answer
    assert corrections.wrong(address, ASKED)
    pair = CalibrationPair.objects.get()
    assert pair.question_b == WAYS[0]
    pair.question_b = WAYS[1]
    pair.save()  # as if it had been taken for the other way
    assert asked(process, house_encoder) is None
    assert asked(process, house_encoder, f"Hi! {ASKED.upper()} Thanks") is None
    assert not corrections.wrong(address, f"Hello, {ASKED}")


def test_taken_back_it_is_answered_again_and_the_thresholds_forget_it(
    address: FaqEntry, process: FaqIndex, house_encoder: Encoder
) -> None:
    corrections.wrong(address, ASKED)
    assert asked(process, house_encoder) is None
    assert corrections.allowed(address, f"Hello, {ASKED}")
    assert asked(process, house_encoder) == address.answer
    assert not CalibrationPair.objects.exists()
    assert not corrections.allowed(address, ASKED)


def test_what_an_editor_said_of_two_questions_is_taken_back_with_it(address: FaqEntry) -> None:
    calibration.record(
        address.tenant, "en", "general", WAYS[1], ASKED, same=False, origin=PairOrigin.EDITOR
    )  # in the other order, and of no entry
    assert refused(address) == {"how can i change the address"}
    assert corrections.allowed(address, ASKED)
    assert refused(address) == frozenset()


def test_its_very_words_are_refused_when_it_was_called_wrong_for_them_and_certify_nothing(
    address: FaqEntry, process: FaqIndex, house_encoder: Encoder
) -> None:
    assert process.exact("acme", WAYS[0]) is not None
    assert corrections.wrong(address, WAYS[0], origin=PairOrigin.AGENT)
    process.refresh()
    assert process.exact("acme", WAYS[0]) is None
    assert process.exact("acme", WAYS[1]) is not None
    certificate = issuing.issue(address.tenant, "en", "general", house_encoder)
    own = ThresholdCertificate.objects.get(pk=certificate.pk)
    assert own.known == 1
    assert own.origin == "shipped"


def test_two_ways_of_one_entry_that_were_called_different_both_go_on(address: FaqEntry) -> None:
    calibration.record(address.tenant, "en", "general", *WAYS, same=False, origin=PairOrigin.FEEDBACK)
    assert refused(address) == frozenset()


def test_other_entries_and_tenants_go_on_answering(entries: dict[str, FaqEntry], address: FaqEntry) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    theirs = services.save(
        FaqEntry(tenant=other, key="address", language="en", question=WAYS[0], answer="1."), embed=False
    )
    corrections.wrong(address, ASKED)
    assert refused(entries["returns.en"]) == frozenset()
    assert [entry.refused for entry in rows.published("other", "e") if entry.id == theirs.pk] == [frozenset()]


def test_the_judgement_outlives_the_entry_as_calibration_data(address: FaqEntry) -> None:
    corrections.wrong(address, ASKED)
    services.delete(address)
    pair = CalibrationPair.objects.get()
    assert (pair.entry, pair.same, pair.question_a) == (None, False, ASKED)


def test_the_newest_word_counts(address: FaqEntry) -> None:
    corrections.wrong(address, ASKED)
    assert refused(address) == {"how can i change the address"}
    corrections.right(address, ASKED, PairOrigin.AGENT)
    assert refused(address) == frozenset()
    assert CalibrationPair.objects.get().same

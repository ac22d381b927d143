"""Drift is measured against what was trained on, and not at all on a handful of questions."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Turn
from assistant.console import drift
from assistant.intents.models import Example, Intent, TrainedClassifier

COUNTS = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 500), min_size=1)


@pytest.fixture
def tenant(db: None) -> Tenant:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    for name in ("refund", "delivery"):
        intent = Intent.objects.create(tenant=tenant, name=name)
        Example.objects.bulk_create(Example(intent=intent, text=f"{name} {n}") for n in range(10))
    return tenant


def ask(tenant: Tenant, intent: str, times: int, *, sure: float = 0.9, days: float = 1) -> None:
    at = timezone.now() - dt.timedelta(days=days)
    talk = Conversation.objects.create(
        tenant=tenant, channel="api", language="en", title="x", created_at=at, updated_at=at
    )
    Turn.objects.bulk_create(
        Turn(conversation=talk, question="?", standalone="?", status="finished", intent=intent, language="en",
             asked_at=at, answer={"intent": {"name": intent, "confidence": sure}})
        for _ in range(times)
    )  # fmt: skip


def one(tenant: Tenant) -> drift.Drift:
    (found,) = drift.measured(timezone.now())
    return found


@given(COUNTS, COUNTS)
def test_the_index_is_never_negative_and_nothing_moved_from_itself(then: dict[str, int], now: dict[str, int]) -> None:
    assert all(part >= 0 for part in drift.stability(then, now).values())
    assert sum(drift.stability(then, then).values()) == pytest.approx(0)


def test_asked_as_trained_is_calm(tenant: Tenant) -> None:
    ask(tenant, "refund", 40)
    ask(tenant, "delivery", 40)
    assert (one(tenant).level, one(tenant).confidence) == ("calm", None)


def test_an_intent_that_takes_over_is_named_first(tenant: Tenant) -> None:
    ask(tenant, "refund", 95)
    ask(tenant, "delivery", 5)
    found = one(tenant)
    assert found.level == "much"
    assert {moved.name for moved in found.moved} == {"refund", "delivery"}
    assert (found.moved[0].then, found.questions) == (0.5, 100)


def test_sinking_confidence_is_drift_too(tenant: Tenant) -> None:
    for intent in ("refund", "delivery"):
        ask(tenant, intent, 40, sure=0.95, days=14)
        ask(tenant, intent, 40, sure=0.45)
    found = one(tenant)
    assert found.shares == pytest.approx(0)
    assert found.confidence is not None
    assert found.confidence > drift.MUCH


def test_a_few_questions_say_nothing(tenant: Tenant) -> None:
    ask(tenant, "refund", drift.LEAST - 1)
    found = one(tenant)
    assert (found.level, found.shares, found.moved) == ("few", None, ())


def test_exact_hits_and_other_tenants_do_not_count(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    ask(other, "refund", 80)
    ask(tenant, "small_talk_of_old", 80, sure=1.0)
    assert one(tenant).questions == 0


def test_turns_that_failed_before_an_answer_do_not_count(tenant: Tenant) -> None:
    ask(tenant, "refund", 60)
    ids = list(Turn.objects.values_list("pk", flat=True)[:25])
    Turn.objects.filter(pk__in=ids).update(answer=None)
    assert one(tenant).questions == 35


def test_last_weeks_questions_count_and_older_ones_do_not(tenant: Tenant) -> None:
    ask(tenant, "refund", 30, days=6.9)
    ask(tenant, "delivery", 30, days=0.1)
    ask(tenant, "refund", 500, days=7.1)
    assert (one(tenant).questions, one(tenant).level) == (60, "calm")


def test_the_level_is_that_of_the_index_that_moved_most() -> None:
    def level(shares: float | None, confidence: float | None) -> str:
        return drift.Drift("Acme", 100, shares, confidence, ()).level

    assert [level(*pair) for pair in ((None, None), (0.09, None), (0.0, 0.1), (0.24, 0.01), (0.01, 0.25))] == [
        "few", "calm", "some", "some", "much",
    ]  # fmt: skip


def test_each_tenant_with_intents_is_measured_by_itself(tenant: Tenant) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    Tenant.objects.create(slug="none", name="No intents")
    intent = Intent.objects.create(tenant=other, name="refund")
    Example.objects.create(intent=intent, text="Money back")
    ask(tenant, "refund", 60)
    ask(other, "refund", 70)
    assert {found.tenant: found.questions for found in drift.measured(timezone.now())} == {"Acme": 60, "Other": 70}


def live(tenant: Tenant, shares: dict[str, float], confidence: list[float], *, questions: int = 200) -> None:
    report = {
        "profile": {
            "questions": questions, "confidence": confidence, "shares": shares, "mean_confidence": {}, "accuracy": {},
        },
        "confusions": [], "calibration_error": None,
    }  # fmt: skip
    TrainedClassifier.objects.create(
        tenant=tenant, version=1, encoder="e", weights=b"", examples=questions, train_seconds=1.0, live=True,
        report=report,
    )  # fmt: skip


SURE = [0.0] * 9 + [1.0]


def test_the_live_version_and_not_what_was_written_since_is_the_yardstick(tenant: Tenant) -> None:
    live(tenant, {"refund": 0.45, "delivery": 0.45, "oos": 0.1}, SURE)
    refund = Intent.objects.get(name="refund")
    Example.objects.bulk_create(Example(intent=refund, text=f"not yet trained {n}") for n in range(500))
    ask(tenant, "refund", 40)
    ask(tenant, "delivery", 40)
    found = one(tenant)
    assert found.shares == pytest.approx(0, abs=0.01)
    assert {moved.then for moved in found.moved} == {0.5}


def test_without_earlier_traffic_confidence_is_compared_with_the_training(tenant: Tenant) -> None:
    live(tenant, {"refund": 0.5, "delivery": 0.5}, SURE)
    for intent in ("refund", "delivery"):
        ask(tenant, intent, 40, sure=0.45)
    index = one(tenant).confidence
    assert index is not None
    assert index > drift.MUCH


def test_earlier_traffic_is_a_better_yardstick_for_confidence_than_the_training(tenant: Tenant) -> None:
    live(tenant, {"refund": 0.5, "delivery": 0.5}, SURE)
    for days in (1, 14):
        ask(tenant, "refund", 60, sure=0.45, days=days)
    assert one(tenant).confidence == pytest.approx(0)


def test_a_training_on_a_handful_of_examples_says_nothing_of_confidence(tenant: Tenant) -> None:
    live(tenant, {"refund": 0.5, "delivery": 0.5}, SURE, questions=drift.LEAST - 1)
    ask(tenant, "refund", 80, sure=0.45)
    assert one(tenant).confidence is None

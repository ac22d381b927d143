"""A new version goes live when it is not worse; noise blocks nothing, and one can always go back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.errors import NotFound
from assistant.intents import services
from assistant.intents.classifier import IntentClassifier
from assistant.intents.models import Example, Intent, TrainedClassifier
from assistant.intents.training import Judged
from assistant.intents.versions import FEWEST, Outcomes, compare, difference_interval, tail
from retrieval.protocols import Encoder


def outcomes(right: list[bool], first: int = 0) -> Outcomes:
    keys = np.arange(first, first + len(right), dtype=np.uint64)
    return Outcomes(keys, np.array(right, bool))


def test_the_first_version_goes_live() -> None:
    assert compare(None, outcomes([True, False])).passed


def test_a_clearly_worse_version_is_held_back_with_the_figures() -> None:
    made = compare(outcomes([True] * 100), outcomes([True] * 80 + [False] * 20), before=3)
    assert not made.passed
    assert (made.before, made.shared, made.gained, made.lost) == (3, 100, 0, 20)
    assert (made.old_accuracy, made.new_accuracy) == (1.0, 0.8)
    assert made.high is not None
    assert made.high < 0


@pytest.mark.parametrize(("lost", "passed"), [(6, True), (7, False)])
def test_the_border_is_where_the_exact_test_puts_it(lost: int, passed: bool) -> None:
    """Noise makes seven losses of seven differences once in 128 times, six of six once in 64."""
    made = compare(outcomes([True] * 50), outcomes([True] * (50 - lost) + [False] * lost))
    assert made.p_worse == pytest.approx(0.5**lost)
    assert made.passed is passed


def test_as_many_won_as_lost_is_no_loss() -> None:
    old, new = [True] * 10 + [False] * 10 + [True] * 30, [False] * 10 + [True] * 10 + [True] * 30
    made = compare(outcomes(old), outcomes(new))
    assert made.passed
    assert made.low is not None
    assert made.high is not None
    assert made.low < 0 < made.high


def test_too_few_questions_in_common_say_nothing() -> None:
    made = compare(outcomes([True] * (FEWEST - 1)), outcomes([False] * (FEWEST - 1)))
    assert made.passed
    assert made.new_accuracy == 0.0


def test_only_questions_that_both_know_under_one_label_are_compared() -> None:
    made = compare(outcomes([True] * 30), outcomes([False] * 30, first=30))
    assert (made.shared, made.passed) == (0, True)


def test_an_example_that_moved_to_another_intent_is_not_compared() -> None:
    def judged(label: str) -> Judged:
        return Judged(("where is it",), (label,), np.array([label]), np.ones(1, np.float32), np.zeros(1, bool))

    assert compare(Outcomes.of(judged("orders")), Outcomes.of(judged("parcels"))).shared == 0
    assert compare(Outcomes.of(judged("orders")), Outcomes.of(judged("orders"))).shared == 1


@given(st.integers(0, 40), st.integers(0, 40))
def test_the_tail_is_a_probability_that_falls_with_every_loss(lost: int, more: int) -> None:
    different = lost + more
    assert 0.0 <= tail(lost, different) <= 1.0
    assert tail(0, different) == 1.0
    if more:
        assert tail(lost + 1, different) < tail(lost, different)


@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 200))
def test_the_interval_holds_the_difference_and_turns_round_with_it(gained: int, lost: int, same: int) -> None:
    shared = gained + lost + same
    low, high = difference_interval(gained, lost, shared)
    mirrored = difference_interval(lost, gained, shared)
    assert -1.0 <= low <= high <= 1.0
    assert (-mirrored[1], -mirrored[0]) == pytest.approx((low, high))


@given(st.lists(st.booleans(), max_size=50))
def test_outcomes_come_back_from_their_bytes(right: list[bool]) -> None:
    made = outcomes(right)
    back = Outcomes.parse(made.dump())
    assert (back.keys == made.keys).all()
    assert (back.right == made.right).all()


def test_damaged_outcomes_are_told() -> None:
    with pytest.raises(ValueError, match="Train again"):
        Outcomes.parse(outcomes([True] * 9).dump()[:40])


def _muddle(tenant: Tenant) -> None:
    """An editor pastes the examples of one intent into another and back."""
    mixed = [
        (f"{text} {n}", "en" if text.isascii() else "zh")
        for name in ("refund", "order_status", "small_talk")
        for text in Example.objects.filter(intent__name=name, intent__tenant=tenant).values_list("text", flat=True)
        for n in ("", "!", "?")
    ]
    services.save_intent(tenant, "nonsense", mixed)


def test_a_bad_batch_of_examples_does_not_reach_askers(tenant: Tenant, house_encoder: Encoder) -> None:
    good = services.train_tenant(tenant)
    assert good.live
    _muddle(tenant)
    bad = services.train_tenant(tenant)
    assert not bad.live
    assert bad.gate is not None
    assert bad.gate["lost"] > bad.gate["gained"]
    assert services.described(bad)["state"] == "held_back"
    assert services.train_stale(house_encoder) == 0  # nor is it trained again and again
    classifier = IntentClassifier(house_encoder.name)
    classifier.refresh()
    assert classifier.version("acme") == good.version
    Intent.objects.get(name="nonsense").delete()
    services.changed(tenant)
    assert services.train_tenant(tenant).live


def test_more_good_examples_go_live_and_a_step_back_is_one_call(tenant: Tenant, house_encoder: Encoder) -> None:
    first = services.train_tenant(tenant)
    services.save_intent(tenant, "refund", [("Please reimburse me", "en"), ("钱能退吗", "zh")])
    second = services.train_tenant(tenant)
    assert second.live
    assert second.gate is not None
    assert second.gate["before"] == first.version
    classifier = IntentClassifier(house_encoder.name)
    back = services.roll_back(tenant, by="eve")
    classifier.refresh()
    assert (back.version, back.went_live_by, classifier.version("acme")) == (first.version, "eve", first.version)
    forward = services.roll_back(tenant)
    assert forward.version == second.version
    assert TrainedClassifier.objects.filter(live=True).count() == 1


def test_a_version_that_is_not_there_cannot_go_live(tenant: Tenant) -> None:
    services.train_tenant(tenant)
    with pytest.raises(NotFound) as refused:
        services.go_live(tenant, 999)
    assert refused.value.code == "no_such_version"
    assert "999" in refused.value.text.zh
    with pytest.raises(NotFound) as nothing:
        services.roll_back(tenant)
    assert nothing.value.code == "no_earlier_version"


def test_the_live_version_is_kept_however_many_come_after_it(tenant: Tenant) -> None:
    first = services.train_tenant(tenant)
    for _ in range(2 * services.KEPT + 1):
        services.changed(tenant)
        row = services.train_tenant(tenant)
        TrainedClassifier.objects.filter(pk=row.pk).update(live=False, went_live_at=None)
        services.go_live(tenant, first.version)
    assert TrainedClassifier.objects.get(live=True).version == first.version
    assert TrainedClassifier.objects.count() == services.KEPT + 1


VERDICTS = st.dictionaries(st.integers(0, 60), st.booleans(), max_size=60)


def outcomes_of(verdicts: dict[int, bool]) -> Outcomes:
    keys = sorted(verdicts)
    return Outcomes(np.array(keys, np.uint64), np.array([verdicts[key] for key in keys], bool))


@given(VERDICTS, VERDICTS)
def test_a_comparison_counts_question_by_question(old: dict[int, bool], new: dict[int, bool]) -> None:
    found = compare(outcomes_of(old), outcomes_of(new), 4)
    shared = old.keys() & new.keys()
    assert found.shared == len(shared)
    assert found.gained == sum(new[key] and not old[key] for key in shared)
    assert found.lost == sum(old[key] and not new[key] for key in shared)
    if shared and found.new_accuracy is not None and found.old_accuracy is not None:
        difference = found.new_accuracy - found.old_accuracy
        assert difference == pytest.approx((found.gained - found.lost) / len(shared))


@given(VERDICTS, VERDICTS)
def test_two_versions_are_never_each_held_back_by_the_other(old: dict[int, bool], new: dict[int, bool]) -> None:
    there, back = compare(outcomes_of(old), outcomes_of(new)), compare(outcomes_of(new), outcomes_of(old))
    assert there.passed or back.passed
    assert (there.gained, there.lost) == (back.lost, back.gained)


@given(VERDICTS)
def test_a_version_is_never_worse_than_itself(verdicts: dict[int, bool]) -> None:
    found = compare(outcomes_of(verdicts), outcomes_of(verdicts))
    assert found.passed
    assert (found.gained, found.lost) == (0, 0)


@given(VERDICTS, VERDICTS, st.integers(0, 60))
def test_getting_one_more_question_right_never_costs_the_pass(
    old: dict[int, bool], new: dict[int, bool], key: int
) -> None:
    if compare(outcomes_of(old), outcomes_of(new)).passed and key in new:
        assert compare(outcomes_of(old), outcomes_of({**new, key: True})).passed

"""What a version knows of itself: the profile that traffic is compared with, and its confusions."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.report import Confusion, Profile, Report, confusions, live_profile
from assistant.intents.training import Judged

JUDGED = Judged(
    texts=("a1", "a2", "a3", "b1", "b2", "o1"),
    labels=("a", "a", "a", "b", "b", "oos"),
    named=np.array(["a", "b", "b", "b", "b", "a"]),
    confidence=np.array([0.95, 0.5, 0.55, 1.0, 0.91, 0.3], np.float32),
    strange=np.array([False, False, False, False, True, True]),
)


def test_the_profile_counts_what_was_named_and_how_surely() -> None:
    profile = Report.of(7, JUDGED).profile
    assert (profile.version, profile.questions) == (7, 6)
    assert profile.shares == {"a": 0.1667, "b": 0.5, "oos": 0.3333}
    assert profile.confidence == (0.0, 0.0, 0.0, 0.1667, 0.0, 0.3333, 0.0, 0.0, 0.0, 0.5)
    assert profile.mean_confidence["b"] == pytest.approx(0.74)
    assert profile.accuracy == {"a": 0.3333, "b": 0.5, "oos": 1.0}


def test_confusions_come_with_an_example_the_most_frequent_first() -> None:
    report = Report.of(7, JUDGED)
    assert report.confusions == (Confusion("a", "b", 2, "a2"), Confusion("b", "oos", 1, "b2"))
    stored = json.loads(json.dumps(report.as_json()))
    assert confusions(stored) == report.confusions
    assert confusions(None) == ()


def test_the_profile_of_the_live_version_is_read_by_the_tenants_name(tenant: Tenant) -> None:
    assert live_profile("acme") is None
    row = services.train_tenant(tenant)
    profile = live_profile("acme")
    assert profile is not None
    assert profile.version == row.version
    assert profile.questions == row.examples
    assert sum(profile.confidence) == pytest.approx(1.0, abs=0.01)
    assert sum(profile.shares.values()) == pytest.approx(1.0, abs=0.01)
    assert set(profile.accuracy) == {"order_status", "refund", "small_talk", "human", "oos"}


LABELS = st.sampled_from(["a", "b", "c", "oos"])
ROWS = st.lists(
    st.tuples(LABELS, st.sampled_from(["a", "b", "c"]), st.floats(0, 1, width=32), st.booleans()), min_size=1
)


def judged(rows: list[tuple[str, str, float, bool]]) -> Judged:
    labels, named, confidence, strange = zip(*rows, strict=True)
    texts = tuple(f"q{number}" for number in range(len(rows)))
    return Judged(texts, labels, np.array(named), np.array(confidence, np.float32), np.array(strange))


@given(ROWS)
def test_each_wrong_judgement_is_in_exactly_one_confusion(rows: list[tuple[str, str, float, bool]]) -> None:
    found = judged(rows)
    report = Report.of(1, found)
    assert sum(each.times for each in report.confusions) == int((~found.right()).sum())
    assert all(each.truth != each.named for each in report.confusions)
    assert len({(each.truth, each.named) for each in report.confusions}) == len(report.confusions)
    assert [each.times for each in report.confusions] == sorted((c.times for c in report.confusions), reverse=True)


@given(ROWS)
def test_shares_and_confidences_are_distributions_and_accuracy_is_what_confusions_leave(
    rows: list[tuple[str, str, float, bool]],
) -> None:
    report = Report.of(1, judged(rows))
    profile = report.profile
    assert sum(profile.shares.values()) == pytest.approx(1.0, abs=0.01)
    assert sum(profile.confidence) == pytest.approx(1.0, abs=0.01)
    for name, accuracy in profile.accuracy.items():
        own = sum(truth == name for truth, *_ in rows)
        wrong = sum(each.times for each in report.confusions if each.truth == name)
        assert accuracy == pytest.approx(1 - wrong / own, abs=1e-3)


@given(ROWS)
def test_a_report_comes_back_from_its_json(rows: list[tuple[str, str, float, bool]]) -> None:
    report = Report.of(3, judged(rows))
    stored = json.loads(json.dumps(report.as_json()))
    assert confusions(stored) == report.confusions
    assert Profile.from_json(3, stored["profile"]) == report.profile

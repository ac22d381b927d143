"""What a version knows of itself: the profile that traffic is compared with, and its confusions."""

from __future__ import annotations

import json

import numpy as np
import pytest

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.report import Confusion, Report, confusions, live_profile
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

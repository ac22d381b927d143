"""What a monitor is shown, and that it is never more series than it can keep."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest

from inference.serving.activity import Activity
from inference.serving.plugin.series import ALL, ActivityCollector, families


def counted(layers: int, domains: int, experts: int) -> Activity:
    names = ("other", *(f"domain{number}" for number in range(1, domains)))
    counts = np.arange(layers * domains * experts, dtype=np.int64).reshape(layers, domains, experts)
    return Activity(tuple(range(layers)), names, counts)


def samples(found: Activity, most: int) -> dict[str, list[tuple[dict[str, str], float]]]:
    return {family.name: [(dict(one.labels), one.value) for one in family.samples] for family in families(found, most)}


def test_each_expert_of_each_layer_where_they_fit() -> None:
    shown = samples(counted(2, 2, 3), most=6)
    assert ({"layer": "1", "expert": "2"}, 8.0 + 11.0) in shown["house_routed_slots"]
    assert ({"domain": "domain1", "expert": "0"}, 3.0 + 9.0) in shown["house_routed_slots_by_domain"]
    assert [labels for labels, _ in shown["house_expert_evenness"]] == [{"layer": "0"}, {"layer": "1"}]


def test_sums_over_layers_and_then_over_experts_where_they_do_not() -> None:
    by_expert = samples(counted(4, 3, 3), most=5)
    assert {labels["layer"] for labels, _ in by_expert["house_routed_slots"]} == {ALL}
    assert {labels["expert"] for labels, _ in by_expert["house_routed_slots_by_domain"]} == {ALL}
    (only,) = samples(counted(4, 1, 9), most=5)["house_routed_slots"]
    assert only == ({"layer": ALL, "expert": ALL}, float(sum(range(36))))


@given(layers=st.integers(1, 70), domains=st.integers(1, 16), experts=st.integers(1, 260))
def test_no_family_has_more_series_than_allowed_and_none_loses_a_slot(layers: int, domains: int, experts: int) -> None:
    found = counted(layers, domains, experts)
    shown = samples(found, most=256)
    for name, family in shown.items():
        assert len(family) <= 256, name
    for name in ("house_routed_slots", "house_routed_slots_by_domain"):
        assert sum(value for _, value in shown[name]) == found.slots


def test_a_monitor_reads_the_files_of_the_ranks_when_it_asks(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    registry.register(ActivityCollector(tmp_path))
    assert b"house_routed" not in generate_latest(registry)
    np.savez(tmp_path / "rank-1.npz", layers=[0], domains=["other"], counts=np.array([[[3, 1]]]))
    text = generate_latest(registry).decode()
    assert 'house_routed_slots_total{expert="0",layer="0"} 3.0' in text
    assert float(text.split('house_expert_evenness{layer="0"} ')[1].split()[0]) == pytest.approx(2 / 3)

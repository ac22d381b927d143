"""Expert activity on vLLM's own `/metrics`, as few series as a monitor can keep.

vLLM has none, for fear of their number (61 layers times 72 ranks). Here each family falls back to sums over what does
not fit: layers and experts first each on their own, then summed over the layers, then over the experts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from inference.serving import activity
from inference.serving.activity import Activity

MOST_SERIES = 1024
"""In one family."""
ALL = "all"


class ActivityCollector(Collector):
    """Reads what the ranks have written each time a monitor asks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def describe(self) -> Iterable[Metric]:
        """Nothing yet, so that registering reads no files."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Three families; none while nothing was counted."""
        found = activity.read(self._folder)
        if found is not None:
            yield from families(found)


def families(found: Activity, most: int = MOST_SERIES) -> Iterator[Metric]:
    """Slots by layer and expert, slots by domain and expert, evenness by layer."""
    yield _by_layer(found, most)
    yield _by_domain(found, most)
    even = GaugeMetricFamily(
        "house_expert_evenness", "Mean over max of the slots of a layer's experts.", labels=["layer"]
    )
    for number, value in list(zip(found.layers, found.evenness(), strict=True))[:most]:
        even.add_metric([str(number)], float(value))
    yield even


def _by_layer(found: Activity, most: int) -> Metric:
    family = CounterMetricFamily(
        "house_routed_slots", "Token-expert pairs computed, by layer and expert.", labels=["layer", "expert"]
    )
    table = found.counts.sum(axis=1)
    if table.size <= most:
        for number, row in zip(found.layers, table.tolist(), strict=True):
            for expert, slots in enumerate(row):
                family.add_metric([str(number), str(expert)], slots)
    elif table.shape[1] <= most:
        for expert, slots in enumerate(table.sum(axis=0).tolist()):
            family.add_metric([ALL, str(expert)], slots)
    else:
        family.add_metric([ALL, ALL], int(table.sum()))
    return family


def _by_domain(found: Activity, most: int) -> Metric:
    family = CounterMetricFamily(
        "house_routed_slots_by_domain", "Token-expert pairs computed, by domain.", labels=["domain", "expert"]
    )
    table = found.counts.sum(axis=0)
    for name, row in zip(found.domains, table.tolist(), strict=True):
        if table.size <= most:
            for expert, slots in enumerate(row):
                family.add_metric([name, str(expert)], slots)
        else:
            family.add_metric([name, ALL], sum(row))
    return family

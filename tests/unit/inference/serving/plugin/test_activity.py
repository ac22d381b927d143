"""Whose tokens went to which expert: the labels of a step, the table, and the file it is written to."""

from __future__ import annotations

import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch

from inference.serving import activity as read_side
from inference.serving.plugin.activity import MOST_DOMAINS, OTHER, Table, Watch, Writer, listen
from inference.serving.plugin.trace import Trace

LAYER = "model.layers.3.mlp.experts"


def request(domain: str, number: int = 0) -> str:
    return f"chatcmpl-house.{domain}.{number:032x}-abc"


def test_a_request_says_its_domain_in_its_id() -> None:
    table = Table()
    table.step([request("finance"), "cmpl-anything", request("medical"), request("finance", 1)], [2, 1, 1, 3])
    assert table.domains == [OTHER, "finance", "medical"]
    assert table.labels is not None
    assert table.labels.tolist() == [1, 1, 0, 2, 1, 1, 1]


@pytest.mark.parametrize(
    "name", ["house.Finance.1", "house..1", "house.finance", "housefinance.1.", "xhouse.finance.1"]
)
def test_an_id_that_is_not_ours_is_another(name: str) -> None:
    table = Table()
    table.step([name], [1])
    assert table.domains == [OTHER]


def test_a_flood_of_names_ends_at_a_fixed_number_of_domains() -> None:
    table = Table()
    letters = [chr(ord("a") + number) for number in range(MOST_DOMAINS + 5)]
    table.step([request(letter) for letter in letters], [1] * len(letters))
    assert len(table.domains) == MOST_DOMAINS
    assert table.labels is not None
    assert table.labels[-5:].tolist() == [0] * 5


def test_layers_have_the_numbers_of_their_names() -> None:
    table = Table()
    assert table.layer("model.layers.12.mlp.experts", 4)[0] == 12
    assert table.layer("experts", 4)[0] == 1  # one that has none gets the next
    assert sorted(table.layers) == [1, 12]


def test_slots_that_travel_are_counted_before_they_leave() -> None:
    table = Table()
    _, counts = table.layer(LAYER, 4)
    table.step([request("finance"), "x"], [1, 2])
    table.add(counts, torch.tensor([[0, 3], [1, -1], [3, 3], [2, 2]]))  # the last row is padding
    assert counts[:2].tolist() == [[0, 1, 0, 2], [1, 0, 0, 1]]
    assert table.total() == 5


def test_while_vllm_measures_itself_nothing_is_counted() -> None:
    table = Table()
    _, counts = table.layer(LAYER, 4)
    table.idle()
    table.add(counts, torch.tensor([[0, 3]]))
    assert table.total() == 0
    assert len(table.tally(counts, 7).labels) == 0


def test_where_nobody_tells_everything_is_other() -> None:
    table = Table()
    _, counts = table.layer(LAYER, 4)
    table.add(counts, torch.tensor([[0, 3], [3, 3]]))
    assert counts[0].tolist() == [1, 0, 0, 3]


def test_what_is_saved_is_what_is_read(tmp_path: Path) -> None:
    table = Table()
    _, counts = table.layer(LAYER, 4)
    table.step([request("finance")], [2])
    table.add(counts, torch.tensor([[0, 3], [1, 3]]))
    table.save(tmp_path / "rank-1.npz")
    found = read_side.read(tmp_path)
    assert found is not None
    assert (found.layers, found.domains) == ((3,), (OTHER, "finance"))
    assert found.counts.tolist() == [[[0, 0, 0, 0], [1, 1, 0, 2]]]


def test_the_writer_saves_when_something_was_counted(tmp_path: Path) -> None:
    table = Table()
    _, counts = table.layer(LAYER, 2)
    writer = Writer(table, tmp_path, every=0.01)
    writer.start()
    table.add(counts, torch.tensor([[1]]))
    deadline = time.monotonic() + 20
    while (found := read_side.read(tmp_path)) is None or found.slots < 1:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    writer.stop()
    assert not list(tmp_path.glob(".*"))


class Runner:
    """As vLLM's, as far as it is asked."""

    def __init__(self, *requests: str) -> None:
        self.input_batch = SimpleNamespace(req_ids=list(requests))
        self.calls: list[Any] = []

    def _prepare_inputs(self, scheduled: str, tokens: Any) -> str:
        self.calls.append((scheduled, tokens.tolist()))
        return "prepared"

    def _dummy_run(self, tokens: int) -> int:
        return tokens


def test_the_runner_is_overheard_and_works_as_before() -> None:
    class Mine(Runner):
        pass

    table = Table()
    assert listen(table, Mine)
    assert listen(table, Mine)  # twice is once
    runner = Mine(request("science"))
    assert runner._prepare_inputs("plan", np.array([3])) == "prepared"
    assert runner.calls == [("plan", [3])]
    assert table.labels is not None
    assert table.labels.tolist() == [1, 1, 1]
    assert runner._dummy_run(5) == 5
    assert table.labels.tolist() == []


def test_a_vllm_without_these_places_is_left_alone() -> None:
    assert not listen(Table(), type("Other", (), {}))


def test_a_watch_counts_and_records_the_same_rows(tmp_path: Path) -> None:
    table, trace = Table(), Trace(tmp_path, 1_000)
    number, counts = table.layer(LAYER, 4)
    watch = Watch(table, number, counts, trace)
    table.step([request("finance")], [2])
    ids = torch.tensor([[0], [3], [1]])  # the last row is padding
    watch.add(ids)
    assert len(watch.tally(ids).labels) == 2
    trace.flush(table.domains)
    (part,) = tmp_path.glob("trace-*.npz")
    assert np.load(part)["ids"].tolist() == [[0], [3], [0], [3]]
    assert counts[1].tolist() == [1, 0, 0, 1]

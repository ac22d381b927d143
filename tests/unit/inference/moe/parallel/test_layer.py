"""The layer in worlds of one, two and four real processes."""

import signal
import time
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.moe.errors import RankLost, UnknownExpert
from inference.moe.kernels.cpu.packed import Format
from inference.moe.parallel import ranks
from inference.moe.parallel.combine import Combine
from inference.moe.parallel.group import Group
from inference.moe.parallel.layer import ParallelExperts
from inference.moe.parallel.placement import Placement, linear, of
from inference.moe.parallel.split import Split
from inference.moe.reference import Routing
from tests.unit.inference.moe.parallel import cases

EXPERTS, TOKENS, TOP_K = 6, 24, 3
PLACEMENTS = {
    "linear on 1": linear(EXPERTS, 1),
    "linear on 2": linear(EXPERTS, 2),
    "experts that do not divide by 4": linear(EXPERTS, 4),
    "permuted on 2": of(EXPERTS, [[5, 0, 3], [2, 4, 1]], 3),
    "replicas on 2": of(EXPERTS, [[0, 1, 2, 5], [3, 4, 5, 0]], 4),
    "replicas on 4": of(EXPERTS, [[0, 1], [2, 0], [3, 0], [4, 5]], 2),
}
SHARES = {1: [24], 2: [9, 15], 4: [7, 0, 16, 1]}  # a rank without tokens among them


def some_ids(kind: str) -> Tensor:
    draw = torch.Generator().manual_seed(7)
    if kind == "all to one":
        return torch.full((TOKENS, 1), 2, dtype=torch.int32).repeat(1, TOP_K)  # and the same expert twice in a row
    ids = torch.rand(TOKENS, EXPERTS, generator=draw).argsort(1)[:, :TOP_K].to(torch.int32)
    if kind == "with -1":
        ids[torch.rand(ids.shape, generator=draw) < 0.3] = -1
        ids[4] = -1
    return ids


def outputs(folder: Path, placement: Placement, ids: Tensor, **how: Any) -> Tensor:
    split, combine = how.get("split", Split.EVEN), how.get("combine", Combine.EXACT)
    size = placement.ranks
    done = ranks.run(size, folder, cases.layer, placement, SHARES[size], ids, split, combine)
    return torch.cat([out for out, *_ in done])


@pytest.mark.parametrize("kind", ["spread", "all to one", "with -1"])
def test_every_world_and_placement_gives_the_same_bits(kind: str, tmp_path: Path) -> None:
    ids = some_ids(kind)
    alone = outputs(tmp_path, PLACEMENTS["linear on 1"], ids)
    assert torch.allclose(alone.double(), cases.oracle(ids, EXPERTS), atol=1e-4)
    assert alone.abs().sum() > 0
    for name, placement in PLACEMENTS.items():
        for split in Split:
            got = outputs(tmp_path, placement, ids, split=split)
            assert torch.equal(got, alone), f"{name}, {split}"


@pytest.mark.parametrize("fmt", list(Format))
def test_our_kernel_gives_the_same_bits_in_every_world(fmt: Format, library_path: Path, tmp_path: Path) -> None:
    ids = torch.rand(48, EXPERTS, generator=torch.Generator().manual_seed(5)).argsort(1)[:, :2].to(torch.int32)
    worlds = [PLACEMENTS["linear on 1"], PLACEMENTS["replicas on 2"], PLACEMENTS["replicas on 4"]]
    alone, *others = (
        torch.cat(ranks.run(placement.ranks, tmp_path, cases.house_kernel, library_path, fmt, placement, ids))
        for placement in worlds
    )
    assert alone.abs().sum() > 0
    assert all(torch.equal(alone, other) for other in others)


def test_sums_on_the_ranks_are_near_the_exact_ones_and_cost_fewer_bytes(tmp_path: Path) -> None:
    ids, placement = some_ids("spread"), PLACEMENTS["linear on 2"]
    exact, cheap = (
        ranks.run(2, tmp_path, cases.layer, placement, SHARES[2], ids, Split.EVEN, combine) for combine in Combine
    )
    assert torch.allclose(torch.cat([one[0] for one in exact]), torch.cat([one[0] for one in cheap]), atol=1e-4)
    assert sum(one[1] for one in cheap) < sum(one[1] for one in exact)


def test_every_slot_is_counted_once_over_the_ranks(tmp_path: Path) -> None:
    ids = some_ids("with -1")
    done = ranks.run(4, tmp_path, cases.layer, PLACEMENTS["replicas on 4"], SHARES[4], ids, Split.LEVEL, Combine.EXACT)
    seen = torch.stack([load for *_, load in done]).sum(0)
    assert torch.equal(seen, torch.bincount(ids[ids >= 0].long(), minlength=EXPERTS))


@pytest.mark.parametrize("kind", ["spread", "all to one", "with -1"])
def test_what_a_rank_sent_is_what_the_others_got_and_no_slot_is_lost(kind: str, tmp_path: Path) -> None:
    ids = some_ids(kind)
    done = ranks.run(4, tmp_path, cases.travelled, PLACEMENTS["replicas on 4"], SHARES[4], ids)
    sent, got = (torch.tensor(part) for part in list(zip(*done, strict=True))[:2])
    assert torch.equal(sent, got.T)
    assert (sent.sum(1) <= torch.tensor(SHARES[4]) * 4).all()  # a row to each rank once at most
    assert sum(slots for *_, slots in done) == int((ids >= 0).sum())


def test_a_rank_without_tokens_exchanges_as_often_as_the_others(tmp_path: Path) -> None:
    ids = some_ids("spread")
    for split, expected in ((Split.EVEN, 4), (Split.LEVEL, 5)):
        done = ranks.run(4, tmp_path, cases.layer, PLACEMENTS["replicas on 4"], SHARES[4], ids, split, Combine.EXACT)
        assert [exchanges for _, _, exchanges, _ in done] == [expected] * 4


def test_nobody_having_tokens_is_a_step_like_any_other(tmp_path: Path) -> None:
    ids = torch.zeros((0, TOP_K), dtype=torch.int32)
    done = ranks.run(2, tmp_path, cases.layer, linear(4, 2), [0, 0], ids, Split.LEVEL, Combine.EXACT)
    assert [tuple(out.shape) for out, *_ in done] == [(0, cases.HIDDEN)] * 2


@pytest.mark.parametrize("step", ["dispatch (lengths)", "dispatch (rows)", "compute", "combine"])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_lost_rank_is_an_error_within_the_deadline(step: str, how: signal.Signals, tmp_path: Path) -> None:
    deadline, ready = 3.0, tmp_path / "ready"
    ids = some_ids("spread")
    with ranks.started(4, tmp_path, cases.until, linear(EXPERTS, 4), ids, step, ready, deadline=deadline) as running:
        limit = time.monotonic() + 60
        while not ready.exists():
            assert time.monotonic() < limit, "the world did not come up"
            time.sleep(0.01)
        running.signal(3, how)
        start = time.monotonic()
        ended = [running.result(rank, deadline + 15) for rank in range(3)]
        assert all(isinstance(one, RankLost) for one in ended), ended
        assert time.monotonic() - start < deadline + 10
        assert "Restart the group" in str(ended[0])


def test_an_expert_that_does_not_exist_is_refused_before_anything_is_sent() -> None:
    group = Group()
    experts = ParallelExperts(group, linear(2, 1), cases.row_by_row((0, 1), 2))
    with pytest.raises(UnknownExpert):
        experts(torch.zeros(1, cases.HIDDEN), Routing(torch.tensor([[2]]), torch.ones(1, 1)))
    assert group.traffic.exchanges == 0


def test_a_placement_for_another_number_of_ranks_is_refused() -> None:
    with pytest.raises(ValueError, match="2 ranks was given to a group of 1"):
        ParallelExperts(Group(), linear(2, 2), cases.row_by_row((0,), 2))

import torch

from inference.moe.parallel.combine import computed, exact, partial
from inference.moe.parallel.dispatch import dispatch
from inference.moe.parallel.group import Group


def times_place(rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    return rows * (places[:, None] + 1)


def test_both_ways_sum_each_tokens_slots_by_their_shares() -> None:
    x = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    physical, weights = torch.tensor([[0, 2], [-1, -1], [1, 1]]), torch.tensor([[0.5, 0.25], [1.0, 1.0], [1.0, 0.5]])
    expected = torch.tensor([[1.25, 2.5], [0.0, 0.0], [15.0, 18.0]])
    group = Group()
    sent, received = dispatch(x, physical, weights, 3, group)
    assert torch.equal(exact(received, sent, weights, times_place, group), expected)
    assert torch.equal(partial(received, sent, 3, times_place, group), expected)


def test_an_expert_sees_each_of_its_slots_once() -> None:
    sent, received = dispatch(torch.ones(2, 1), torch.tensor([[0, 1], [1, -1]]), torch.ones(2, 2), 2, Group())
    rows, row = computed(received, times_place)
    assert rows.flatten().tolist() == [1, 2, 2]
    assert row.tolist() == [0, 0, 1]
    assert sent.here.sum() == len(rows)

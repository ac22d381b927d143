"""In one process; worlds of several are in test_layer."""

import torch
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.parallel.dispatch import dispatch
from inference.moe.parallel.group import Group


@given(st.lists(st.lists(st.integers(-1, 4), min_size=2, max_size=2), max_size=9))
def test_a_token_travels_once_and_only_when_someone_computes_it(rows: list[list[int]]) -> None:
    physical = torch.tensor(rows, dtype=torch.int64).view(-1, 2)
    x = torch.arange(len(rows), dtype=torch.float32)[:, None]
    sent, received = dispatch(x, physical, torch.rand(physical.shape), 5, Group())
    needed = [number for number, row in enumerate(rows) if max(row) >= 0]
    assert sent.token.tolist() == received.x[:, 0].tolist() == needed
    assert torch.equal(received.places, physical[needed])
    assert sent.rows == received.rows == [len(needed)]


def test_shares_arrive_with_all_their_bits() -> None:
    weights = torch.tensor([[0.1, 1e-38], [3.5, -0.0]])
    _, received = dispatch(torch.zeros(2, 1), torch.tensor([[0, 1], [1, -1]]), weights, 2, Group())
    assert torch.equal(received.weights.view(torch.int32), weights.view(torch.int32))

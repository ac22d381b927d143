from __future__ import annotations

import pytest
import torch

from inference.moe.errors import BadCall
from inference.moe.kernels.triton.weights import FP8, Experts


def narrow(*shape: int) -> torch.Tensor:
    return torch.zeros(shape).to(FP8)


def test_sizes_are_read_from_the_matrices() -> None:
    experts = Experts(torch.zeros(3, 10, 8), torch.zeros(3, 8, 5))
    assert (experts.count, experts.hidden, experts.inner, experts.fp8) == (3, 8, 5, False)
    assert experts.block_scales() is None


def test_a_factor_an_expert_becomes_blocks_without_a_copy() -> None:
    scale13, scale2 = torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([5.0, 6.0])
    first, second = Experts(narrow(2, 400, 300), narrow(2, 300, 200), scale13, scale2).block_scales() or (None, None)
    assert first is not None
    assert first.shape == (2, 4, 3)
    assert first[:, :, 0].tolist() == [[1, 1, 2, 2], [3, 3, 4, 4]]
    assert second is not None
    assert second.shape == (2, 3, 2)
    assert second.stride()[1:] == (0, 0)
    assert second[1].unique().tolist() == [6]


@pytest.mark.parametrize("shape", [(2,), (2, 2), (2, 4, 3)])
def test_every_kind_of_scale_is_taken(shape: tuple[int, ...]) -> None:
    scale2 = torch.ones(2) if len(shape) < 3 else torch.ones(2, 3, 2)
    Experts(narrow(2, 400, 300), narrow(2, 300, 200), torch.ones(shape), scale2)


@pytest.mark.parametrize(
    ("w13", "w2", "scales", "says"),
    [
        (torch.zeros(2, 8, 6), torch.zeros(2, 6, 3), (), r"\[2, 8, 6\] and w2 \[2, 6, 3\]"),
        (torch.zeros(2, 8, 6), torch.zeros(2, 6, 4).half(), (), "float32 and torch.float16"),
        (torch.zeros(2, 8, 6).int(), torch.zeros(2, 6, 4).int(), (), "int32"),
        (torch.zeros(2, 6, 8).mT, torch.zeros(2, 6, 4), (), "contiguous"),
        (narrow(2, 8, 6), narrow(2, 6, 4), (), "scales"),
        (torch.zeros(2, 8, 6), torch.zeros(2, 6, 4), (torch.ones(2), torch.ones(2)), "scales"),
        (narrow(2, 8, 6), narrow(2, 6, 4), (torch.ones(2).double(), torch.ones(2)), "float64"),
        (narrow(2, 8, 6), narrow(2, 6, 4), (torch.ones(2), torch.ones(2, 2)), r"\[2, 2\]"),
    ],
)
def test_what_does_not_go_together_is_refused(
    w13: torch.Tensor, w2: torch.Tensor, scales: tuple[torch.Tensor, ...], says: str
) -> None:
    with pytest.raises(BadCall, match=says):
        Experts(w13, w2, *scales)

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.unit.inference.moe.kernels.triton import cases


@pytest.mark.parametrize("columns", [128, 300])
def test_activations_are_rounded_by_groups_of_128(interpreted: Any, columns: int) -> None:
    far, shape = interpreted(cases.rounding, columns)
    assert shape == [5, -(-columns // 128)]
    assert far < 1e-7


def test_blocks_of_weights_have_their_own_scales() -> None:
    pytest.importorskip("triton")
    from inference.moe.kernels.triton.quantise import by_block

    w = torch.ones(2, 130, 256)
    w[1, 129, 200] = -896.0
    narrow, scales = by_block(w)
    assert narrow.shape == w.shape
    assert scales.shape == (2, 2, 2)
    assert scales[1, 1, 1] == 2.0
    assert narrow[1, 129, 200].float() == -448
    assert torch.allclose(scales[0], torch.full((2, 2), 1 / 448))


def test_a_block_of_zeros_stays_zero() -> None:
    pytest.importorskip("triton")
    from inference.moe.kernels.triton.quantise import by_block

    narrow, scales = by_block(torch.zeros(1, 3, 5))
    assert not narrow.float().any()
    assert scales.isfinite().all()

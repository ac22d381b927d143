"""Which down projections are kept in int4, and which would lose too much."""

from __future__ import annotations

import pytest
import torch

from inference.moe.kernels.cpu import formats
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format

HIDDEN, INNER = 64, 96


def on_a_grid(levels: int) -> torch.Tensor:
    """Weights [experts, hidden, inner] that take few values, as quantised ones do that were widened again."""
    draw = torch.Generator().manual_seed(0)
    steps = torch.randint(0, levels, (2, HIDDEN, INNER), generator=draw)
    return (steps.float() / levels - 0.5).bfloat16()


def smooth() -> torch.Tensor:
    """Weights that lie on no grid."""
    return torch.randn(2, HIDDEN, INNER, generator=torch.Generator().manual_seed(1)).bfloat16()


def test_weights_that_lay_on_sixteen_levels_stay_in_int4(library: Library) -> None:
    assert formats.of_down_projection(library, on_a_grid(16), Format.INT4) is Format.INT4


def test_weights_that_lie_on_no_grid_are_kept_in_int8(library: Library) -> None:
    assert formats.of_down_projection(library, smooth(), Format.INT4) is Format.INT8


@pytest.mark.parametrize("fmt", [Format.BF16, Format.INT8])
def test_beside_wider_formats_nothing_is_decided(library: Library, fmt: Format) -> None:
    assert formats.of_down_projection(library, smooth(), fmt) is fmt


def test_weights_that_are_all_zero_lose_nothing(library: Library) -> None:
    assert formats.of_down_projection(library, torch.zeros(1, HIDDEN, INNER).bfloat16(), Format.INT4) is Format.INT4


def test_a_few_rows_are_enough_to_decide(library: Library) -> None:
    few = on_a_grid(16)[:, :3]
    assert formats.of_down_projection(library, few, Format.INT4) is Format.INT4

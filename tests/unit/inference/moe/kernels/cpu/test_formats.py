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


def stacked(*parts: torch.Tensor) -> torch.Tensor:
    return torch.cat([part[0] for part in parts])


def test_a_layer_that_lay_on_sixteen_levels_is_kept_in_int4_whole(library: Library) -> None:
    packed = formats.pack_linear(library, stacked(on_a_grid(16), on_a_grid(16)), Format.INT4, [HIDDEN, HIDDEN])
    assert (packed.format, packed.rows, packed.tail) == (Format.INT4, 2 * HIDDEN, None)


def test_values_that_were_stored_finer_are_kept_in_int8_below_queries_and_keys(library: Library) -> None:
    weight = stacked(on_a_grid(16), on_a_grid(16), smooth())
    packed = formats.pack_linear(library, weight, Format.INT4, [HIDDEN] * 3)
    assert (packed.format, packed.rows, packed.outputs) == (Format.INT4, 2 * HIDDEN, 3 * HIDDEN)
    assert packed.tail is not None
    assert (packed.tail.format, packed.tail.rows) == (Format.INT8, HIDDEN)
    assert packed.bytes == packed.data.numel() + packed.tail.data.numel()


@pytest.mark.parametrize("fmt", [Format.INT4, Format.INT8])
def test_a_layer_whose_first_part_would_lose_much_is_kept_in_int8_whole(library: Library, fmt: Format) -> None:
    packed = formats.pack_linear(library, stacked(smooth(), on_a_grid(16)), fmt, [HIDDEN, HIDDEN])
    assert (packed.format, packed.tail) == (Format.INT8, None)


@pytest.mark.parametrize("count", [1, 3, 40])
def test_a_layer_in_two_formats_computes_the_parts_above_each_other(library: Library, count: int) -> None:
    weight, bias = stacked(on_a_grid(16), smooth()), torch.randn(2 * HIDDEN).bfloat16()
    x = torch.randn(count, INNER).bfloat16()
    both = formats.pack_linear(library, weight, Format.INT4, [HIDDEN, HIDDEN])
    for name in library.kernels():
        library.choose(name)
        parts = [
            library.linear(x, library.pack(weight[:HIDDEN], Format.INT4), bias[:HIDDEN]),
            library.linear(x, library.pack(weight[HIDDEN:], Format.INT8), bias[HIDDEN:]),
        ]
        assert torch.equal(library.linear(x, both, bias), torch.cat(parts, dim=1)), name

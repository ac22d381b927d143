"""The rule for tile sizes: what it must keep on every layer, batch and device."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.moe.kernels.triton import tiles
from inference.moe.kernels.triton.tiles import SHARED_KIB, Shape

SHAPES = st.builds(
    Shape,
    experts=st.integers(1, 512),
    hidden=st.integers(16, 8192),
    inner=st.integers(16, 8192),
    top_k=st.integers(1, 16),
    tokens=st.integers(0, 65536),
    bits=st.sampled_from([8, 16, 32]),
    capability=st.sampled_from([*SHARED_KIB, (10, 0)]),
)
QWEN = Shape(128, 2048, 768, 8, 1, 16)


@given(SHAPES)
def test_sizes_are_powers_of_two_that_the_kernels_take(shape: Shape) -> None:
    for rule in (tiles.decode, tiles.prefill, tiles.invariant):
        chosen = rule(shape)
        for size in (chosen.tokens, chosen.half, chosen.rows, chosen.depth, chosen.split):
            assert size & (size - 1) == 0
        assert chosen.tokens >= 16
        assert chosen.half >= 32
        assert chosen.depth == 128 if shape.bits == 8 else chosen.depth >= 32  # a scale covers 128 columns


@given(SHAPES)
def test_stages_fit_the_shared_memory(shape: Shape) -> None:
    room = SHARED_KIB.get(shape.capability, 227) * 1024
    for rule in (tiles.decode, tiles.prefill, tiles.invariant):
        assert rule(shape).shared_bytes(shape.bits) <= room


@given(SHAPES, st.integers(0, 65536))
def test_invariant_sizes_do_not_know_the_batch(shape: Shape, other: int) -> None:
    again = Shape(shape.experts, shape.hidden, shape.inner, shape.top_k, other, shape.bits, shape.capability)
    assert tiles.invariant(shape) == tiles.invariant(again)
    assert tiles.decode(shape).split == tiles.invariant(again).split


@pytest.mark.parametrize(("tokens", "block"), [(1, 16), (16, 16), (64, 16)])
def test_small_blocks_while_an_expert_has_few_tokens(tokens: int, block: int) -> None:
    assert tiles.decode(Shape(128, 2048, 768, 8, tokens, 16)).tokens == block
    assert tiles.decode(Shape(4, 2048, 768, 2, 64, 16)).tokens == 64


def test_large_blocks_once_experts_are_full() -> None:
    assert [tiles.prefill(Shape(128, 2048, 768, 8, n, 16)).tokens for n in (256, 2048, 16384)] == [64, 128, 128]


def test_a_narrow_layer_splits_the_depth_of_its_way_back() -> None:
    assert tiles.decode(QWEN).split == 1
    assert tiles.decode(Shape(4, 1024, 8960, 1, 1, 16)).split == 4

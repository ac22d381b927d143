"""The whole layer against the oracle, and what must not change a row's bits."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.inference.moe.kernels.triton import cases
from tests.unit.inference.moe.kernels.triton.cases import Case

HALF, SINGLE, FP8 = 3e-3, 2e-6, 6e-3
"""Allowed distance: rounding of float16 (twice), of float32 sums, and of float16 around fp8 that differs by a tie."""


@pytest.mark.parametrize("kind", ["spread", "one hot expert", "with -1", "names none"])
@pytest.mark.parametrize("kernel", ["moe_decode", "moe_prefill"])
def test_both_kernels_compute_what_the_oracle_does(interpreted: Any, kernel: str, kind: str) -> None:
    assert interpreted(cases.distance, Case(kernel=kernel, kind=kind)) < HALF


@pytest.mark.parametrize(
    "case",
    [
        Case(dtype="float32"),
        Case(dtype="float32", kernel="moe_prefill", tokens=20, top_k=3),
        Case(hidden=200, inner=72, kernel="moe_prefill"),
        Case(hidden=72, inner=20, experts=1, top_k=1),
        Case(tokens=1, experts=7, top_k=4, long_ids=True),
        Case(tokens=70, invariant=True),
    ],
    ids=lambda case: f"{case.kernel}-{case.tokens}x{case.top_k}-{case.hidden}-{case.inner}",
)
def test_sizes_that_fill_no_tile(interpreted: Any, case: Case) -> None:
    assert interpreted(cases.distance, case) < (SINGLE if case.dtype == "float32" else HALF)


def test_no_tokens_give_no_rows(interpreted: Any) -> None:
    for kernel in ("moe_decode", "moe_prefill"):
        assert interpreted(cases.output, Case(tokens=0, kernel=kernel)).shape == (0, 64)


def test_a_token_without_experts_is_zero(interpreted: Any) -> None:
    made = interpreted(cases.output, Case(kind="with -1"))
    assert not made[0].any()
    assert made[1:].any()


@pytest.mark.parametrize("kernel", ["moe_decode", "moe_prefill"])
@pytest.mark.parametrize(("scales", "inner"), [("block", 128), ("tensor", 72)])
def test_fp8_with_a_scale_a_block_or_an_expert(interpreted: Any, kernel: str, scales: str, inner: int) -> None:
    case = Case(dtype="fp8", hidden=256, inner=inner, experts=3, scales=scales, kernel=kernel)
    assert interpreted(cases.distance, case) < FP8


def test_fp8_where_blocks_are_cut(interpreted: Any) -> None:
    case = Case(dtype="fp8", hidden=160, inner=136, experts=2, tokens=3, kernel="moe_prefill")
    assert interpreted(cases.distance, case) < FP8


def test_experts_held_elsewhere_add_nothing(interpreted: Any) -> None:
    case = Case(experts=5, top_k=3, held=(4, 1), tokens=9)
    assert interpreted(cases.distance, case) < HALF
    assert interpreted(cases.distance, replace(case, held=(), tokens=2)) < HALF


@pytest.mark.parametrize("dtype", ["float16", pytest.param("fp8", marks=pytest.mark.slow)])
def test_in_invariant_mode_a_row_is_the_same_in_any_batch(interpreted: Any, dtype: str) -> None:
    case = Case(invariant=True, dtype=dtype, hidden=128, inner=40, experts=3)
    assert interpreted(cases.stays_the_same, case, (2, 66)) == [True, True]


@pytest.mark.parametrize("kind", ["one hot expert", "with -1"])
def test_rows_of_every_placement_are_the_same_bits(interpreted: Any, kind: str) -> None:
    case = Case(experts=5, top_k=3, tokens=7, kind=kind, dtype="float32", hidden=48, inner=32)
    for ranks in (((0, 1, 2), (3, 4)), ((4, 0), (2,), (), (3, 1))):  # uneven, permuted, a rank without experts
        same, once, far = interpreted(cases.over_ranks, case, ranks)
        assert same
        assert once
        assert far < SINGLE


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("width", "contiguous rows"),
        ("type", "one type"),
        ("shares", "top_k"),
        ("out", "contiguous"),
        ("too many", "Use moe_prefill"),
        ("fp8 input", "float16/bfloat16 with fp8"),
    ],
)
def test_a_wrong_call_says_what_to_give(interpreted: Any, what: str, says: str) -> None:
    said = interpreted(cases.refused, what)
    assert said.startswith("bad_kernel_call")
    assert says in said
    assert "收到" in said


@pytest.mark.slow
@pytest.mark.parametrize("tokens", [1, 33, 64, 65, 222])
@pytest.mark.parametrize(("hidden", "inner"), [(128, 128), (512, 1024), (2880, 360)])
def test_shapes_of_the_public_suites(interpreted: Any, tokens: int, hidden: int, inner: int) -> None:
    """m, n and k of vLLM's test_moe.py as far as an interpreter gets; its own tolerance is 2e-2."""
    case = Case(tokens=min(tokens, 200), hidden=hidden, inner=inner, experts=8, top_k=2)
    assert interpreted(cases.distance, case) < HALF
    assert interpreted(cases.distance, replace(case, held=(1, 6, 2), kind="with -1")) < HALF

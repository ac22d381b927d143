"""What the compiler makes of the products for a Hopper GPU; nothing is run. Results are in test_layer."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.inference.moe.kernels.triton import aot

QWEN = (128, 2048, 768, 8)
"""Qwen3-30B-A3B: experts, hidden, inner, top-k."""
SHARED = 227 * 1024


def check(made: aot.Made, matrix: str) -> None:
    assert all(matrix in one for one in made.matrix), made
    assert made.matrix
    assert made.copies > 8  # loads run ahead of the products
    assert made.stack <= 16
    assert made.shared <= SHARED


def test_a_decode_step_in_bf16_uses_the_wide_matrix_unit_for_sixteen_tokens(compiled: Any) -> None:
    check(compiled(aot.product, "first", "bf16", 0, (*QWEN, 8)), "m64n16k16")


def test_a_decode_step_in_fp8_multiplies_fp8(compiled: Any) -> None:
    check(compiled(aot.product, "second", "fp8e4nv", 2, (*QWEN, 8)), "m64n16k32.f32.e4m3.e4m3")


@pytest.mark.slow
@pytest.mark.parametrize("which", ["first", "second"])
@pytest.mark.parametrize(
    ("kind", "mode", "tokens", "matrix"),
    [
        ("bf16", 0, 1, "m64n16k16"),
        ("bf16", 0, 64, "m64n16k16"),
        ("bf16", 0, 256, "m64n64k16"),
        ("bf16", 0, 8192, "m64n128k16"),
        ("fp8e4nv", 2, 64, "m64n16k32"),
        ("fp8e4nv", 1, 256, "m64n64k32"),
        ("fp8e4nv", 1, 8192, "m64n128k32"),
    ],
)
def test_every_size_fills_the_matrix_unit_and_spills_nothing(
    compiled: Any, which: str, kind: str, mode: int, tokens: int, matrix: str
) -> None:
    check(compiled(aot.product, which, kind, mode, (*QWEN, tokens)), matrix)


@pytest.mark.slow
@pytest.mark.parametrize("capability", [80, 89])
def test_older_gpus_compile_it_too(compiled: Any, capability: int) -> None:
    made = compiled(aot.product, "first", "bf16", 0, (*QWEN, 8), capability)
    assert all("m16n8k16" in one for one in made.matrix)
    assert made.stack <= 16

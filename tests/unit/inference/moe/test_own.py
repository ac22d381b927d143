"""Experts of one's own: code beside weights, held to what the sum of both is by hand."""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from inference.moe import copying, own
from inference.moe.errors import BadOwnExpert

COPY = "inference.moe.copying:make"


def double(x: Tensor) -> Tensor:
    return 2 * x


@pytest.fixture
def module() -> Iterator[types.ModuleType]:
    """A module of a person's own."""
    made = types.ModuleType("a_persons_experts")
    sys.modules[made.__name__] = made
    yield made
    del sys.modules[made.__name__]


def summed(ids: list[list[int]], shares: list[list[float]], experts: dict[int, Any], table: Any = None) -> Any:
    x = torch.arange(1, 2 * len(ids) + 1).view(len(ids), 2).bfloat16()
    out = torch.zeros_like(x)
    mapped = torch.tensor(table) if table is not None else None
    own.add(out, x, torch.tensor(ids), torch.tensor(shares), experts, mapped)
    return x, out


def test_a_token_gets_its_share_of_what_its_expert_computes() -> None:
    x, out = summed([[3, 0], [1, 3], [0, 1]], [[0.5, 0.5], [0.75, 0.25], [1.0, 0.0]], {3: double})
    assert torch.equal(out, x * torch.tensor([[1.0], [0.5], [0.0]]).bfloat16())


def test_an_expert_named_twice_in_a_row_counts_twice() -> None:
    x, out = summed([[3, 3]], [[0.5, 0.25]], {3: copying.copy})
    assert torch.equal(out, 0.75 * x)


def test_it_adds_to_what_the_weights_gave() -> None:
    x, out = torch.ones(2, 4).bfloat16(), torch.full((2, 4), 5.0).bfloat16()
    own.add(out, x, torch.tensor([[1], [0]]), torch.ones(2, 1), {1: double})
    assert out.tolist() == [[7.0] * 4, [5.0] * 4]


def test_nobody_is_called_for_no_rows() -> None:
    def never(_x: Tensor) -> Tensor:
        raise AssertionError("called")

    _, out = summed([[0], [-1]], [[1.0], [1.0]], {3: never})
    assert not out.any()


def test_what_lies_on_another_rank_is_computed_there() -> None:
    x, out = summed([[2], [3]], [[1.0], [1.0]], {2: copying.copy, 3: copying.copy}, [-1, -1, 0, -1])
    assert torch.equal(out[0], x[0])
    assert not out[1].any()


def test_rows_of_another_shape_are_refused_by_name() -> None:
    with pytest.raises(BadOwnExpert, match="3 gave rows of shape"):
        summed([[3]], [[1.0]], {3: lambda x: x[:, :1]})


@pytest.mark.parametrize("dtype", [torch.int32, torch.int64])
def test_the_kernel_is_told_to_skip_them(dtype: torch.dtype) -> None:
    ids = torch.tensor([[0, 3], [-1, 2], [3, 3]], dtype=dtype)
    left = own.without(ids, {3: copying.copy, 2: copying.copy})
    assert left.tolist() == [[0, -1], [-1, -1], [-1, -1]]
    assert left.dtype is dtype


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.integers(-1, 4), min_size=2, max_size=2), min_size=1, max_size=9), st.sets(st.integers(0, 4))
)
def test_weights_and_code_together_are_every_slot_once(ids: list[list[int]], numbers: set[int]) -> None:
    """Experts that all copy: whoever computes a slot, the sum is the same."""
    routed, x = torch.tensor(ids), torch.eye(len(ids), 16).bfloat16()
    mine = dict.fromkeys(numbers, copying.copy)
    left = own.without(routed, mine) if mine else routed
    out = x * (left >= 0).sum(dim=1, keepdim=True)
    own.add(out, x, routed, torch.ones(routed.shape), mine)
    assert torch.equal(out, x * (routed >= 0).sum(dim=1, keepdim=True))


def test_the_kernel_and_code_compute_a_layer_together(library: Any) -> None:
    from inference.moe.kernels.cpu.packed import Format

    draw = torch.Generator().manual_seed(0)
    w13, w2 = (
        torch.randn(3, 64, 32, generator=draw).bfloat16() / 6,
        torch.randn(3, 32, 32, generator=draw).bfloat16() / 6,
    )
    x, ids = torch.randn(7, 32, generator=draw).bfloat16(), torch.arange(14).view(7, 2) % 3
    packed, shares = library.pack_experts(w13, w2, Format.BF16), torch.full((7, 2), 0.5)
    out = library.experts(x, packed, own.without(ids, {1: double}), shares)
    own.add(out, x, ids, shares, {1: double})
    by_weights = library.experts(x, packed, torch.where(ids == 1, -1, ids), shares).float()
    wanted = by_weights + 2 * x.float() * 0.5 * (ids == 1).sum(dim=1, keepdim=True)
    assert torch.allclose(out.float(), wanted, rtol=0.01, atol=0.01)


def test_the_worked_example_leaves_the_first_layer_to_the_weights() -> None:
    assert own.here({3: COPY}, 0, 64) == {}
    assert own.here({3: COPY}, 1, 64) == {3: copying.copy}
    x = torch.randn(3, 8)
    assert torch.equal(copying.copy(x), x)


def test_a_persons_own_module_is_found_by_its_name(module: types.ModuleType) -> None:
    seen: list[tuple[int, int]] = []
    module.make = lambda layer, hidden: seen.append((layer, hidden)) or double  # type: ignore[attr-defined]
    assert own.parse(["2=a_persons_experts:make"], 4) == {2: "a_persons_experts:make"}
    assert own.here({2: "a_persons_experts:make"}, 5, 96) == {2: double}
    assert seen == [(5, 96)]


@pytest.mark.parametrize(
    ("argument", "wrong"),
    [
        (COPY, "is no NUMBER="),
        (f"-1={COPY}", "is no NUMBER="),
        (f"4={COPY}", "beyond the model's 4 experts"),
        ("1=nowhere.to_be:found", "can't be imported"),
        ("1=inference.moe.copying:absent", "can't be imported"),
        ("1=inference.moe.copying", "not of the form"),
        ("1=inference.moe.copying:FIRST", "can't be called"),
    ],
)
def test_what_can_not_be_had_is_said_before_anything_starts(argument: str, wrong: str) -> None:
    with pytest.raises(BadOwnExpert, match=wrong) as refused:
        own.parse([argument], 4)
    assert "copying.py" in str(refused.value)
    assert "示例" in refused.value.chinese


def test_a_number_is_given_once() -> None:
    with pytest.raises(BadOwnExpert, match="of its own"):
        own.parse([f"1={COPY}", f"1={COPY}"])

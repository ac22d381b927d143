from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.moe import reference
from inference.moe.errors import BadCall, UnknownExpert
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Inputs, Tally

TOLERANCE = {Format.BF16: 0.004, Format.INT8: 0.02, Format.INT4: 0.18}
"""Relative error on normal weights: bf16 rounding of the inner activations; 8 and 4 bits of weights."""


def layer(tokens: Any, hidden: Any, inner: Any, experts: Any, top_k: Any, seed: Any = 0) -> Any:
    draw = torch.Generator().manual_seed(seed)
    x = torch.randn(tokens, hidden, generator=draw).bfloat16()
    w13 = (torch.randn(experts, 2 * inner, hidden, generator=draw) / hidden**0.5).bfloat16()
    w2 = (torch.randn(experts, hidden, inner, generator=draw) / inner**0.5).bfloat16()
    routing = reference.route(torch.randn(tokens, experts, generator=draw), top_k, renormalise=True)
    return x, w13, w2, routing


def off(got: Any, wanted: Any) -> Any:
    return ((got.double() - wanted.double()).norm() / wanted.double().norm()).item()


def each_kernel(library: Any) -> Any:
    for name in library.kernels():
        library.choose(name)
        yield name


@pytest.mark.parametrize("fmt", Format)
@pytest.mark.parametrize("inputs", Inputs)
@pytest.mark.parametrize(
    ("tokens", "hidden", "inner", "experts", "top_k"),
    [(1, 96, 64, 4, 2), (5, 100, 70, 3, 2), (70, 128, 96, 4, 2), (33, 64, 32, 6, 1), (8, 32, 16, 2, 2)],
    ids=["one token", "sizes that fill no block", "strips of tokens", "more experts", "every expert"],
)
def test_each_kernel_computes_what_the_oracle_does(
    library: Any, fmt: Any, inputs: Any, tokens: Any, hidden: Any, inner: Any, experts: Any, top_k: Any
) -> None:
    x, w13, w2, routing = layer(tokens, hidden, inner, experts, top_k)
    wanted = reference.experts(x, w13, w2, routing)
    packed = library.pack_experts(w13, w2, fmt)
    for name in each_kernel(library):
        got = library.experts(x, packed, routing.ids, routing.weights, inputs=inputs)
        assert off(got, wanted) < TOLERANCE[fmt], name


@pytest.mark.parametrize("fmt", [Format.INT8, Format.INT4])
def test_what_is_computed_is_the_oracle_on_the_weights_as_packed(library: Any, fmt: Any) -> None:
    """All that quantised weights lose, they lose when packed; the product adds rounding only."""
    x, w13, w2, routing = layer(24, 64, 48, 1, 1)
    rows13, rows2 = library.pack(w13[0], fmt), library.pack(w2[0], fmt)
    wanted = reference.experts(x, library.unpack(rows13)[None], library.unpack(rows2)[None], routing)
    packed = library.pack_experts(w13, w2, fmt)
    for name in each_kernel(library):
        weight_only = library.experts(x, packed, routing.ids, routing.weights, inputs=Inputs.BF16)
        rounded = library.experts(x, packed, routing.ids, routing.weights, inputs=Inputs.INT8)
        assert off(weight_only, wanted) < 0.006, name
        assert off(rounded, wanted) < 0.015, name


def test_the_two_matrices_may_differ_in_format(library: Any) -> None:
    x, w13, w2, routing = layer(9, 64, 64, 2, 1)
    wanted = reference.experts(x, w13, w2, routing)
    packed = library.pack_experts(w13, w2, Format.INT8, Format.BF16)
    assert off(library.experts(x, packed, routing.ids, routing.weights), wanted) < TOLERANCE[Format.INT8]


@pytest.mark.parametrize("fmt", Format)
def test_any_number_of_threads_gives_the_same_bits(library: Any, fmt: Any) -> None:
    x, w13, w2, routing = layer(37, 64, 80, 3, 2)
    results, before = [], torch.get_num_threads()
    try:
        for threads in (1, 2, 3, 7):
            torch.set_num_threads(threads)
            packed = library.pack_experts(w13, w2, fmt)
            results.append(library.experts(x, packed, routing.ids, routing.weights))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize("fmt", Format)
def test_a_token_alone_and_in_company_gets_the_same_answer(library: Any, fmt: Any) -> None:
    """With rounded inputs every row is a sum of its own, in one order."""
    x, w13, w2, routing = layer(13, 64, 64, 2, 2)
    packed = library.pack_experts(w13, w2, fmt)
    library.choose(library.kernels()[-1])
    together = library.experts(x, packed, routing.ids, routing.weights, inputs=Inputs.INT8)
    for token in (0, 7, 12):
        one = slice(token, token + 1)
        alone = library.experts(x[one], packed, routing.ids[one], routing.weights[one], inputs=Inputs.INT8)
        assert torch.equal(alone, together[one])


def test_no_tokens_give_no_rows(library: Any) -> None:
    x, w13, w2, routing = layer(0, 32, 32, 2, 1)
    assert library.experts(x, library.pack_experts(w13, w2, Format.INT4), routing.ids, routing.weights).shape == (0, 32)


def test_a_masked_slot_adds_nothing_and_a_token_of_masked_slots_is_zero(library: Any) -> None:
    x, w13, w2, routing = layer(3, 32, 32, 4, 2)
    ids = torch.tensor([[1, -1], [-1, -1], [-1, 2]], dtype=torch.int32)
    got = library.experts(x, library.pack_experts(w13, w2, Format.BF16), ids, routing.weights)
    wanted = reference.experts(x, w13, w2, reference.Routing(ids, routing.weights))
    assert torch.equal(got[1], torch.zeros(32, dtype=torch.bfloat16))
    assert off(got, wanted) < TOLERANCE[Format.BF16]


def test_an_expert_named_twice_in_a_row_counts_twice(library: Any) -> None:
    x, w13, w2, _ = layer(4, 32, 32, 2, 2)
    routing = reference.Routing(torch.ones(4, 2, dtype=torch.int32), torch.full((4, 2), 0.5))
    got = library.experts(x, library.pack_experts(w13, w2, Format.BF16), routing.ids, routing.weights)
    assert off(got, reference.expert(x, w13[1], w2[1])) < TOLERANCE[Format.BF16]


def test_all_tokens_to_one_expert_leave_the_others_idle(library: Any) -> None:
    x, w13, w2, _ = layer(50, 32, 32, 4, 1)
    routing = reference.Routing(torch.full((50, 1), 3, dtype=torch.int32), torch.ones(50, 1))
    got = library.experts(x, library.pack_experts(w13, w2, Format.INT8), routing.ids, routing.weights)
    assert off(got, reference.expert(x, w13[3], w2[3])) < TOLERANCE[Format.INT8]


@pytest.mark.parametrize("wrong", [-2, 4, 2**31 - 1])
def test_an_id_out_of_bounds_is_refused(library: Any, wrong: Any) -> None:
    x, w13, w2, routing = layer(2, 32, 32, 4, 1)
    ids = torch.tensor([[0], [wrong]], dtype=torch.int32)
    with pytest.raises(UnknownExpert, match="0 to 3") as raised:
        library.experts(x, library.pack_experts(w13, w2, Format.BF16), ids, routing.weights)
    assert "专家" in raised.value.chinese


def test_an_expert_map_that_points_outside_is_refused(library: Any) -> None:
    x, w13, w2, routing = layer(2, 32, 32, 2, 1)
    table = torch.tensor([0, 5], dtype=torch.int32)
    ids = torch.tensor([[1], [1]], dtype=torch.int32)
    with pytest.raises(UnknownExpert):
        library.experts(x, library.pack_experts(w13, w2, Format.BF16), ids, routing.weights, table)


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_ranks_under_any_placement_sum_to_the_whole(library_path: Any, data: Any) -> None:
    library = Library.load(library_path)
    experts = data.draw(st.integers(1, 6))
    holders = data.draw(st.lists(st.integers(0, 2), min_size=experts, max_size=experts))
    x, w13, w2, routing = layer(data.draw(st.integers(1, 9)), 32, 32, experts, data.draw(st.integers(1, experts)))
    wanted = reference.experts(x, w13, w2, routing)
    total = torch.zeros_like(wanted)
    for rank in range(3):
        mine = [expert for expert in range(experts) if holders[expert] == rank]
        table = torch.tensor([mine.index(e) if e in mine else -1 for e in range(experts)], dtype=torch.int32)
        packed = library.pack_experts(w13[mine], w2[mine], Format.BF16)
        total += library.experts(x, packed, routing.ids, routing.weights, table).double()
    assert off(total, wanted) < 0.01


@pytest.mark.parametrize("fmt", Format)
@pytest.mark.parametrize(("rows", "cols", "count"), [(40, 96, 1), (17, 33, 3), (64, 64, 80), (16, 32, 0)])
def test_a_linear_layer_with_bias(library: Any, fmt: Any, rows: Any, cols: Any, count: Any) -> None:
    draw = torch.Generator().manual_seed(1)
    weight = (torch.randn(rows, cols, generator=draw) / cols**0.5).bfloat16()
    bias, x = torch.randn(rows, generator=draw).bfloat16(), torch.randn(count, cols, generator=draw).bfloat16()
    packed = library.pack(weight, fmt)
    for name in each_kernel(library):
        got = library.linear(x, packed, bias)
        assert got.shape == (count, rows)
        if count:
            assert off(got, x.double() @ weight.double().T + bias.double()) < TOLERANCE[fmt], name


def test_weights_on_a_grid_of_sixteen_levels_come_back(library: Any) -> None:
    """GGUF's Q4_K: 32 weights share scale and minimum. Repacking them loses next to nothing."""
    draw = torch.Generator().manual_seed(2)
    codes = torch.randint(0, 16, (64, 4, 32), generator=draw).float()
    scale, least = torch.rand(64, 4, 1, generator=draw) + 0.1, torch.rand(64, 4, 1, generator=draw) * 8
    weight = ((codes - least) * scale).view(64, 128).bfloat16()
    assert off(library.unpack(library.pack(weight, Format.INT4)), weight) < 0.02


@pytest.mark.parametrize("fmt", [Format.INT8, Format.INT4])
@given(scale=st.floats(1e-2, 1e4), rows=st.integers(1, 20), cols=st.integers(1, 70), seed=st.integers(0, 99))
@settings(max_examples=25, deadline=None)
def test_a_packed_weight_is_within_a_step_of_what_it_was(
    library_path: Any, fmt: Any, scale: Any, rows: Any, cols: Any, seed: Any
) -> None:
    library = Library.load(library_path)
    weight = (torch.randn(rows, cols, generator=torch.Generator().manual_seed(seed)) * scale).bfloat16()
    back = library.unpack(library.pack(weight, fmt))
    padded = torch.nn.functional.pad(weight.float(), (0, -cols % 32)).view(rows, -1, 32)
    reach = padded.amax(-1).clamp_min(0) - padded.amin(-1).clamp_max(0)
    step = (reach / (8 if fmt is Format.INT4 else 127)).repeat_interleave(32, 1)[:, :cols]
    assert ((back - weight.float()).abs() <= step * 1.02 + 1e-6).all()


def test_zero_weights_stay_zero(library: Any) -> None:
    zero = torch.zeros(16, 32).bfloat16()
    for fmt in Format:
        assert torch.equal(library.unpack(library.pack(zero, fmt)), zero.float())


def test_bf16_weights_come_back_bit_by_bit(library: Any) -> None:
    weight = torch.randn(19, 45).bfloat16()
    assert torch.equal(library.unpack(library.pack(weight, Format.BF16)).bfloat16(), weight)


def test_packed_bytes_are_what_the_format_promises(library: Any) -> None:
    bits = {fmt: 8 * library.pack(torch.zeros(64, 256).bfloat16(), fmt).data.numel() / (64 * 256) for fmt in Format}
    assert bits == {Format.BF16: 16, Format.INT8: 8.5, Format.INT4: 4.75}


def test_the_portable_kernel_is_always_there(library: Any) -> None:
    assert library.kernels()[-1] == "portable"
    assert library.kernel == library.kernels()[0]


def test_an_unknown_kernel_is_refused(library: Any) -> None:
    with pytest.raises(BadCall, match="name"):
        library.choose("sse9")


@pytest.mark.parametrize("wrong", [torch.zeros(2, 32), torch.zeros(2, 31).bfloat16()], ids=["fp32", "too narrow"])
def test_inputs_that_do_not_fit_are_refused_before_the_call(library: Any, wrong: Any) -> None:
    _, w13, w2, routing = layer(2, 32, 32, 2, 1)
    with pytest.raises(BadCall):
        library.experts(wrong, library.pack_experts(w13, w2, Format.BF16), routing.ids, routing.weights)
    with pytest.raises(BadCall):
        library.linear(wrong, library.pack(w13[0], Format.BF16))


def test_weights_that_are_no_experts_are_refused(library: Any) -> None:
    with pytest.raises(BadCall, match="no experts"):
        library.pack_experts(torch.zeros(2, 8, 4).bfloat16(), torch.zeros(2, 4, 5).bfloat16(), Format.BF16)


def test_weights_of_another_type_are_refused(library: Any) -> None:
    with pytest.raises(BadCall, match="bfloat16"):
        library.pack(torch.zeros(16, 32), Format.INT8)


@pytest.mark.parametrize("fmt", list(Format))
def test_the_exact_kernel_computes_a_row_the_same_whatever_is_beside_it(library: Any, fmt: Any) -> None:
    name = library.choose_exact()
    assert name == library.kernel
    torch.manual_seed(0)
    w13, w2 = (torch.randn(3, 128, 64) / 8).bfloat16(), (torch.randn(3, 64, 64) / 8).bfloat16()
    packed = library.pack_experts(w13, w2, fmt)
    x, ids = torch.randn(70, 64).bfloat16(), (torch.arange(70) % 3)[:, None]
    together = library.experts(x, packed, ids, torch.ones(70, 1))
    for size in (1, 5, 17, 33):
        parts = [slice(start, start + size) for start in range(0, 70, size)]
        apart = [library.experts(x[part], packed, ids[part], torch.ones(len(ids[part]), 1)) for part in parts]
        assert torch.equal(torch.cat(apart), together), size


def copied(count: int = 3) -> Any:
    """Experts that are copies of one, and that one alone."""
    x, w13, w2, _ = layer(20, 64, 48, 1, 1)
    return x, (w13, w2), (w13.expand(count, -1, -1).contiguous(), w2.expand(count, -1, -1).contiguous())


@pytest.mark.parametrize("fmt", Format)
def test_experts_that_are_copies_are_one_expert_whoever_is_asked_for(library: Any, fmt: Any) -> None:
    x, one, many = copied()
    alone, shared = library.pack_experts(*one, fmt), library.pack_experts(*many, fmt)
    assert (alone.shared, shared.shared, shared.kept) == (False, True, 1)
    ids = torch.randint(0, 3, (20, 2), generator=torch.Generator().manual_seed(5))
    ids[3] = -1
    shares = torch.full((20, 2), 0.5)
    wanted = library.experts(x, alone, ids.clamp_max(0), shares)
    assert torch.equal(library.experts(x, shared, ids, shares), wanted)
    assert not wanted[3].any()


def test_copies_are_counted_by_who_was_asked_for_and_bounds_hold(library: Any) -> None:
    x, _, many = copied()
    shared = library.pack_experts(*many, Format.INT4)
    counts, labels = torch.zeros((1, 3), dtype=torch.int64), torch.zeros(20, dtype=torch.uint8)
    ids = torch.tensor([0] * 9 + [1] * 7 + [2] * 4)[:, None]
    library.experts(x, shared, ids, torch.ones(20, 1), tally=Tally(labels, counts))
    assert counts.tolist() == [[9, 7, 4]]
    with pytest.raises(UnknownExpert):
        library.experts(x, shared, torch.full((20, 1), 3), torch.ones(20, 1))


def test_a_rank_whose_experts_are_copies_computes_its_own_alone(library: Any) -> None:
    x, one, many = copied(2)
    shared, alone = library.pack_experts(*many, Format.INT4), library.pack_experts(*one, Format.INT4)
    ids, ones = torch.arange(20)[:, None] % 4, torch.ones(20, 1)
    got = library.experts(x, shared, ids, ones, torch.tensor([-1, 0, -1, 1]))
    mine = (ids[:, 0] % 2).bool()
    assert torch.equal(got[mine], library.experts(x[mine], alone, torch.zeros_like(ids[mine]), ones[mine]))
    assert not got[~mine].any()
    with pytest.raises(UnknownExpert):
        library.experts(x, shared, ids, ones, torch.tensor([-1, 0, -1, 2]))


def a_head(rows: int = 330, cols: int = 100) -> Any:
    draw = torch.Generator().manual_seed(7)
    weight = (3 * torch.randn(rows, cols, generator=draw) / cols**0.5).bfloat16()
    return weight, torch.randn(4, cols, generator=draw).bfloat16()


@pytest.mark.parametrize("margin", [0.0, 2.0, 1e9])
def test_a_head_kept_twice_is_exact_near_the_greatest(library: Any, margin: float) -> None:
    weight, x = a_head()
    rough, exact = library.pack(weight, Format.INT4), library.pack(weight, Format.INT8)
    for name in each_kernel(library):
        coarse = library.linear(x, rough, inputs=Inputs.INT8)
        fine = library.linear(x, exact, inputs=Inputs.INT8)
        got = library.head(x, rough, exact, margin)
        best = coarse.float().max(dim=1, keepdim=True).values
        near = torch.nn.functional.pad(coarse.float(), (0, 6), value=-torch.inf).view(4, -1, 16).amax(dim=2)
        refined = (near >= best - margin).repeat_interleave(16, dim=1)[:, :330]
        assert torch.equal(got, torch.where(refined, fine, coarse)), name
        assert refined.all() == (margin > 1e6)
        assert refined.any(dim=1).all()


def test_a_head_answers_a_token_the_same_in_any_company_and_with_any_threads(library: Any) -> None:
    weight, x = a_head()
    kept = library.pack(weight, Format.INT4), library.pack(weight, Format.INT8)
    together = library.head(x, *kept, 1.0)
    assert torch.equal(torch.cat([library.head(row[None], *kept, 1.0) for row in x]), together)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        assert torch.equal(library.head(x, *kept, 1.0), together)
    finally:
        torch.set_num_threads(threads)


def test_a_head_refuses_what_it_would_misread(library: Any) -> None:
    weight, x = a_head()
    rough, exact = library.pack(weight, Format.INT4), library.pack(weight, Format.INT8)
    for wrong in (x.float(), x[:, :90].contiguous(), x.repeat(3, 1), x[0]):
        with pytest.raises(BadCall, match="head"):
            library.head(wrong, rough, exact, 1.0)
    with pytest.raises(BadCall, match="head"):
        library.head(x, exact, rough, 1.0)


TALLIED = torch.tensor([[0, 3], [1, -1], [3, 3], [2, 0]], dtype=torch.int32)


def tallied(library: Library, labels: list[int], rows: int, expert_map: torch.Tensor | None = None) -> torch.Tensor:
    experts = 4 if expert_map is None else int((expert_map >= 0).sum())
    w13, w2 = torch.randn(experts, 64, 64).bfloat16(), torch.randn(experts, 64, 32).bfloat16()
    counts = torch.zeros(rows, 4, dtype=torch.int64)
    tally = Tally(torch.tensor(labels, dtype=torch.uint8), counts)
    packed = library.pack_experts(w13, w2, Format.INT8)
    x, shares = torch.randn(4, 64).bfloat16(), torch.ones(4, 2)
    plain = library.experts(x, packed, TALLIED, shares, expert_map=expert_map)
    watched = library.experts(x, packed, TALLIED, shares, expert_map=expert_map, tally=tally)
    assert torch.equal(plain, watched)
    return counts


def test_slots_are_counted_by_expert_and_by_whose_token_it_is(library: Library) -> None:
    assert tallied(library, [0, 1, 1, 0], rows=2).tolist() == [[2, 0, 1, 1], [0, 1, 0, 2]]


def test_padding_and_unknown_labels_are_counted_nowhere(library: Library) -> None:
    assert tallied(library, [0, 7], rows=2).tolist() == [[1, 0, 0, 1], [0, 0, 0, 0]]
    assert tallied(library, [], rows=1).sum() == 0


def test_a_rank_counts_what_it_computes(library: Library) -> None:
    here = torch.tensor([-1, 0, -1, 1])
    there = torch.tensor([0, -1, 1, -1])
    both = [tallied(library, [0, 0, 0, 0], rows=1, expert_map=one) for one in (here, there)]
    assert torch.equal(both[0] + both[1], tallied(library, [0, 0, 0, 0], rows=1))


@pytest.mark.parametrize(
    "tally",
    [
        Tally(torch.zeros(4, dtype=torch.uint8), torch.zeros(1, 3, dtype=torch.int64)),
        Tally(torch.zeros(4, dtype=torch.uint8), torch.zeros(1, 4, dtype=torch.int32)),
        Tally(torch.zeros(4, dtype=torch.int64), torch.zeros(1, 4, dtype=torch.int64)),
    ],
    ids=["another number of experts", "counts of another type", "labels of another type"],
)
def test_counts_that_do_not_fit_are_refused(library: Library, tally: Tally) -> None:
    packed = library.pack_experts(torch.zeros(4, 64, 64).bfloat16(), torch.zeros(4, 64, 32).bfloat16(), Format.INT8)
    with pytest.raises(BadCall):
        library.experts(torch.zeros(4, 64).bfloat16(), packed, TALLIED, torch.ones(4, 2), tally=tally)


def normed(x: Any, weight: Any, epsilon: float) -> Any:
    """As PyTorch's operations have it in a decoder: normalised in float32, rounded, weighted."""
    return (x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + epsilon)).bfloat16() * weight


@pytest.mark.parametrize("shape", [(1, 1536), (3, 70), (0, 16), (40, 5, 96), (96,)])
def test_a_norm_is_pytorchs_and_the_sum_takes_the_residuals_place(library: Any, shape: Any) -> None:
    draw = torch.Generator().manual_seed(3)
    x, kept, weight = (torch.randn(size, generator=draw).bfloat16() for size in (shape, shape, shape[-1:]))
    assert torch.allclose(library.rms_norm(x, weight, 1e-6).float(), normed(x.float(), weight, 1e-6).float(), 1e-2)
    total, before = x.float() + kept.float(), x.clone()
    got = library.rms_norm(x, weight, 1e-6, kept)
    assert torch.allclose(got.float(), normed(total, weight, 1e-6).float(), 1e-2)
    assert torch.equal(kept, total.bfloat16())
    assert torch.equal(x, before)


def test_a_norm_of_zeros_is_zero_and_a_nan_stays_in_its_row(library: Any) -> None:
    x = torch.ones(2, 32).bfloat16()
    x[0] = 0
    assert not library.rms_norm(x, torch.ones(32).bfloat16(), 1e-6)[0].any()
    x[0, 7] = float("nan")
    got = library.rms_norm(x, torch.ones(32).bfloat16(), 1e-6)
    assert got[0].isnan().all()
    assert torch.equal(got[1], torch.ones(32).bfloat16())


def test_a_norm_does_not_depend_on_the_number_of_threads(library: Any) -> None:
    x, weight, before = torch.randn(33, 100).bfloat16(), torch.randn(100).bfloat16(), torch.get_num_threads()
    try:
        results = []
        for threads in (1, 2, 5):
            torch.set_num_threads(threads)
            results.append(library.rms_norm(x, weight, 1e-6))
    finally:
        torch.set_num_threads(before)
    assert all(torch.equal(results[0], other) for other in results[1:])


@pytest.mark.parametrize(
    "x",
    [torch.ones(2, 31).bfloat16(), torch.ones(2, 32), torch.ones(32, 2).bfloat16().T],
    ids=["width", "type", "rows"],
)
def test_a_norm_refuses_what_it_would_misread(library: Any, x: Any) -> None:
    good = torch.ones(2, 32).bfloat16()
    for wrong, kept in ((x, None), (good, x)):
        with pytest.raises(BadCall, match="norm of 32"):
            library.rms_norm(wrong, torch.ones(32).bfloat16(), 1e-6, kept)


def test_one_token_is_read_the_same_through_any_number_of_blocks(library: Any) -> None:
    """What is fetched ahead of one token crosses blocks and the matrix's end; nothing there may change a number."""
    for fmt in (Format.INT8, Format.INT4):
        for rows, cols in ((16, 32), (16, 4096), (48, 33), (160, 320)):
            x, weight = torch.randn(1, cols).bfloat16(), torch.randn(rows, cols).bfloat16()
            packed = library.pack(weight, fmt)
            one = library.linear(x, packed, inputs=Inputs.INT8)
            many = library.linear(x.expand(4, cols), packed, inputs=Inputs.INT8)
            assert torch.equal(one.expand(4, rows), many), (fmt, rows, cols)


PUBLIC_NEAR = {"atol": 2e-2, "rtol": 2e-2}
PUBLIC = [(1, 128, 128), (33, 2048, 128), (64, 128, 2880), (222, 1024, 1024), (256, 2880, 128)]
"""Tokens, hidden and inner sizes of vLLM's test_moe.py and test_cpu_fused_moe.py."""


@pytest.mark.parametrize(
    ("experts", "top_k"),
    [(8, 2), pytest.param(64, 6, marks=pytest.mark.slow), pytest.param(192, 6, marks=pytest.mark.slow)],
)
@pytest.mark.parametrize(
    ("tokens", "hidden", "inner"), [PUBLIC[0], *(pytest.param(*one, marks=pytest.mark.slow) for one in PUBLIC[1:])]
)
def test_shapes_and_tolerance_of_the_public_suites(
    library: Any, tokens: int, hidden: int, inner: int, experts: int, top_k: int
) -> None:
    """Alone, and as each of four ranks that hold experts drawn at random; the tolerance is theirs, 2e-2."""
    x, w13, w2, routing = layer(tokens, hidden, inner, experts, top_k)
    wanted = reference.experts(x, w13, w2, routing).float()
    packed = library.pack_experts(w13, w2, Format.BF16)
    torch.testing.assert_close(library.experts(x, packed, routing.ids, routing.weights).float(), wanted, **PUBLIC_NEAR)
    total = torch.zeros_like(wanted)
    for held in torch.randperm(experts, generator=torch.Generator().manual_seed(experts)).chunk(4):
        table = torch.full((experts,), -1, dtype=torch.int32)
        table[held] = torch.arange(len(held), dtype=torch.int32)
        mine = library.pack_experts(w13[held], w2[held], Format.BF16)
        total += library.experts(x, mine, routing.ids, routing.weights, expert_map=table).float()
    torch.testing.assert_close(total, wanted, **PUBLIC_NEAR)

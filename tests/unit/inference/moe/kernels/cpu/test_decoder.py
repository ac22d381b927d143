from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from inference.moe.errors import BadCall
from inference.moe.kernels.cpu import formats
from inference.moe.kernels.cpu.decoder import Decoder, LayerParts, Rows
from inference.moe.kernels.cpu.library import Library
from inference.moe.kernels.cpu.packed import Format, Packed, Tally

EPSILON = 1e-6
SHAPES = [
    pytest.param({}, id="sizes that fill blocks"),
    pytest.param({"hidden": 100, "heads": 3, "kv_heads": 1, "size": 20, "inner": 70, "experts": 3}, id="odd sizes"),
    pytest.param({"top_k": 2, "experts": 5, "renormalise": False}, id="two of five experts, not renormalised"),
    pytest.param({"top_k": 4, "experts": 4}, id="every expert"),
    pytest.param({"copies": True, "experts": 4, "top_k": 2}, id="experts that are copies"),
    pytest.param({"rotary": 8}, id="a part of each head turned"),
    pytest.param({"fmt": Format.INT8}, id="int8"),
    pytest.param({"fmt": Format.BF16}, id="bf16"),
]


def normal(*shape: int) -> Tensor:
    return (torch.randn(shape) / shape[-1] ** 0.5).bfloat16()


def parts(
    library: Library,
    *,
    hidden: int = 128,
    heads: int = 4,
    kv_heads: int = 2,
    size: int = 32,
    inner: int = 96,
    experts: int = 4,
    top_k: int = 1,
    renormalise: bool = True,
    rotary: int | None = None,
    copies: bool = False,
    fmt: Format = Format.INT4,
    counts: Tensor | None = None,
) -> LayerParts:
    """A layer of random weights, its projections packed as a served model's are."""
    turned, kept = rotary or size, 1 if copies else experts
    angles = torch.arange(64)[:, None] * torch.rand(turned // 2)
    w13, w2 = normal(kept, 2 * inner, hidden), normal(kept, hidden, inner)
    if copies:
        w13, w2 = w13.expand(experts, -1, -1).contiguous(), w2.expand(experts, -1, -1).contiguous()
    qkv = normal((heads + 2 * kv_heads) * size, hidden)
    return LayerParts(
        norm=1 + normal(hidden),
        epsilon=EPSILON,
        post_norm=1 + normal(hidden),
        post_epsilon=EPSILON,
        qkv=formats.pack_linear(library, qkv, fmt, [heads * size, kv_heads * size, kv_heads * size]),
        bias=normal(len(qkv)),
        out=library.pack(normal(hidden, heads * size), fmt),
        turns=torch.cat([angles.cos(), angles.sin()], dim=-1).bfloat16(),
        heads=heads,
        kv_heads=kv_heads,
        head_size=size,
        gate=normal(experts, hidden) * 4,
        top_k=top_k,
        renormalise=renormalise,
        experts=library.pack_experts(w13, w2, fmt),
        counts=counts,
    )


def turned(layer: LayerParts, heads: Tensor, positions: Tensor) -> Tensor:
    """Rotary position embedding of heads [count, n, head_size], by hand."""
    half = layer.turns.shape[-1] // 2
    cosine, sine = layer.turns[positions].float()[:, None].split(half, dim=-1)
    one, other, rest = heads.float().split([half, half, layer.head_size - 2 * half], dim=-1)
    return torch.cat([one * cosine - other * sine, other * cosine + one * sine, rest], dim=-1).bfloat16()


def shares_of(layer: LayerParts, x: Tensor, ids: Tensor) -> Tensor:
    """What vLLM's router makes of its outputs. Those asked are its own choice but for what bf16 can't tell apart."""
    logits = (x.float() @ layer.gate.float().T).bfloat16()
    asked, best = logits.gather(1, ids.long()), torch.topk(logits, layer.top_k).values
    assert torch.allclose(asked, best, rtol=2**-7, atol=2**-9)
    return (asked.softmax(-1) if layer.renormalise else (asked - logits.logsumexp(-1, keepdim=True)).exp()).float()


def attention(number: int, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Any function of the three will do here."""
    times = query.shape[1] // key.shape[1]
    mixed = query * torch.sigmoid(key.repeat_interleave(times, dim=1)) + value.repeat_interleave(times, dim=1)
    return mixed * (1 + number / 4)


def one_by_one(
    library: Library, layers: list[LayerParts], x: Tensor, positions: Tensor, asked: Tensor
) -> tuple[Tensor, Tensor]:
    """The layers as single calls, and the experts asked: their last sum, and the residual."""
    residual = None
    for number, layer in enumerate(layers):
        if residual is None:
            residual, x = x.clone(), library.rms_norm(x, layer.norm, EPSILON)
        else:
            x = library.rms_norm(x, layer.norm, EPSILON, residual)
        qkv = library.linear(x, layer.qkv, layer.bias).unflatten(-1, (-1, layer.head_size))
        query, key, value = qkv.split([layer.heads, layer.kv_heads, layer.kv_heads], dim=1)
        query, key = turned(layer, query, positions), turned(layer, key, positions)
        x = library.linear(attention(number, query, key, value).flatten(1).contiguous(), layer.out)
        x = library.rms_norm(x, layer.post_norm, EPSILON, residual)
        x = library.experts(x, layer.experts, asked[number], shares_of(layer, x, asked[number]))
    assert residual is not None
    return x, residual


def attend(number: int, rows: Rows) -> None:
    rows.attended.copy_(attention(number, rows.query, rows.key, rows.value))


def together(library: Library, layers: list[LayerParts], x: Tensor, positions: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    residual = x.clone()
    rows = Decoder(library, layers).run(residual, positions, attend)
    return rows.x.clone(), residual, rows.ids.clone()


@pytest.fixture(autouse=True)
def seeded() -> None:
    torch.manual_seed(3)


@pytest.fixture
def threads() -> Iterator[None]:
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def off(got: Tensor, wanted: Tensor) -> float:
    return ((got.double() - wanted.double()).norm() / wanted.double().norm()).item()


@pytest.mark.parametrize("count", [1, 5, 16])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_decoder_writes_what_its_calls_write_one_by_one(library: Library, shape: Any, count: int) -> None:
    layers = [parts(library, **shape) for _ in range(2)]
    x, positions = normal(count, layers[0].norm.numel()) * 10, torch.randint(0, 64, (count,))
    for name in library.kernels() if count == 5 else library.kernels()[:1]:
        library.choose(name)
        got, residual, ids = together(library, layers, x, positions)
        assert all(len(set(row)) == layers[0].top_k for row in ids.flatten(0, 1).tolist()), name
        wanted, kept = one_by_one(library, layers, x, positions, ids)
        assert off(got, wanted) < 0.004, name
        assert off(residual, kept) < 0.004, name


def test_one_expert_a_token_is_the_same_bit_for_bit(library: Library) -> None:
    """As the default is served: nothing is left to the order in which a framework adds."""
    layers = [parts(library) for _ in range(2)]
    x, positions = normal(3, 128) * 10, torch.tensor([0, 5, 63])
    got, residual, ids = together(library, layers, x, positions)
    wanted, kept = one_by_one(library, layers, x, positions, ids)
    assert torch.equal(got, wanted)
    assert torch.equal(residual, kept)


@pytest.mark.parametrize("count", [1, 5, 16])
def test_the_number_of_threads_changes_no_bit(library: Library, count: int, threads: None) -> None:
    layers = [parts(library, top_k=2) for _ in range(3)]
    x, positions = normal(count, 128), torch.arange(count)
    results = []
    for number in (1, 2, 3, 7):
        torch.set_num_threads(number)
        results += [together(library, layers, x, positions) for _ in range(3)]
    for other in results[1:]:
        assert all(torch.equal(one, two) for one, two in zip(results[0], other, strict=True))


def test_a_token_is_answered_the_same_alone_and_in_company(library: Library) -> None:
    layers = [parts(library, top_k=2) for _ in range(2)]
    x, positions = normal(16, 128), torch.arange(16)
    got, residual, _ = together(library, layers, x, positions)
    for token in (0, 7, 15):
        one = slice(token, token + 1)
        alone, left, _ = together(library, layers, x[one], positions[one])
        assert torch.equal(alone, got[one])
        assert torch.equal(left, residual[one])


def test_no_tokens_are_no_work(library: Library) -> None:
    layers = [parts(library)]
    rows = Decoder(library, layers).run(normal(0, 128), torch.zeros(0, dtype=torch.int64), attend)
    assert rows.x.shape == (0, 128)
    assert rows.query.shape == (0, 4, 32)


def test_what_attention_is_asked_with_are_rows_of_one_buffer(library: Library) -> None:
    """As vLLM's attention takes them: heads of a token beside each other, the three parts behind each other."""
    seen = []

    def look(number: int, rows: Rows) -> None:
        seen.append((number, rows.query.shape, rows.key.shape, rows.value.shape, rows.query.stride()))
        attend(number, rows)

    Decoder(library, [parts(library)] * 2).run(normal(3, 128), torch.arange(3), look)
    assert seen == [(number, (3, 4, 32), (3, 2, 32), (3, 2, 32), (256, 32, 1)) for number in (0, 1)]


def test_a_step_leaves_nothing_to_the_next_one(library: Library) -> None:
    layers = [parts(library, top_k=2) for _ in range(2)]
    decoder, x, positions = Decoder(library, layers), normal(2, 128), torch.arange(2)
    first = decoder.run(x.clone(), positions, attend).x.clone()
    decoder.run(normal(2, 128), positions + 9, attend)
    decoder.run(normal(5, 128), torch.arange(5), attend)
    assert torch.equal(decoder.run(x.clone(), positions, attend).x, first)


def test_slots_are_counted_by_whose_token_it_is_as_the_experts_alone_count_them(library: Library) -> None:
    counts, labels = torch.zeros((3, 4), dtype=torch.int64), torch.tensor([2, 0, 2, 9], dtype=torch.uint8)
    layer = parts(library, top_k=2, counts=counts)
    rows = Decoder(library, [layer]).run(normal(5, 128), torch.arange(5), attend, labels)
    wanted = torch.zeros_like(counts)
    tally, shares = Tally(labels, wanted), torch.ones(rows.ids[0].shape)
    library.experts(normal(5, 128), layer.experts, rows.ids[0], shares, tally=tally)
    assert torch.equal(counts, wanted)
    assert counts.sum() == 6  # padding and a label without a row are nobody's


def test_copies_are_counted_by_who_was_asked_for(library: Library) -> None:
    counts = torch.zeros((1, 4), dtype=torch.int64)
    layer = parts(library, copies=True, counts=counts)
    assert layer.experts.kept == 1
    rows = Decoder(library, [layer]).run(normal(16, 128), torch.arange(16), attend, torch.zeros(16, dtype=torch.uint8))
    assert counts[0].tolist() == torch.bincount(rows.ids.flatten(), minlength=4).tolist()
    assert (counts > 0).sum() > 1, "the gate was to send them to several"


def test_of_equals_the_first_is_asked_and_what_is_no_number_asks_somebody(library: Library) -> None:
    level = replace(parts(library, top_k=2, experts=4), gate=torch.zeros(4, 128, dtype=torch.bfloat16))
    _, _, ids = together(library, [level], normal(2, 128), torch.arange(2))
    assert ids.tolist() == [[[0, 1], [0, 1]]]
    x = normal(2, 128)
    x[0, 3] = torch.nan
    layers = [parts(library, top_k=2)]
    got, _, ids = together(library, layers, x, torch.arange(2))
    clean, _, _ = together(library, layers, x[1:], torch.arange(1, 2))
    assert set(ids.flatten().tolist()) <= {0, 1, 2, 3}
    assert got[0].isnan().any()
    assert torch.equal(got[1:], clean), "one row's trouble is its own"


@pytest.mark.parametrize("position", [-1, 64, 2**40])
def test_a_position_outside_the_table_is_refused(library: Library, position: int) -> None:
    with pytest.raises(BadCall):
        Decoder(library, [parts(library)]).run(normal(1, 128), torch.tensor([position]), attend)


@pytest.mark.parametrize(
    ("x", "positions"),
    [
        (normal(2, 127), torch.arange(2)),
        (normal(2, 128).float(), torch.arange(2)),
        (normal(17, 128), torch.arange(17)),
        (normal(2, 128), torch.arange(3)),
        (normal(2, 128), torch.arange(2).int()),
        (normal(2, 256)[:, ::2], torch.arange(2)),
        (normal(2, 128), torch.arange(4)[::2]),
    ],
    ids=["width", "type", "too many", "a position too many", "type of positions", "every second", "loose positions"],
)
def test_a_step_that_does_not_fit_is_refused_before_the_call(library: Library, x: Tensor, positions: Tensor) -> None:
    with pytest.raises(BadCall):
        Decoder(library, [parts(library)]).run(x, positions, attend)


def test_labels_of_another_type_are_refused(library: Library) -> None:
    layer = parts(library, counts=torch.zeros((1, 4), dtype=torch.int64))
    with pytest.raises(BadCall):
        Decoder(library, [layer]).run(normal(1, 128), torch.arange(1), attend, torch.zeros(1, dtype=torch.int64))


def narrow(packed: Packed) -> Packed:
    return replace(packed, rows=packed.rows - 16)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda one: replace(one, norm=one.norm[:-1]),
        lambda one: replace(one, post_norm=one.post_norm.float()),
        lambda one: replace(one, bias=one.bias[:-1]),
        lambda one: replace(one, gate=one.gate[:-1]),
        lambda one: replace(one, turns=one.turns.float()),
        lambda one: replace(one, qkv=narrow(one.qkv)),
        lambda one: replace(one, out=narrow(one.out)),
        lambda one: replace(one, top_k=5),
        lambda one: replace(one, top_k=0),
        lambda one: replace(one, counts=torch.zeros((1, 3), dtype=torch.int64)),
    ],
    ids=["norm", "post_norm", "bias", "gate", "turns", "qkv", "out", "top-k", "no top-k", "counts"],
)
def test_a_layer_that_does_not_fit_is_refused(library: Library, spoil: Any) -> None:
    with pytest.raises(BadCall):
        Decoder(library, [spoil(parts(library))])


def test_layers_of_two_shapes_are_no_decoder(library: Library) -> None:
    with pytest.raises(BadCall):
        Decoder(library, [parts(library), parts(library, hidden=160)])


def test_an_odd_part_of_a_head_can_not_be_turned(library: Library) -> None:
    layer = parts(library)
    with pytest.raises(BadCall):
        Decoder(library, [replace(layer, turns=layer.turns[:, :31].contiguous())]).run(
            normal(1, 128), torch.arange(1), attend
        )


def test_a_library_with_other_structures_is_refused(library_path: Path) -> None:
    library = Library.load(library_path)
    with pytest.raises(BadCall):
        library.decoder_rows(8, 8)

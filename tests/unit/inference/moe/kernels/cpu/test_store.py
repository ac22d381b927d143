"""Packed weights on disk: what comes back computes the same, and what is damaged never comes back."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from inference.moe.kernels.cpu.packed import Format, Packed, PackedExperts
from inference.moe.kernels.cpu.store import PackedStore

EXPERTS, HIDDEN, INNER = 3, 96, 64


@pytest.fixture
def store(tmp_path: Path, library: Any) -> PackedStore:
    return PackedStore(tmp_path, library)


def weights(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed)).bfloat16()


def packed_experts(library: Any, *, copies: bool = False) -> PackedExperts:
    w13, w2 = weights(EXPERTS, 2 * INNER, HIDDEN), weights(EXPERTS, HIDDEN, INNER, seed=1)
    if copies:
        w13, w2 = w13[:1].expand_as(w13).contiguous(), w2[:1].expand_as(w2).contiguous()
    packed: PackedExperts = library.pack_experts(w13, w2, Format.INT4, Format.INT8)
    return packed


def the_file(store: PackedStore) -> Path:
    (found,) = store.folder.iterdir()
    return found


@pytest.mark.parametrize("fmt", list(Format))
def test_a_matrix_comes_back_byte_for_byte(store: PackedStore, library: Any, fmt: Format) -> None:
    packed: Packed = library.pack(weights(70, HIDDEN), fmt)
    store.keep_matrix("model.layers.0.qkv", packed)
    back = store.matrix("model.layers.0.qkv", 70, HIDDEN)
    assert back is not None
    assert (back.format, back.rows, back.cols) == (fmt, 70, HIDDEN)
    assert torch.equal(back.data, packed.data)
    assert back.data.data_ptr() % 64 == 0


def test_a_matrix_in_two_formats_comes_back_with_its_tail(store: PackedStore, library: Any) -> None:
    upper, below = library.pack(weights(40, HIDDEN), Format.INT4), library.pack(weights(30, HIDDEN), Format.INT8)
    store.keep_matrix("qkv", Packed(upper.data, upper.format, 40, HIDDEN, below))
    back = store.matrix("qkv", 70, HIDDEN)
    assert back is not None
    assert back.tail is not None
    assert (back.format, back.rows, back.tail.format, back.tail.rows) == (Format.INT4, 40, Format.INT8, 30)
    assert torch.equal(back.data, upper.data)
    assert torch.equal(back.tail.data, below.data)
    assert store.matrix("qkv", 40, HIDDEN) is None


@pytest.mark.parametrize("copies", [False, True], ids=["different experts", "copies"])
def test_experts_come_back_and_compute_the_same(store: PackedStore, library: Any, copies: bool) -> None:
    packed = packed_experts(library, copies=copies)
    store.keep_experts("layer", packed)
    back = store.experts("layer", EXPERTS, HIDDEN, INNER)
    assert back is not None
    assert back.formats == (Format.INT4, Format.INT8)
    assert (back.shared, back.kept) == ((True, 1) if copies else (False, EXPERTS))
    x, ids, shares = weights(5, HIDDEN, seed=2), torch.tensor([[0], [1], [2], [0], [1]]), torch.ones(5, 1)
    assert torch.equal(library.experts(x, back, ids, shares), library.experts(x, packed, ids, shares))


def test_experts_that_are_copies_are_kept_once(store: PackedStore, library: Any) -> None:
    store.keep_experts("different", packed_experts(library))
    store.keep_experts("copies", packed_experts(library, copies=True))
    size = {path.stem: path.stat().st_size for path in store.folder.iterdir()}
    assert size["different"] - size["copies"] > 0.6 * (size["different"] - 4096)
    assert packed_experts(library).w13.numel() == EXPERTS * packed_experts(library, copies=True).w13.numel()


def test_what_was_never_kept_is_not_found(store: PackedStore) -> None:
    assert store.matrix("nothing", 70, HIDDEN) is None
    assert store.experts("nothing", EXPERTS, HIDDEN, INNER) is None


def shorten(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip_a_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-7] ^= 4
    path.write_bytes(content)


def promise_too_much(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:4096].replace(b'"bytes":', b'"bytes":9').ljust(4096, b"\0")[:4096] + content[4096:])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def write_another_header(path: Path) -> None:
    path.write_bytes(b'{"shape": [1]}'.ljust(4096, b"\0") + path.read_bytes()[4096:])


@pytest.mark.parametrize("damage", [shorten, flip_a_bit, promise_too_much, empty, write_another_header])
def test_a_damaged_file_is_noticed_and_removed(
    store: PackedStore, library: Any, damage: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store.keep_matrix("layer", library.pack(weights(70, HIDDEN), Format.INT4))
    damage(the_file(store))
    assert store.matrix("layer", 70, HIDDEN) is None
    assert "made again" in caplog.text
    assert not list(store.folder.iterdir())


def test_a_file_of_another_shape_or_kind_is_not_taken(store: PackedStore, library: Any) -> None:
    store.keep_experts("layer", packed_experts(library))
    assert store.experts("layer", EXPERTS, HIDDEN, INNER + 32) is None
    store.keep_matrix("layer", library.pack(weights(70, HIDDEN), Format.INT4))
    assert store.experts("layer", EXPERTS, HIDDEN, INNER) is None


def test_a_folder_that_cannot_be_written_costs_a_line_in_the_log(
    tmp_path: Path, library: Any, caplog: pytest.LogCaptureFixture
) -> None:
    store = PackedStore(tmp_path / "gone", library)
    store.keep_matrix("layer", library.pack(weights(70, HIDDEN), Format.INT8))
    assert "every start packs them anew" in caplog.text
    assert store.matrix("layer", 70, HIDDEN) is None


def test_nothing_half_written_is_ever_read(store: PackedStore, library: Any) -> None:
    """A writer that was killed leaves a hidden file, which no name leads to."""
    store.keep_matrix("layer", library.pack(weights(70, HIDDEN), Format.INT8))
    whole = the_file(store)
    whole.rename(whole.with_name(".layer.packed.4711.tmp"))
    assert store.matrix("layer", 70, HIDDEN) is None

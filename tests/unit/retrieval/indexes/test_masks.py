"""Masks of allowed rows: prepared once, remembered only where they cannot change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.indexes import masks
from retrieval.indexes.masks import Masks, fitted
from retrieval.types import Allowed

ALIVE = np.array([True, True, False, True, True, True])
LISTS = np.array([0, 0, 1, 1, 2, 2], dtype=np.int32)


def fixed(flags: str) -> Allowed:
    """Of "0110": the second and third row are allowed."""
    mask = np.array([flag == "1" for flag in flags])
    mask.flags.writeable = False
    return mask


def unpacked(bits: np.ndarray | None, length: int) -> list[bool]:
    assert bits is not None
    return [bool(flag) for flag in np.unpackbits(bits, bitorder="little")[:length]]


def test_rows_that_are_gone_are_not_allowed_whoever_asks() -> None:
    made = Masks(0, LISTS, 3)
    everybody = made.of(None, ALIVE)
    assert (everybody.count, everybody.mask.tolist()) == (5, ALIVE.tolist())
    assert unpacked(everybody.bits, 6) == ALIVE.tolist()
    assert made.of(fixed("111111"), ALIVE).count == 5


def test_where_every_row_may_be_found_no_filter_is_needed() -> None:
    every = Masks(0, LISTS, 3).of(None, np.ones(6, dtype=np.bool_))
    assert (every.bits, every.count) == (None, 6)


def test_allowed_rows_are_counted_in_each_list() -> None:
    prepared = Masks(0, LISTS, 4).of(fixed("101111"), ALIVE)
    assert prepared.in_lists is not None
    assert prepared.in_lists.tolist() == [1, 1, 2, 0]
    assert prepared.rows is None


def test_few_rows_are_named_instead() -> None:
    prepared = Masks(2, LISTS, 3).of(fixed("101001"), ALIVE)
    assert prepared.rows is not None
    assert prepared.rows.tolist() == [0, 5]
    assert prepared.in_lists is None


def test_a_mask_longer_than_the_base_keeps_its_end_for_what_came_later() -> None:
    prepared = Masks(0, LISTS, 3).of(fixed("000000101"), ALIVE)
    assert prepared.count == 0
    assert unpacked(prepared.bits, 9) == [*[False] * 6, True, False, True]


def test_only_a_mask_that_cannot_change_is_remembered_and_only_until_rows_come_or_go() -> None:
    made = Masks(0, LISTS, 3)
    lasting, passing = fixed("111111"), np.ones(6, dtype=np.bool_)
    first = made.of(lasting, ALIVE)
    assert made.of(lasting, ALIVE) is first
    assert made.of(passing, ALIVE).count == 5
    passing[:3] = False
    assert made.of(passing, ALIVE).count == 3
    made.forget()
    assert made.of(lasting, np.ones(6, dtype=np.bool_)).count == 6


def test_no_more_are_remembered_than_there_is_room_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(masks, "_REMEMBERED", 5)
    made = Masks(0, LISTS, 3)
    given_masks = [fixed(f"{number:06b}") for number in range(64)]
    counts = [made.of(mask, ALIVE).count for mask in given_masks]
    assert counts == [int((mask & ALIVE).sum()) for mask in given_masks]
    assert len(made._memo) == 5


@settings(max_examples=50)
@given(st.lists(st.booleans(), max_size=12), st.integers(0, 12))
def test_a_fitted_mask_has_the_length_and_allows_nothing_new(flags: list[bool], length: int) -> None:
    mask = fitted(np.array(flags, dtype=np.bool_), length)
    assert mask.tolist() == [*flags, *[False] * length][:length]

"""Rows of slots to rows of tokens: what is added, in which order, and what is left alone."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from tests.unit.inference.moe.kernels.triton import cases

NAN = float("nan")


def test_rows_are_weighted_and_added(interpreted: Any) -> None:
    rows = [[[1.0, 2.0], [10.0, 20.0], [100.0, 200.0], [1000.0, 2000.0]]]
    made = interpreted(cases.summed, rows, [0, 1, 2, 3], [[0.5, 0.25], [1.0, 2.0]])
    assert made == [[3.0, 6.0], [2100.0, 4200.0]]


def test_what_no_one_wrote_is_not_read(interpreted: Any) -> None:
    rows = [[[NAN, NAN], [3.0, 4.0], [NAN, NAN], [NAN, NAN]]]
    made = interpreted(cases.summed, rows, [-1, 16, -1, -1], [[0.5, 2.0], [0.5, 0.5]])
    assert made == [[6.0, 8.0], [0.0, 0.0]]


def test_parts_of_a_split_depth_are_added_before_they_are_weighted(interpreted: Any) -> None:
    rows = [[[1.0, 1.0]], [[2.0, 3.0]], [[4.0, 5.0]], [[8.0, 8.0]]]
    assert interpreted(cases.summed, rows, [0], [[0.5]]) == [[7.5, 8.5]]


def test_the_order_of_the_top_k_is_kept(interpreted: Any) -> None:
    """1e8 swallows what is added after it one by one; another order would keep it."""
    small, large = [1.0, 1.0], [1e8, 1e8]
    for rows in ([small, small, small, large], [large, small, small, small]):
        made = interpreted(cases.summed, [rows], [0, 1, 2, 3], [[1.0] * 4])
        wanted = torch.zeros(2)
        for row in rows:
            wanted = wanted + torch.tensor(row)
        assert made == [wanted.tolist()]


@pytest.mark.parametrize("hidden", [1, 5, 8])
def test_a_row_that_fills_no_group_is_written_to_its_end_alone(interpreted: Any, hidden: int) -> None:
    rows = [[[float(column) for column in range(hidden)]]]
    assert interpreted(cases.summed, rows, [3], [[2.0]]) == [[2.0 * column for column in range(hidden)]]


def test_the_probe_reads_all_of_what_it_is_given(interpreted: Any) -> None:
    assert interpreted(cases.probed, 3) == pytest.approx([1.0, 2.0, 3.0])

"""Recorded routings: every row with its step, layer and domain, and never more than was allowed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from inference.serving.plugin.trace import PARTS, Trace

DOMAINS = ["other", "finance"]


def parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("trace-*.npz"))


def test_rows_are_kept_with_their_step_layer_and_domain(tmp_path: Path) -> None:
    trace = Trace(tmp_path, 10_000)
    labels = torch.tensor([0, 1], dtype=torch.uint8)
    for step in range(2):
        for layer in (0, 5):
            trace.add(layer, torch.tensor([[step, 1], [layer, 3]]), labels, DOMAINS)
    trace.flush(DOMAINS)
    (part,) = parts(tmp_path)
    with np.load(part) as file:
        assert file["ids"].tolist() == [[0, 1], [0, 3], [0, 1], [5, 3], [1, 1], [0, 3], [1, 1], [5, 3]]
        assert file["layer"].tolist() == [0, 0, 5, 5, 0, 0, 5, 5]
        assert file["step"].tolist() == [0, 0, 0, 0, 1, 1, 1, 1]
        assert file["domain"].tolist() == [0, 1] * 4
        assert file["domains"].tolist() == DOMAINS


def test_padding_and_idle_steps_leave_no_row(tmp_path: Path) -> None:
    trace = Trace(tmp_path, 10_000)
    trace.add(0, torch.tensor([[1], [2], [3]]), torch.tensor([0], dtype=torch.uint8), DOMAINS)
    trace.add(0, torch.tensor([[4]]), torch.zeros(0, dtype=torch.uint8), DOMAINS)
    trace.flush(DOMAINS)
    (part,) = parts(tmp_path)
    assert np.load(part)["ids"].tolist() == [[1]]


def test_what_vllm_does_with_its_tensor_afterwards_does_not_matter(tmp_path: Path) -> None:
    trace, ids = Trace(tmp_path, 10_000), torch.tensor([[1], [2]])
    trace.add(0, ids, torch.zeros(2, dtype=torch.uint8), DOMAINS)
    ids.zero_()
    trace.flush(DOMAINS)
    assert np.load(parts(tmp_path)[0])["ids"].tolist() == [[1], [2]]


def test_the_oldest_part_goes_when_the_limit_is_reached(tmp_path: Path) -> None:
    trace = Trace(tmp_path, limit=PARTS * 20)  # ten ids a part
    labels = torch.zeros(5, dtype=torch.uint8)
    for step in range(3 * PARTS):
        trace.add(0, torch.full((5, 2), step), labels, DOMAINS)
    kept = parts(tmp_path)
    assert len(kept) == PARTS
    assert [int(np.load(part)["ids"][0, 0]) for part in kept] == list(range(2 * PARTS, 3 * PARTS))
    assert not list(tmp_path.glob(".*"))


def test_nothing_recorded_is_nothing_written(tmp_path: Path) -> None:
    Trace(tmp_path, 100).flush(DOMAINS)
    assert not parts(tmp_path)

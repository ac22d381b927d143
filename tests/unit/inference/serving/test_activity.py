"""The ranks' files together."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.serving import activity


def rank(folder: Path, number: int, layers: list[int], domains: list[str], counts: object) -> None:
    np.savez(folder / f"rank-{number}.npz", layers=layers, domains=domains, counts=np.array(counts))


def test_ranks_add_up_though_they_met_domains_in_another_order(tmp_path: Path) -> None:
    rank(tmp_path, 1, [0, 1], ["other", "finance"], [[[1, 0], [2, 0]], [[0, 0], [4, 0]]])
    rank(tmp_path, 2, [1], ["other", "medical", "finance"], [[[0, 1], [0, 7], [0, 5]]])
    found = activity.read(tmp_path)
    assert found is not None
    assert (found.layers, found.domains) == ((0, 1), ("other", "finance", "medical"))
    assert found.counts.tolist() == [[[1, 0], [2, 0], [0, 0]], [[0, 1], [4, 5], [0, 7]]]
    assert found.slots == 20


def test_nothing_written_is_nothing_known(tmp_path: Path) -> None:
    assert activity.read(tmp_path) is None
    assert activity.read(tmp_path / "nowhere") is None


@pytest.mark.parametrize("content", [b"", b"half a fi", b"PK\x03\x04 but no archive"])
def test_a_file_that_is_no_table_is_left_out(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "rank-1.npz").write_bytes(content)
    assert activity.read(tmp_path) is None
    rank(tmp_path, 2, [0], ["other"], [[[1]]])
    found = activity.read(tmp_path)
    assert found is not None
    assert found.slots == 1


def test_a_table_of_another_shape_is_left_out(tmp_path: Path) -> None:
    rank(tmp_path, 1, [0, 1], ["other"], [[[1]]])
    assert activity.read(tmp_path) is None


def test_evenness_is_mean_over_max(tmp_path: Path) -> None:
    rank(tmp_path, 1, [0, 1, 2], ["other"], [[[2, 2]], [[4, 0]], [[0, 0]]])
    found = activity.read(tmp_path)
    assert found is not None
    assert found.evenness().tolist() == [1.0, 0.5, 0.0]


def test_a_new_server_begins_at_nothing(tmp_path: Path) -> None:
    rank(tmp_path, 1, [0], ["other"], [[[1]]])
    (tmp_path / "trace-1-000000.npz").touch()
    activity.clear(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["trace-1-000000.npz"]

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.indexes.vector_file import VectorFile, open_vectors


def test_rows_come_back_as_they_were_written(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).normal(size=(100, 7)).astype(np.float32)
    with VectorFile(tmp_path / "v.npy", 7) as file:
        for row in rows:
            file.append(row)
    np.testing.assert_array_equal(open_vectors(tmp_path / "v.npy"), rows)


def test_any_numpy_reads_the_file(tmp_path: Path) -> None:
    with VectorFile(tmp_path / "v.npy", 3) as file:
        file.append(np.ones(3, dtype=np.float32))
    loaded = np.load(tmp_path / "v.npy", allow_pickle=False)
    assert (loaded.shape, loaded.dtype) == ((1, 3), np.float32)


def test_a_file_without_rows_is_a_matrix_without_rows(tmp_path: Path) -> None:
    with VectorFile(tmp_path / "v.npy", 5) as file:
        assert file.count == 0
    assert open_vectors(tmp_path / "v.npy").shape == (0, 5)


def test_the_rows_are_mapped_and_read_only(tmp_path: Path) -> None:
    with VectorFile(tmp_path / "v.npy", 2) as file:
        file.append(np.zeros(2, dtype=np.float32))
    rows = open_vectors(tmp_path / "v.npy")
    assert isinstance(rows, np.memmap)
    with pytest.raises(ValueError, match="read-only"):
        rows[0, 0] = 1.0


@pytest.mark.parametrize("row", [[1.0], [1.0, 2.0, 3.0], [np.nan, 0.0], [np.inf, 0.0]])
def test_rows_of_another_shape_or_not_finite_are_refused(tmp_path: Path, row: list[float]) -> None:
    with pytest.raises(ValueError, match="finite"), VectorFile(tmp_path / "v.npy", 2) as file:
        file.append(np.array(row, dtype=np.float32))


def test_a_file_that_was_not_finished_says_it_has_no_rows(tmp_path: Path) -> None:
    good, bad = np.zeros(2, dtype=np.float32), np.zeros(3, dtype=np.float32)
    with pytest.raises(ValueError, match="row 1"), VectorFile(tmp_path / "v.npy", 2) as file:
        list(map(file.append, (good, bad)))
    assert open_vectors(tmp_path / "v.npy").shape == (0, 2)

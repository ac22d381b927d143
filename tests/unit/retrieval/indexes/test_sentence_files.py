from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.indexes.sentence_files import CODES, ENDS, SentenceFiles, open_sentences

THREE = np.arange(12, dtype=np.int8).reshape(3, 4)


def write(folder: Path) -> None:
    files = SentenceFiles(folder)
    for codes in (None, THREE, THREE[:0], THREE[1:2]):
        files.append(codes, 4)
    files.close()


def test_each_chunk_finds_its_own(tmp_path: Path) -> None:
    write(tmp_path)
    sentences = open_sentences(tmp_path)
    assert len(sentences) == 4
    assert [len(sentences.of(row)) for row in range(4)] == [0, 3, 0, 1]
    np.testing.assert_array_equal(sentences.of(1), THREE)
    np.testing.assert_array_equal(sentences.of(3), THREE[1:2])


def test_without_sentences_there_are_no_files(tmp_path: Path) -> None:
    files = SentenceFiles(tmp_path)
    files.append(None, 4)
    files.close()
    assert list(tmp_path.iterdir()) == []


def test_codes_of_another_dimension_are_refused(tmp_path: Path) -> None:
    files = SentenceFiles(tmp_path)
    files.append(THREE, 4)
    with pytest.raises(ValueError, match="rows of 4"):
        files.append(THREE[:, :3], 4)


@pytest.mark.parametrize(
    "ends",
    [np.array([0, 0, 9]), np.array([0, 3, 2, 4]), np.array([1, 4]), np.array([], np.int64), np.array([0.0, 4.0])],
    ids=["too far", "backwards", "not from the first", "empty", "no whole numbers"],
)
def test_files_that_do_not_belong_together_are_refused(tmp_path: Path, ends: np.ndarray) -> None:
    write(tmp_path)
    np.save(tmp_path / ENDS, ends)
    with pytest.raises(ValueError, match="sentence"):
        open_sentences(tmp_path)


def test_floats_are_no_codes(tmp_path: Path) -> None:
    write(tmp_path)
    np.save(tmp_path / CODES, THREE.astype(np.float32))
    with pytest.raises(ValueError, match="int8"):
        open_sentences(tmp_path)

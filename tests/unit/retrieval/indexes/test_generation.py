"""One generation: its name, its files against the manifest, and its counts against each other."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.errors import IndexDamaged
from retrieval.indexes.generation import CHUNKS, VECTORS, check_files, folder_name, open_generation
from retrieval.indexes.generations import GenerationStore
from retrieval.indexes.manifest import MANIFEST, read_manifest
from retrieval.types import Upsert

MakeUpsert = Callable[..., Upsert]
TEXTS = ["Refunds take five days.", "A piano has 88 keys.", "绿茶每盒三十元。"]


@pytest.fixture
def folder(tmp_path: Path, make_upsert: MakeUpsert) -> Path:
    """A generation of three chunks up to change 3."""
    upserts = [make_upsert(n, text) for n, text in enumerate(TEXTS, 1)]
    return GenerationStore(tmp_path / "index").build(upserts, 3, "hashing@1").folder


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_each_number_has_a_folder_of_its_own(one: int, other: int) -> None:
    assert (folder_name(one) == folder_name(other)) is (one == other)


@given(st.lists(st.integers(1, 999_999), min_size=2, unique=True))
def test_folders_sort_by_name_as_their_numbers_do(numbers: list[int]) -> None:
    assert sorted(map(folder_name, numbers)) == [folder_name(number) for number in sorted(numbers)]


def test_what_was_written_is_what_is_opened(folder: Path, make_upsert: MakeUpsert) -> None:
    generation = open_generation(folder)
    assert (generation.number, generation.sequence) == (generation.manifest.number, 3)
    assert generation.folder.name == folder_name(generation.number)
    assert len(generation.chunks) == len(generation.vectors) == generation.words.count == 3
    wanted = np.stack([make_upsert(n, text).vector for n, text in enumerate(TEXTS, 1)])
    assert {row.tobytes() for row in np.asarray(generation.vectors, np.float32)} == {row.tobytes() for row in wanted}
    generation.close()


def test_a_handful_of_vectors_needs_no_coarse_index(folder: Path) -> None:
    assert open_generation(folder).coarse is None


def test_an_opened_generation_cannot_be_written_to(folder: Path) -> None:
    generation = open_generation(folder)
    with pytest.raises(ValueError, match="read-only"):
        generation.vectors[0, 0] = 0.0


def test_whole_files_pass(folder: Path) -> None:
    manifest = read_manifest(folder)
    check_files(folder, manifest)
    assert set(manifest.files) >= {CHUNKS, VECTORS}


def test_a_renamed_folder_is_refused(folder: Path) -> None:
    other = folder.with_name(folder_name(77))
    shutil.copytree(folder, other)
    with pytest.raises(IndexDamaged, match="generation 1"):
        open_generation(other)


@pytest.mark.parametrize("name", [CHUNKS, VECTORS])
def test_a_missing_file_is_named(folder: Path, name: str) -> None:
    manifest = read_manifest(folder)
    (folder / name).unlink()
    with pytest.raises(IndexDamaged, match=name):
        check_files(folder, manifest)


@pytest.mark.parametrize("name", ["stray.txt", "lexical/stray.bin"])
def test_a_file_that_nobody_wrote_down_is_named(folder: Path, name: str) -> None:
    manifest = read_manifest(folder)
    (folder / name).write_bytes(b"?")
    with pytest.raises(IndexDamaged, match=name):
        check_files(folder, manifest)


@pytest.mark.parametrize("name", [CHUNKS, VECTORS])
def test_a_file_that_grew_is_named_with_both_sizes(folder: Path, name: str) -> None:
    manifest = read_manifest(folder)
    with (folder / name).open("ab") as file:
        file.write(b"?")
    with pytest.raises(IndexDamaged, match=f"{manifest.files[name].bytes + 1} bytes.*{manifest.files[name].bytes}"):
        check_files(folder, manifest)


@pytest.mark.parametrize("place", [0, -1])
def test_one_flipped_bit_is_noticed(folder: Path, place: int) -> None:
    manifest = read_manifest(folder)
    data = bytearray((folder / VECTORS).read_bytes())
    data[place] ^= 1
    (folder / VECTORS).write_bytes(data)
    with pytest.raises(IndexDamaged, match="checksum"):
        check_files(folder, manifest)


@pytest.mark.parametrize("changed", [{"count": 2}, {"count": 4}, {"dimension": 7}])
def test_a_manifest_that_miscounts_is_refused(folder: Path, changed: dict[str, int]) -> None:
    path = folder / MANIFEST
    path.write_text(json.dumps({**json.loads(path.read_text()), **changed}))
    with pytest.raises(IndexDamaged):
        open_generation(folder)


def test_a_folder_without_manifest_is_damaged_and_not_merely_missing(folder: Path) -> None:
    (folder / MANIFEST).unlink()
    with pytest.raises(IndexDamaged):
        open_generation(folder)

"""Bytes of revisions: small ones in the row, large ones in files that are what they are named after."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from assistant.knowledge import blobs
from assistant.knowledge.blobs import IN_ROW, BlobDamaged
from assistant.knowledge.models import Revision

LARGE = b"x" * (IN_ROW + 1)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, settings: object) -> Path:
    settings.HOUSE = dataclasses.replace(settings.HOUSE, data_dir=tmp_path)  # type: ignore[attr-defined]
    return tmp_path


def kept(data: bytes) -> Revision:
    return Revision(sha256=blobs.checksum_of(data), data=blobs.keep(data), number=1)


@given(st.binary(max_size=2_000))
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_small_bytes_stay_in_the_row_and_come_back_whole(data: bytes) -> None:
    revision = kept(data)
    assert revision.data == data
    assert blobs.read(revision) == data


def test_the_limit_itself_is_still_in_the_row(folder: Path) -> None:
    assert blobs.keep(b"x" * IN_ROW) is not None
    assert not (folder / "documents").exists()
    assert blobs.keep(LARGE) is None
    assert (folder / "documents").exists()


def test_large_bytes_come_back_whole_from_a_file_named_by_their_checksum(folder: Path) -> None:
    revision = kept(LARGE)
    path = blobs.path_of(revision.sha256)
    assert path == folder / "documents" / revision.sha256[:2] / revision.sha256
    assert blobs.read(revision) == LARGE == path.read_bytes()


def test_only_the_owner_may_walk_into_the_folder() -> None:
    revision = kept(LARGE)
    path = blobs.path_of(revision.sha256)
    assert path.parent.stat().st_mode & 0o077 == 0
    assert path.stat().st_mode & 0o077 == 0


def test_the_same_bytes_are_written_once_and_no_draft_stays_behind() -> None:
    first = blobs.path_of(kept(LARGE).sha256)
    written = first.stat().st_mtime_ns
    kept(LARGE)
    assert first.stat().st_mtime_ns == written
    assert list(first.parent.iterdir()) == [first]


def test_a_file_cut_short_by_a_crash_is_written_again() -> None:
    path = blobs.path_of(blobs.checksum_of(LARGE))
    path.parent.mkdir(parents=True)
    path.write_bytes(LARGE[:100])
    assert blobs.read(kept(LARGE)) == LARGE


def test_a_file_that_is_missing_is_told_with_its_path_and_what_to_do() -> None:
    revision = kept(LARGE)
    path = blobs.path_of(revision.sha256)
    path.unlink()
    with pytest.raises(BlobDamaged, match="backup") as missing:
        blobs.read(revision)
    assert str(path) in str(missing.value)


def test_one_changed_byte_is_noticed() -> None:
    revision = kept(LARGE)
    blobs.path_of(revision.sha256).write_bytes(b"y" + LARGE[1:])
    with pytest.raises(BlobDamaged, match="damaged"):
        blobs.read(revision)


def test_damage_is_a_fault_that_may_pass_so_that_the_job_is_tried_again() -> None:
    from assistant.knowledge.ingestion import PASSING

    assert issubclass(BlobDamaged, PASSING)
    assert not issubclass(BlobDamaged, ValueError)


def test_the_checksum_is_the_one_that_everybody_else_computes() -> None:
    assert blobs.checksum_of(b"") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from retrieval.errors import IndexDamaged
from retrieval.indexes.manifest import FORMAT, MANIFEST, FileFact, Manifest, read_manifest

WHOLE: dict[str, Any] = {
    "format": FORMAT,
    "number": 3,
    "sequence": 17,
    "count": 2,
    "dimension": 4,
    "encoder": "e5@abc",
    "files": {"vectors.npy": {"bytes": 12, "sha256": "a" * 64}},
}


def test_a_manifest_comes_back_as_it_was_written(tmp_path: Path) -> None:
    manifest = Manifest(
        format=FORMAT, number=3, sequence=17, count=2, dimension=4, encoder="e5@abc",
        files={"vectors.npy": FileFact(bytes=12, sha256="a" * 64)},
    )  # fmt: skip
    (tmp_path / MANIFEST).write_text(manifest.to_json())
    assert read_manifest(tmp_path) == manifest


@pytest.mark.parametrize(
    "change",
    [
        {"number": 0},
        {"sequence": -1},
        {"count": "2"},
        {"dimension": 0},
        {"encoder": None},
        {"files": []},
        {"files": {"v": {"bytes": 1, "sha256": "short"}}},
        {"surprise": 1},
        {"format": FORMAT + 1},
    ],
)
def test_a_manifest_that_says_something_odd_is_damaged(tmp_path: Path, change: dict[str, Any]) -> None:
    (tmp_path / MANIFEST).write_text(json.dumps({**WHOLE, **change}))
    with pytest.raises(IndexDamaged, match="manifest"):
        read_manifest(tmp_path)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"\xff\xfe", b"null"])
def test_a_manifest_that_is_no_json_is_damaged(tmp_path: Path, data: bytes) -> None:
    (tmp_path / MANIFEST).write_bytes(data)
    with pytest.raises(IndexDamaged, match="manifest"):
        read_manifest(tmp_path)


def test_a_missing_manifest_is_damaged(tmp_path: Path) -> None:
    with pytest.raises(IndexDamaged, match="manifest"):
        read_manifest(tmp_path)

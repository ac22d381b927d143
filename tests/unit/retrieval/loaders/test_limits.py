from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from retrieval.config import LoaderLimits
from retrieval.errors import UnreadableDocument
from retrieval.loaders.limits import check_size, check_text, check_zip, damaged
from retrieval.types import ParsedDocument, Section

LIMITS = LoaderLimits(bytes=1000, characters=50)


def test_a_file_within_the_limits_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 1000)
    check_size(path, LIMITS)
    path.write_bytes(b"x" * 1001)
    with pytest.raises(UnreadableDocument):
        check_size(path, LIMITS)


def test_an_ordinary_zip_passes(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", "hello")
    check_zip(path, LIMITS)
    assert path.exists()


def test_the_sum_of_all_sections_counts(tmp_path: Path) -> None:
    fits = ParsedDocument("", (Section("x" * 25), Section("y" * 25)))
    assert check_text(tmp_path / "a", fits, LIMITS) is fits
    with pytest.raises(UnreadableDocument, match="51 characters"):
        check_text(tmp_path / "a", ParsedDocument("", (*fits.sections, Section("z"))), LIMITS)


def test_the_reason_of_a_damaged_file_is_kept_short(tmp_path: Path) -> None:
    error = damaged(tmp_path / "a.pdf", ValueError("x" * 5000))
    assert (error.code, len(str(error.detail["reason"]))) == ("damaged", 200)

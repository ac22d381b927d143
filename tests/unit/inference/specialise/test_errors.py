"""Whoever meets an error can act on it, in either language."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.specialise import errors
from inference.specialise.errors import SpecialiseError

FOLDER = Path("deltas/finance")
EVERY = [
    errors.InvalidDomains("domain law is given twice", "领域 law 出现了两次"),
    errors.TextTooShort("law", 100, 2048),
    errors.NoMixture(FOLDER, "config.json is missing", "缺少 config.json"),
    errors.RunDiffers(FOLDER, "seed, steps"),
    errors.DamagedDeltas(FOLDER, "manifest.json is missing"),
    errors.BaseDiffers(FOLDER, "a" * 64, "b" * 64),
    errors.NothingImproved(FOLDER),
]


def test_every_error_of_the_tree_is_here() -> None:
    assert {type(error) for error in EVERY} == set(SpecialiseError.__subclasses__())


def test_codes_are_different() -> None:
    assert len({error.code for error in EVERY}) == len(EVERY)


@pytest.mark.parametrize("error", EVERY, ids=lambda error: error.code)
def test_both_languages_say_what_to_do(error: SpecialiseError) -> None:
    english, chinese = str(error), error.chinese
    assert english.endswith(".")
    assert any(word in english for word in ("Give", "Name", "Repeat", "Copy", "Train"))
    assert "请" in chinese
    assert chinese.endswith("。")
    assert not any("\u4e00" <= letter <= "\u9fff" for letter in english)


@pytest.mark.parametrize("error", [error for error in EVERY if str(FOLDER) in str(error)], ids=lambda error: error.code)
def test_the_folder_is_named_in_both_languages(error: SpecialiseError) -> None:
    assert str(FOLDER) in error.chinese


def test_checksums_are_told_short_enough_to_compare() -> None:
    error = errors.BaseDiffers(FOLDER, "a" * 64, "b" * 64)
    assert "a" * 12 in str(error)
    assert "a" * 13 not in str(error)
    assert "b" * 12 in error.chinese

"""The pages of the desk speak both languages, and say no word that is not there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.utils import translation

from assistant.editing import admin as desk
from assistant.editing.admin.words import WORDS, words

TEMPLATES = sorted((Path(desk.__file__).parents[1] / "templates" / "admin" / "editing").glob("*.html"))
SHOWN_BY_NAME = {  # looked up by a value that a row holds
    "live", "replaced", "unpublished", "deleted", "curated", "unknown",
    "duplicate", "numbers", "dates", "negation", "antonyms", "gained", "lost", "moved",
    "about_gaps", "about_twins", "about_unrecognised",
}  # fmt: skip


def used(text: str) -> set[str]:
    return set(re.findall(r"\bwords\.(\w+)", text))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.stem)
def test_each_word_of_a_page_is_there(template: Path) -> None:
    assert used(template.read_text(encoding="utf-8")) <= WORDS.keys()


def test_no_word_is_kept_that_no_page_says() -> None:
    said = {name for template in TEMPLATES for name in used(template.read_text(encoding="utf-8"))}
    assert WORDS.keys() - said - SHOWN_BY_NAME == set()


def test_each_word_is_written_in_both_languages() -> None:
    for name, text in WORDS.items():
        assert text.en.strip(), name
        assert re.search(r"[\u4e00-\u9fff]", text.zh), name
        assert not re.search(r"[\u4e00-\u9fff]", text.en), name


@pytest.mark.parametrize(("language", "expected"), [("zh-hans", "来源"), ("en", "Sources"), ("fr", "Sources")])
def test_words_come_in_the_readers_language(language: str, expected: str) -> None:
    with translation.override(language):
        assert words()["sources"] == expected

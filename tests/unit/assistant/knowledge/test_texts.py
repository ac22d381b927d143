"""Every reason is told in both languages, with its facts."""

from __future__ import annotations

import pytest

from assistant.knowledge.texts import explain

CODES = [
    "empty_file", "unknown_format", "wrong_encoding", "encrypted", "damaged", "too_large", "no_text", "crashed",
    "unavailable", "internal", "superseded",
]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_code_has_a_sentence_in_both_languages(code: str) -> None:
    text = explain(code, {})
    assert text.en.isascii()
    assert any("\u4e00" <= char <= "\u9fff" for char in text.zh)
    assert "{" not in text.en + text.zh


def test_the_facts_of_a_failure_are_in_the_sentence() -> None:
    assert "65 MiB" in explain("too_large", {"found": "65 MiB", "limit": "64 MiB"}).zh
    assert "ValueError" in explain("internal", {"reason": "ValueError"}).en
    assert "5" in explain("crashed", {"attempts": 5}).en


def test_a_code_of_a_later_version_still_says_something() -> None:
    assert explain("unheard_of", {"surprise": 1}).en

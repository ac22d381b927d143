from __future__ import annotations

import re

import pytest

from retrieval.errors import UnknownFormat, UnreadableDocument
from retrieval.messages import explain

CODES = ["empty_file", "unknown_format", "wrong_encoding", "encrypted", "damaged", "too_large", "no_text",
         "timeout", "crashed_parser", "too_many_scans", "scan_too_slow", "no_recogniser"]  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_code_is_explained_in_both_languages(code: str) -> None:
    error = UnreadableDocument(code, "internal", filename="a.pdf", found="70 MiB", limit="64 MiB")
    english, chinese = explain(error, "en"), explain(error, "zh")
    assert not re.search("[\u4e00-\u9fff]", english)
    assert re.search("[\u4e00-\u9fff]{4}", chinese)
    assert "{" not in english + chinese


def test_a_limit_is_named_with_what_was_found() -> None:
    error = UnreadableDocument("too_large", "internal", found="70 MiB", limit="64 MiB")
    assert "70 MiB" in explain(error, "en")
    assert "64 MiB" in explain(error, "zh")


def test_a_detail_that_is_missing_does_no_harm() -> None:
    assert "?" in explain(UnreadableDocument("too_large", "internal"), "en")


def test_an_unknown_code_reads_as_damaged() -> None:
    assert explain(UnknownFormat("new_code", "internal"), "en").startswith("The file is damaged")

from __future__ import annotations

import pytest

from retrieval.errors import UnreadableDocument
from retrieval.types import ParsedDocument, Section
from tests.unit.retrieval.loaders.conftest import Load


def test_plain_text_is_one_section(load: Load) -> None:
    assert load("a.txt", "First.\n\n第二段。\n") == ParsedDocument("", (Section("First.\n\n第二段。\n", line=1),))


def test_windows_line_ends_become_newlines(load: Load) -> None:
    assert load("a.txt", "a\r\nb\rc").sections[0].text == "a\nb\nc"


@pytest.mark.parametrize(
    ("data", "limits", "code"),
    [
        (b"", {}, "empty_file"),
        (b" \n\t ", {}, "no_text"),
        (b"x" * 2000, {"bytes": 1000}, "too_large"),
        (b"x" * 2000, {"characters": 1000}, "too_large"),
        (bytes(range(256)) * 8, {}, "wrong_encoding"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00\x01\x02" * 200, {}, "wrong_encoding"),
    ],
)
def test_bad_files_say_what_is_wrong(load: Load, data: bytes, limits: dict[str, int], code: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"a\.txt") as caught:
        load("a.txt", data, **limits)
    assert caught.value.code == code
    assert caught.value.detail["filename"] == "a.txt"

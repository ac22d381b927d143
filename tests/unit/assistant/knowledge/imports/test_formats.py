"""Which files are documents, told by name and by content type."""

from __future__ import annotations

import pytest

from assistant.knowledge.imports.formats import filename_of, not_a_document
from assistant.knowledge.imports.types import NotTaken, What


@pytest.mark.parametrize(
    ("url", "kind", "name"),
    [
        ("https://shop.example/help/returns", "text/html; charset=utf-8", "returns.html"),
        ("https://shop.example/", "text/html", "shop.example.html"),
        ("https://shop.example/page.htm", "text/html", "page.htm"),
        ("https://shop.example/page.php?id=1", "TEXT/HTML", "page.php.html"),
        ("https://shop.example/%E6%89%8B%E5%86%8C.pdf", "application/pdf", "手册.pdf"),
        ("https://shop.example/get?file=1", "application/pdf", "get.pdf"),
        ("https://shop.example/README.md", "text/plain", "README.md"),
        ("https://shop.example/a.docx", "application/octet-stream", "a.docx"),
        ("https://shop.example/notes", "text/plain", "notes.txt"),
        ("https://shop.example/report.pdf", "text/html", "report.pdf.html"),
    ],
)
def test_an_answer_is_named_so_that_the_right_loader_reads_it(url: str, kind: str, name: str) -> None:
    assert filename_of(url, kind) == name


@pytest.mark.parametrize(("url", "kind"), [("https://a.example/f.mp4", "video/mp4"), ("https://a.example/x", "")])
def test_what_no_loader_reads_is_left_out(url: str, kind: str) -> None:
    with pytest.raises(NotTaken) as reason:
        filename_of(url, kind)
    assert (reason.value.what, reason.value.code) == (What.SKIPPED, "not_a_document")


def test_files_are_known_by_their_suffix() -> None:
    assert not_a_document("a/B.PDF") is None
    assert not_a_document("main.go") is None
    film = not_a_document("film.mp4")
    assert film is not None
    assert ".mp4" in film.text.zh
    assert not_a_document("Makefile") is not None

from __future__ import annotations

from retrieval.loaders.rows import table_section


def test_cells_become_lines_that_a_reader_can_follow() -> None:
    section = table_section([["a", None, 3], ["b\nc", "", 2.5]], headings=("H",), page=2, line=5)
    assert section.text == "a |  | 3\nb c |  | 2.5"
    assert (section.headings, section.page, section.line, section.table) == (("H",), 2, 5, True)


def test_rows_without_content_are_left_out() -> None:
    assert table_section([[None, None], ["", " "], ["x", "y"]]).text == "x | y"
    assert table_section([]).text == ""

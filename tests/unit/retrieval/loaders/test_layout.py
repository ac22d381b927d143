from __future__ import annotations

import time

from hypothesis import given
from hypothesis import strategies as st

from retrieval.loaders.layout import Block, Line, blocks, has_columns

LONG = 400.0


def line(text: str, left: float, row: float, width: float = LONG, height: float = 20.0) -> Line:
    return Line(text, left, row * 30, left + width, row * 30 + height)


def texts(found: list[Block]) -> list[str]:
    return [" ".join(row) for block in found for row in block.rows]


def columns(rows: int = 5, *, start: int = 0) -> list[Line]:
    left = [line(f"left {number}", 0, start + number) for number in range(rows)]
    return left + [line(f"right {number}", 450, start + number) for number in range(rows)]


def test_two_columns_are_read_one_after_the_other() -> None:
    assert texts(blocks(columns(3))) == ["left 0", "left 1", "left 2", "right 0", "right 1", "right 2"]
    assert has_columns(columns(3))


def test_a_title_over_two_columns_comes_first_and_a_foot_line_last() -> None:
    found = texts(blocks([line("foot", 0, 9, 850), *columns(4, start=2), line("title", 0, 0, 850)]))
    assert (found[0], found[1], found[-1]) == ("title", "left 0", "foot")


def test_columns_that_are_set_a_little_lower_keep_their_order() -> None:
    right = [Line(each.text, each.left, each.top + 13, each.right, each.bottom + 13) for each in columns(4)[4:]]
    assert texts(blocks(columns(4)[:4] + right))[:5] == ["left 0", "left 1", "left 2", "left 3", "right 0"]


def test_three_columns() -> None:
    third = [line(f"third {number}", 900, number) for number in range(3)]
    assert texts(blocks(columns(3) + third))[-3:] == ["third 0", "third 1", "third 2"]


def test_rows_of_short_cells_are_a_table_with_its_header_first() -> None:
    rows = [("city", "fee"), ("Bonn", "5"), ("Kiel", "6")]
    cells = [
        line(cell, 300.0 * column, number, 60) for number, row in enumerate(rows) for column, cell in enumerate(row)
    ]
    (table,) = blocks(cells)
    assert (table.table, table.rows) == (True, tuple(rows))


def test_a_table_below_two_columns_stays_a_table() -> None:
    cells = [line(f"c{number}{column}", 300.0 * column, 8 + number, 50) for number in range(3) for column in range(3)]
    found = blocks(columns(4) + cells)
    assert [block.table for block in found][-1] is True
    assert texts(found)[:4] == ["left 0", "left 1", "left 2", "left 3"]


def test_two_boxes_of_one_line_that_all_but_touch_are_one_cell() -> None:
    assert texts(blocks([line("one", 0, 0, 100), line("line", 108, 0, 100)])) == ["one line"]


def test_what_is_blank_is_left_out() -> None:
    assert blocks([]) == blocks([line("  ", 0, 0)]) == []
    assert not has_columns([])


def test_a_page_of_very_many_boxes_is_sorted_in_no_time() -> None:
    many = [line(str(number), 500.0 * (number % 2), number // 2, 30) for number in range(1_000)]
    began = time.monotonic()
    assert sum(len(row) for block in blocks(many) for row in block.rows) == 1_000
    assert time.monotonic() - began < 20


place = st.floats(0, 2_000, allow_nan=False)


@given(st.lists(st.tuples(place, place, st.floats(1, 900), st.floats(5, 60)), max_size=40))
def test_no_line_is_lost_or_doubled(boxes: list[tuple[float, float, float, float]]) -> None:
    lines = [Line(f"<{number}>", x, y, x + w, y + h) for number, (x, y, w, h) in enumerate(boxes)]
    said = " ".join(texts(blocks(lines))).split()
    assert sorted(said) == sorted(each.text for each in lines)

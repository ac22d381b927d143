from __future__ import annotations

from retrieval.chunking.tables import table_passages
from retrieval.types import Section
from tests.unit.retrieval.conftest import HashingEncoder

HEADER = "city | fee"


def table(rows: int, **values: int) -> Section:
    lines = [HEADER, *(f"city{number} | {number}" for number in range(rows))]
    return Section("\n".join(lines), table=True, **values)


def test_every_passage_begins_with_the_header(hashing: HashingEncoder) -> None:
    passages = table_passages(table(20), 15, 30, hashing.count_tokens)
    assert len(passages) > 3
    assert all(passage.text.startswith(f"{HEADER}\n") for passage in passages)


def test_no_row_is_lost_doubled_or_cut(hashing: HashingEncoder) -> None:
    passages = table_passages(table(37), 15, 30, hashing.count_tokens)
    rows = [row for passage in passages for row in passage.text.split("\n")[1:]]
    assert rows == [f"city{number} | {number}" for number in range(37)]


def test_passages_keep_to_the_target(hashing: HashingEncoder) -> None:
    for passage in table_passages(table(40), 18, 30, hashing.count_tokens):
        assert hashing.count_tokens([passage.text])[0] <= 18


def test_lines_and_pages_say_where_the_rows_begin(hashing: HashingEncoder) -> None:
    passages = table_passages(table(6, line=10, page=2), 11, 30, hashing.count_tokens)
    assert [(passage.line, passage.last_line) for passage in passages] == [(11, 12), (13, 14), (15, 16)]
    assert {passage.page for passage in passages} == {2}
    assert passages[1].text.split("\n")[1] == "city2 | 2"


def test_empty_lines_are_no_rows_but_count() -> None:
    section = Section("city | fee\n\nparis | 1\n\nrome | 2", table=True, line=1)
    (passage,) = table_passages(section, 30, 40, HashingEncoder().count_tokens)
    assert passage.text == "city | fee\nparis | 1\nrome | 2"
    assert (passage.line, passage.last_line) == (3, 5)


def test_a_row_that_is_too_long_is_cut_with_the_header_before_each_part(hashing: HashingEncoder) -> None:
    section = Section(f"{HEADER}\nshort | 1\nlong | {'word ' * 60}\nlast | 2", table=True)
    passages = table_passages(section, 15, 25, hashing.count_tokens)
    assert all(passage.text.startswith(HEADER) for passage in passages)
    assert all(hashing.count_tokens([passage.text])[0] <= 25 for passage in passages)
    assert sum(passage.text.count("word") for passage in passages) == 60


def test_a_header_alone_is_still_found(hashing: HashingEncoder) -> None:
    assert [passage.text for passage in table_passages(Section(HEADER, table=True), 15, 30, hashing.count_tokens)] == [
        HEADER
    ]


def test_an_empty_table_has_no_passages(hashing: HashingEncoder) -> None:
    assert table_passages(Section("\n\n", table=True), 15, 30, hashing.count_tokens) == []


def test_a_header_as_long_as_a_page_is_treated_as_text(hashing: HashingEncoder) -> None:
    section = Section("word " * 100 + "\nrow | 1", table=True)
    passages = table_passages(section, 15, 30, hashing.count_tokens)
    assert all(passage.tokens <= 30 for passage in passages)
    assert sum(passage.text.count("word") for passage in passages) == 100

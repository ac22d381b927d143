from __future__ import annotations

import pytest

from retrieval.errors import UnreadableDocument
from tests.unit.retrieval.loaders.conftest import Load


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_rows_are_read_whatever_parts_the_cells(load: Load, delimiter: str) -> None:
    rows = [["city", "fee", "note"], ["Bonn", "5", "a b"], ["北京", "6", "c"]]
    document = load("a.csv", "\n".join(delimiter.join(row) for row in rows))
    assert document.sections[0].text == "city | fee | note\nBonn | 5 | a b\n北京 | 6 | c"
    assert document.sections[0].table


def test_quoted_cells_may_hold_delimiters_quotes_and_line_breaks(load: Load) -> None:
    document = load("a.csv", 'question,answer\n"Hello, you","He said ""yes""\nand left"\n')
    assert document.sections[0].text == 'question | answer\nHello, you | He said "yes" and left'


def test_commas_in_the_text_of_one_column_do_not_cut_it_in_two(load: Load) -> None:
    document = load("a.csv", "question;answer\nWho, when;Me, now\nWhat;This, that, those\n")
    assert document.sections[0].text.split("\n")[1] == "Who, when | Me, now"


def test_empty_rows_are_left_out(load: Load) -> None:
    assert load("a.csv", "a,b\n,\n\n1,2\n").sections[0].text == "a | b\n1 | 2"


def test_a_chinese_table_from_excel_is_read(load: Load) -> None:
    document = load("a.csv", "问题,答案\r\n如何退款？,请在三十天内申请退款\r\n".encode("gb18030"))
    assert document.sections[0].text == "问题 | 答案\n如何退款？ | 请在三十天内申请退款"


def test_tab_separated_files_have_their_own_suffix(load: Load) -> None:
    assert load("a.tsv", "a\tb\n1\t2\n").sections[0].text == "a | b\n1 | 2"


def test_a_single_column_is_a_table_too(load: Load) -> None:
    assert load("a.csv", "name\nAnna\nBert\n").sections[0].text == "name\nAnna\nBert"


@pytest.mark.parametrize(
    ("data", "code"), [("", "empty_file"), (",\n,\n", "no_text"), ("a," + "x" * 200_000, "damaged")]
)
def test_bad_tables_say_what_is_wrong(load: Load, data: str, code: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.csv", data)
    assert caught.value.code == code

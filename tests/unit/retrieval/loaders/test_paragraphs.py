from __future__ import annotations

import pytest

from retrieval.loaders.paragraphs import paragraphs


@pytest.mark.parametrize("second", ["12.3%。", "-5.2 million in the second quarter.", "3.5 times the year before."])
def test_a_number_at_the_start_of_a_line_is_no_item_of_a_list(second: str) -> None:
    first = "本季度的营业收入比上一年同期增长了，其中线上渠道的增长幅度最大，达到了去年同期水平的"
    assert "\n" not in paragraphs(f"{first}\n{second}")


@pytest.mark.parametrize(
    "second", ["12. Return the item", "3) 退回商品", "- 保留发票", "(2) Keep the receipt", "二、退款"]
)
def test_an_item_of_a_list_begins_a_paragraph(second: str) -> None:
    first = "本季度的营业收入比上一年同期增长了，其中线上渠道的增长幅度最大，达到了去年同期水平的"
    assert paragraphs(f"{first}\n{second}").split("\n\n") == [first, second]


def test_a_short_line_ends_its_paragraph() -> None:
    long, short = "Customers may return any item within thirty days of", "delivery."
    assert paragraphs(f"{long}\n{short}\n{long}").split("\n\n") == [f"{long} {short}", long]


def test_a_word_that_the_margin_cut_is_whole_again() -> None:
    assert (
        paragraphs("a full refund of the whole pur-\nchase price of it")
        == "a full refund of the whole purchase price of it"
    )

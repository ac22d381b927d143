from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.loaders.chapter import chapter_sections

PAGE = """<?xml version="1.0" encoding="utf-8"?><html><head><title>no</title><style>no</style></head><body>
before <h1>One <em>more</em></h1><p>First <b>bo</b>ld.</p><div>loose<p>第二段</p>tail</div>
<h2>Deep</h2><ul><li>a</li><li>b</li></ul><table><tr><th>City</th><th>Fee</th></tr><tr><td>Bonn</td><td>5</td></tr></table>
<h1>Two</h1><p><ruby>漢<rt>kan</rt></ruby>字</p><!-- no --></body></html>"""


def test_every_word_stands_under_its_heading() -> None:
    found = [(section.headings, section.text) for section in chapter_sections(PAGE)]
    assert found == [
        ((), "before"),
        (("One more",), "First bold.\n\nloose\n\n第二段\n\ntail"),
        (("One more", "Deep"), "a\n\nb"),
        (("One more", "Deep"), "City | Fee\nBonn | 5"),
        (("Two",), "漢字"),
    ]


@pytest.mark.parametrize("page", ["", "   ", "<!-- -->"])
def test_an_empty_page_has_no_sections(page: str) -> None:
    assert chapter_sections(page) == []


@given(st.text(max_size=200))
def test_any_text_is_read_without_an_error(text: str) -> None:
    assert all(section.text for section in chapter_sections(f"<p>a</p>{text}"))

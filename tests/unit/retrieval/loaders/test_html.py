from __future__ import annotations

import pytest

from retrieval.errors import UnreadableDocument
from tests.unit.retrieval.loaders.conftest import Load

PAGE = """<!doctype html><html><head><title>Refund policy - ACME</title><style>p {color: red}</style></head><body>
<nav><a href="/">Home</a> <a href="/shop">Shop</a></nav>
<main><article><h1>Refund policy</h1>
<p>Customers may return any item within thirty days of delivery and receive a full refund of the price paid.</p>
<h2>Shipping costs</h2>
<p>The shipping costs of a return are paid by the customer, unless the item was damaged when it arrived there.</p>
<table><tr><th>City</th><th>Fee</th></tr><tr><td>Bonn</td><td>5</td></tr></table>
<h2>退货流程</h2><p>请先在订单页面提交退货申请，客服会在一个工作日内联系您，并告知退货地址与注意事项。</p>
</article></main><footer>Copyright ACME 2026</footer><script>alert("x")</script></body></html>"""


def test_the_article_is_kept_and_what_surrounds_it_is_not(load: Load) -> None:
    document = load("a.html", PAGE)
    text = "\n".join(section.text for section in document.sections)
    assert "full refund of the price paid" in text
    assert "退货申请" in text
    for noise in ("alert", "color: red", "Copyright", "Shop"):
        assert noise not in text


def test_the_title_and_the_headings_are_kept(load: Load) -> None:
    document = load("a.html", PAGE)
    assert document.title == "Refund policy - ACME"
    paths = [section.headings for section in document.sections]
    assert ("Refund policy", "Shipping costs") in paths
    assert ("Refund policy", "退货流程") in paths


def test_a_table_keeps_its_rows(load: Load) -> None:
    tables = [section.text for section in load("a.html", PAGE).sections if section.table]
    assert tables == ["City | Fee\n\nBonn | 5"]  # the line of dashes is empty, as in Markdown


def test_a_page_too_small_for_an_article_is_read_whole(load: Load) -> None:
    document = load("a.htm", "<p>Hi.</p><p>Refunds: five days.</p>")
    assert "Refunds: five days." in document.sections[0].text


@pytest.mark.parametrize("charset", ["gb2312", "gbk", "big5", "utf-8"])
def test_a_declared_charset_is_believed(load: Load, charset: str) -> None:
    page = f'<html><head><meta charset="{charset}"></head><body><p>退款政策</p></body></html>'
    assert "退款政策" in load("a.html", page.encode(charset)).sections[0].text


def test_a_page_that_lies_about_its_charset_is_read_all_the_same(load: Load) -> None:
    page = '<html><head><meta charset="utf-8"></head><body><p>客户可以在三十天内申请退款</p></body></html>'
    assert "申请退款" in load("a.html", page.encode("gb18030")).sections[0].text


def test_an_xml_declaration_does_no_harm(load: Load) -> None:
    page = '<?xml version="1.0" encoding="utf-8"?><html><body><p>Five days.</p></body></html>'
    assert "Five days." in load("a.html", page).sections[0].text


@pytest.mark.parametrize("page", ["<html><body></body></html>", "<script>only()</script>", "<!-- nothing -->"])
def test_a_page_without_text_says_so(load: Load, page: str) -> None:
    with pytest.raises(UnreadableDocument) as caught:
        load("a.html", page)
    assert caught.value.code == "no_text"

from __future__ import annotations

import pytest

from retrieval.errors import UnreadableDocument
from retrieval.loaders.encoding import decode

SIMPLIFIED = "退款政策：客户可以在三十天内申请退款，我们会在五个工作日内处理完毕。"
TRADITIONAL = "退款政策：客戶可以在三十天內申請退款，我們會在五個工作日內處理完畢。"
WESTERN = "Le café coûte 3,50 € – très cher, déjà vu."


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (SIMPLIFIED, "utf-8"),
        (SIMPLIFIED, "utf-8-sig"),
        (SIMPLIFIED, "gb18030"),
        (SIMPLIFIED, "gbk"),
        (SIMPLIFIED, "utf-16"),
        (SIMPLIFIED, "utf-32"),
        (TRADITIONAL, "utf-8"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "utf-16"),
        ("name,fee\n退款,5\nplain ascii beside it,6\n", "gb18030"),
        ("姓名,部門,電話\n王小明,會計部門,02-1234\n陳大文,業務部門,02-9999\n", "big5"),
        ("退款说明", "gb18030"),
        (WESTERN, "cp1252"),
        ("plain ascii", "ascii"),
    ],
)
def test_text_is_read_whatever_it_was_saved_in(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "a.txt") == text


def test_a_chinese_page_longer_than_the_sample_is_not_cut_in_a_character() -> None:
    text = "a" + SIMPLIFIED * 3000
    assert decode(text.encode("gb18030"), "a.txt") == text


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe\x00",
        b"\xef\xbb\xbf\xff\xff",
        b"\x00" * 100,
        b"PK\x03\x04" + bytes(range(32)) * 20,
        b"\x7fELF" + b"\x00\x01\x02\x03" * 100,
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="save it as UTF-8") as caught:
        decode(data, "a.txt")
    assert caught.value.code == "wrong_encoding"


def test_tabs_and_form_feeds_are_no_reason_to_refuse() -> None:
    assert decode(b"a\tb\x0cc\n", "a.txt") == "a\tb\x0cc\n"

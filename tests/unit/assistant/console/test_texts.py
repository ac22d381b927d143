"""The console's words: there in both languages, and all that the page asks for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.console import chart, texts
from assistant.console.site import LAYERS_SHOWN
from assistant.errors import Text

PAGE = Path(texts.__file__).parent / "templates" / "console" / "index.html"
ALL = {**texts.WORDS, "title": texts.TITLE, "index": texts.INDEX}


@pytest.mark.parametrize("name", ALL)
def test_every_word_is_there_in_both_languages(name: str) -> None:
    text = ALL[name]
    assert re.search(r"[a-z]", text.en)
    assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    assert text.en.strip() == text.en
    assert text.zh.strip() == text.zh


def test_the_page_asks_for_no_word_that_is_missing() -> None:
    asked = set(re.findall(r"\bwords\.(\w+)", PAGE.read_text(encoding="utf-8")))
    assert asked
    assert asked <= texts.WORDS.keys()


def test_every_layer_of_the_readiness_row_and_of_the_chart_has_a_name() -> None:
    assert set(LAYERS_SHOWN) <= texts.WORDS.keys()
    assert set(chart.NAMES.values()) <= texts.WORDS.keys()


@pytest.mark.parametrize(("first", "second"), [("ready", "not_ready"), ("retrieval", "cached"), ("total", "other")])
def test_words_that_must_be_told_apart_differ_in_both_languages(first: str, second: str) -> None:
    one, two = texts.WORDS[first], texts.WORDS[second]
    assert one.en != two.en
    assert one.zh != two.zh


def test_sentences_end_with_the_full_stop_of_their_language() -> None:
    for text in (texts.WORDS["none"], texts.WORDS["quiet"]):
        assert text.en.endswith(".")
        assert text.zh.endswith("。")


@pytest.mark.parametrize(
    ("tag", "title"), [("zh-hans", "智能助手"), ("zh-CN", "智能助手"), ("en", "Assistant"), ("fr", "Assistant")]
)
def test_a_reader_gets_chinese_for_any_chinese_tag_and_english_otherwise(tag: str, title: str) -> None:
    assert isinstance(texts.TITLE, Text)
    assert texts.TITLE.of(tag) == title

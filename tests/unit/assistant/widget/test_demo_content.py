"""The demo page's words: complete in both languages, and questions that the assistant is made for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from assistant.widget import demo_content
from assistant.widget.demo_content import CARDS, WORDS, Card

PAGE = Path(demo_content.__file__).parent / "templates" / "widget" / "demo.html"


def is_chinese(text: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", text) is not None


@pytest.mark.parametrize("name", WORDS)
def test_every_word_of_the_page_is_there_in_both_languages(name: str) -> None:
    assert WORDS[name].en
    assert not is_chinese(WORDS[name].en)
    assert is_chinese(WORDS[name].zh)


def test_the_page_asks_for_no_word_that_is_missing() -> None:
    asked = set(re.findall(r"\bwords\.(\w+)", PAGE.read_text(encoding="utf-8")))
    assert asked
    assert asked <= WORDS.keys()


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name.en)
def test_a_card_shows_its_own_language_and_nothing_of_the_other(card: Card) -> None:
    english, chinese = card.shown("en"), card.shown("zh")
    assert english["questions"] == card.en
    assert chinese["questions"] == card.zh
    assert not any(is_chinese(question) for question in card.en)
    assert all(is_chinese(question) for question in card.zh)
    assert english["name"] != chinese["name"]
    assert is_chinese(str(chinese["about"]))
    assert not is_chinese(str(english["about"]))


def test_both_languages_have_the_same_number_of_questions_to_try() -> None:
    assert [len(card.en) for card in CARDS] == [len(card.zh) for card in CARDS]


def test_no_question_is_offered_twice() -> None:
    questions = [question for card in CARDS for question in (*card.en, *card.zh)]
    assert len(questions) == len(set(questions))


def test_a_mark_is_one_character_of_its_own() -> None:
    assert all(len(card.mark) == 1 for card in CARDS)
    assert len({card.mark for card in CARDS}) == len(CARDS)


def test_the_reader_is_told_that_the_company_is_fiction() -> None:
    assert "fictional" in WORDS["fiction"].en
    assert "虚构" in WORDS["fiction"].zh


def test_a_page_without_its_site_names_the_command_that_makes_it() -> None:
    for text in (WORDS["missing"].en, WORDS["missing"].zh):
        assert "manage.py create_demo_site" in text

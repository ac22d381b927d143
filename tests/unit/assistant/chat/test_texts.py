"""What the assistant itself says: whole sentences, in both languages, with the same facts."""

from __future__ import annotations

import re

import pytest

from assistant.chat import texts
from assistant.errors import Text

SAID = {name: text for name, text in vars(texts).items() if isinstance(text, Text)}
MADE = {
    "too_long": texts.too_long(4000, 12345),
    "unsupported": texts.unsupported("ru"),
    "closest": texts.closest(["Returns", "Refunds"]),
    "unsure": texts.unsure(["Returns", "Refunds"], "30 days"),
    "also_asked": texts.also_asked(["Where?", "When?"]),
    "unknown_domain": texts.unknown_domain("astrology", "code, general"),
}
EVERY = SAID | MADE


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_each_side_is_in_its_language_and_a_finished_sentence(text: Text) -> None:
    assert not re.search(r"[\u4e00-\u9fff]", text.en)
    assert re.search(r"[\u4e00-\u9fff]{4}", text.zh)
    assert text.en[-1] in ".?:"
    assert text.zh[-1] in "。？："
    assert "{" not in text.en + text.zh


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_no_two_texts_say_the_same(text: Text) -> None:
    assert [other.en for other in EVERY.values()].count(text.en) == 1
    assert [other.zh for other in EVERY.values()].count(text.zh) == 1


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_a_name_that_a_caller_must_type_stands_in_both(text: Text) -> None:
    for name in re.findall(r"[a-z]+_[a-z]+", text.en):
        assert name in text.zh


@pytest.mark.parametrize("text", EVERY.values(), ids=EVERY)
def test_a_colleague_is_spoken_of_in_both_languages_or_in_neither(text: Text) -> None:
    assert ("colleague" in text.en) is bool(re.search("人工|同事", text.zh))


def test_a_withdrawn_answer_offers_a_human() -> None:
    assert texts.BAD_CITATION.en.endswith("Shall I pass you to a colleague?")
    assert "转接人工" in texts.BAD_CITATION.zh


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        (MADE["too_long"], ["4", "12"]),
        (MADE["unsupported"], ["ru"]),
        (MADE["unknown_domain"], ["astrology", "general"]),
    ],
)
def test_what_was_found_is_named_in_both_languages(text: Text, facts: list[str]) -> None:
    for fact in facts:
        assert fact in text.en
        assert fact in text.zh


def test_long_numbers_are_written_as_each_language_does() -> None:
    assert "12,345" in MADE["too_long"].en
    assert "12345" in MADE["too_long"].zh


def test_what_may_have_been_meant_is_offered_a_line_each_in_both_languages() -> None:
    offered = texts.meant(["How do I return an item?", "如何退货？"])
    assert offered.en == "\n\nDid you mean:\n- How do I return an item?\n- 如何退货？"
    assert offered.zh.splitlines()[-2:] == ["- How do I return an item?", "- 如何退货？"]
    assert "您想问" in offered.zh


def test_where_nothing_was_meant_nothing_is_said() -> None:
    assert texts.meant([]).en == texts.meant([]).zh == ""

"""What the widget may send, to the character."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.widget.inputs import QuestionInput, TokenInput


def wrong_fields(model: type[TokenInput | QuestionInput], body: dict[str, Any]) -> set[str]:
    """The names of the fields that are refused."""
    try:
        model.model_validate(body)
    except ValidationError as error:
        return {str(fault["loc"][0]) for fault in error.errors()}
    return set()


def test_a_first_visit_needs_the_site_alone() -> None:
    asked = TokenInput.model_validate_json('{"site": "shop"}')
    assert (asked.site, asked.visitor, asked.identity) == ("shop", None, None)


@pytest.mark.parametrize(
    ("field", "limit"), [("site", 32), ("visitor", 1_000), ("identity", 4_096)], ids=["site", "visitor", "identity"]
)
def test_a_field_is_taken_up_to_its_limit_and_not_beyond(field: str, limit: int) -> None:
    assert wrong_fields(TokenInput, {"site": "s", field: "x" * limit}) == set()
    assert wrong_fields(TokenInput, {"site": "s", field: "x" * (limit + 1)}) == {field}


@pytest.mark.parametrize(
    ("body", "wrong"),
    [
        ({}, "site"),
        ({"site": ""}, "site"),
        ({"site": None}, "site"),
        ({"site": 7}, "site"),
        ({"site": ["shop"]}, "site"),
        ({"site": "shop", "visitor": {"id": 1}}, "visitor"),
        ({"site": "shop", "tenant": "other"}, "tenant"),
        ({"site": "shop", "groups": ["staff"]}, "groups"),
    ],
)
def test_anything_else_is_refused_by_the_name_of_its_field(body: dict[str, Any], wrong: str) -> None:
    assert wrong_fields(TokenInput, body) == {wrong}


@given(st.text(max_size=200))
def test_a_question_comes_through_unchanged_whatever_it_says(question: str) -> None:
    asked = QuestionInput(question=question)
    assert asked.question == question
    assert (asked.language, asked.conversation_id) == ("en", None)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_interface_speaks_two_languages(language: str) -> None:
    assert QuestionInput.model_validate({"question": "?", "language": language}).language == language


@pytest.mark.parametrize("language", ["", "fr", "zh-CN", "EN", None, 1])
def test_no_other_language_is_taken(language: object) -> None:
    assert wrong_fields(QuestionInput, {"question": "?", "language": language}) == {"language"}


def test_a_conversation_is_named_by_at_most_a_uuid() -> None:
    assert wrong_fields(QuestionInput, {"question": "?", "conversation_id": "x" * 36}) == set()
    assert wrong_fields(QuestionInput, {"question": "?", "conversation_id": "x" * 37}) == {"conversation_id"}


@pytest.mark.parametrize("more", ["history", "model", "system", "groups"])
def test_the_page_cannot_slip_in_more_than_a_question(more: str) -> None:
    assert wrong_fields(QuestionInput, {"question": "?", more: "x"}) == {more}


def test_no_question_at_all_is_refused() -> None:
    assert wrong_fields(QuestionInput, {"language": "zh"}) == {"question"}
    assert wrong_fields(QuestionInput, {"question": None}) == {"question"}

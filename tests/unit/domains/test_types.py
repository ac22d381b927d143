"""Values that a domain takes and gives cannot be changed on the way."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields
from typing import get_args

import pytest

from domains.types import Done, Evidence, Question, Refusal, Response, TextDelta, Verdict
from retrieval.types import Chunk, Hit

HIT = Hit(Chunk("1", "d", 1, "0", "demo", "text", "Title", "en"), 1.0)
VALUES = [
    Question("How?", "How?", "en", "faq"),
    Evidence((HIT,), 0.9, sufficient=True),
    Refusal("unsafe", "No."),
    TextDelta("Hello"),
    Done(grounded=True),
    Verdict("Shown."),
]


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_no_field_can_be_set_and_none_added(value: object) -> None:
    for field in fields(value):  # type: ignore[arg-type]
        with pytest.raises(FrozenInstanceError):
            setattr(value, field.name, None)
    assert not hasattr(value, "__dict__")


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_equal_values_are_one_in_a_set(value: object) -> None:
    again = type(value)(*(getattr(value, field.name) for field in fields(value)))  # type: ignore[arg-type]
    assert len({value, again}) == 1


def test_a_first_question_has_no_past_and_is_about_no_company_until_said() -> None:
    question = Question("How?", "How?", "en", "faq")
    assert question.history == ()
    assert not question.about_company
    assert question.max_tokens is None


def test_a_refusal_offers_a_human_unless_it_says_otherwise() -> None:
    assert Refusal("no_evidence", "Nothing found.").offer_human
    assert not Refusal("with_human", "A colleague answers.", offer_human=False).offer_human


def test_an_answer_comes_from_the_model_and_ended_by_itself_unless_it_says_otherwise() -> None:
    done = Done(grounded=False)
    assert (done.layer, done.finish, done.usage) == ("model", "stop", None)


def test_exactly_three_kinds_of_response_exist() -> None:
    assert set(get_args(Response)) == {TextDelta, Refusal, Done}


def test_a_verdict_without_refusal_lets_the_text_pass() -> None:
    assert Verdict("Shown.").refusal is None

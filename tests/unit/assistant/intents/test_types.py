"""What the classifier says, and what the database calls the same."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from assistant.intents.models import Intent, RouteChoice
from assistant.intents.types import OUT_OF_SCOPE, IntentGuess, Route

GUESS = IntentGuess("greeting", 0.9, Route.SMALL_TALK, "general", 0.1, (("en", "Hello!"), ("zh", "您好！")))


def test_routes_and_the_choices_of_the_database_are_the_same() -> None:
    assert {route.value for route in Route} == set(RouteChoice.values)
    assert {route.name for route in Route} == set(RouteChoice.names)


@pytest.mark.parametrize("value", RouteChoice.values)
def test_what_a_row_holds_becomes_a_route(value: str) -> None:
    assert Route(value) == value
    assert str(Route(value)) == value


def test_an_unknown_route_is_refused() -> None:
    with pytest.raises(ValueError, match="elsewhere"):
        Route("elsewhere")


@pytest.mark.parametrize(("language", "reply"), [("en", "Hello!"), ("zh", "您好！"), ("de", None), ("", None)])
def test_a_ready_answer_is_picked_by_language(language: str, reply: str | None) -> None:
    assert GUESS.reply(language) == reply


def test_without_ready_answers_there_is_none() -> None:
    assert IntentGuess("refund", 0.5, Route.FAQ, "general", 0.0).reply("en") is None


def test_an_empty_answer_is_an_answer_and_not_a_missing_one() -> None:
    assert IntentGuess("x", 0.5, Route.HUMAN, "general", 0.0, (("en", ""),)).reply("en") == ""


def test_a_guess_cannot_be_changed_and_can_be_kept_in_a_set() -> None:
    with pytest.raises(FrozenInstanceError):
        GUESS.confidence = 1.0  # type: ignore[misc]
    assert len({GUESS, IntentGuess(*(getattr(GUESS, name) for name in GUESS.__slots__))}) == 1


@pytest.mark.parametrize(("name", "out"), [(OUT_OF_SCOPE, True), ("refund", False), ("OOS", False), ("", False)])
def test_one_name_collects_what_the_assistant_is_not_for(name: str, *, out: bool) -> None:
    assert Intent(name=name).is_out_of_scope is out

"""Errors that a caller sees: stable codes, statuses that mean something, texts in both languages."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from http import HTTPStatus

import pytest

from assistant import errors
from assistant.errors import AssistantError, Text, TooManyRequests, Unavailable

TEXT = Text("The field is empty.", "字段为空。")
KINDS = AssistantError.__subclasses__()
KINDS = [kind for kind in KINDS if kind.__module__ == errors.__name__]
CODES = {
    "InvalidInput": (400, "invalid_input"),
    "NotAuthenticated": (401, "not_authenticated"),
    "NotPermitted": (403, "not_permitted"),
    "NotFound": (404, "not_found"),
    "Conflict": (409, "conflict"),
    "TooLarge": (413, "too_large"),
    "UnsupportedMedia": (415, "unsupported_media"),
    "Unprocessable": (422, "unprocessable"),
    "TooManyRequests": (429, "too_many_requests"),
    "Unavailable": (503, "unavailable"),
}


@pytest.mark.parametrize("language", ["zh", "ZH", "zh-CN", "zh-Hant-TW", "zh_hans"])
def test_every_kind_of_chinese_reads_chinese(language: str) -> None:
    assert TEXT.of(language) == "字段为空。"


@pytest.mark.parametrize("language", ["en", "en-GB", "de", "ja", "", "*", "x-zh"])
def test_every_other_language_reads_english(language: str) -> None:
    assert TEXT.of(language) == "The field is empty."


def test_codes_and_statuses_are_those_that_are_documented() -> None:
    assert {kind.__name__: (kind.status, kind.code) for kind in KINDS} == CODES


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_status_is_one_of_http_and_no_two_kinds_share_it(kind: type[AssistantError]) -> None:
    assert HTTPStatus(kind.status).phrase
    assert (400 <= kind.status < 500) or kind is Unavailable
    assert [other.status for other in KINDS].count(kind.status) == 1
    assert kind.__doc__


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_is_caught_as_one_and_keeps_both_texts(kind: type[AssistantError]) -> None:
    with pytest.raises(AssistantError, match="The field is empty") as caught:
        raise kind(TEXT)
    assert caught.value.text is TEXT
    assert caught.value.retry_after is None


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_code_of_its_own_changes_this_error_and_no_other(kind: type[AssistantError]) -> None:
    special = kind(TEXT, code="of_my_own")
    assert (special.code, special.status) == ("of_my_own", kind.status)
    assert kind(TEXT).code == CODES[kind.__name__][1]


def test_what_is_worth_waiting_for_says_how_long() -> None:
    assert TooManyRequests(TEXT, retry_after=2.5).retry_after == 2.5
    assert Unavailable(TEXT, retry_after=0.0).retry_after == 0.0


def test_what_nobody_foresaw_is_an_internal_error() -> None:
    assert (AssistantError.status, AssistantError.code) == (500, "internal")


def test_a_text_cannot_be_changed_once_said() -> None:
    with pytest.raises(FrozenInstanceError):
        TEXT.en = "Something else."  # type: ignore[misc]
    assert Text("a", "b") == Text("a", "b")

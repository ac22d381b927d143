"""What the widget's door says when it refuses: a code, a status, and what to do next, in both languages."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import AssistantError
from assistant.widget import errors

EVERY: list[tuple[Callable[[], AssistantError], str, int]] = [
    (errors.session_expired, "session_expired", 401),
    (lambda: errors.bad_identity("it has expired"), "bad_identity", 401),
    (errors.identity_required, "identity_required", 401),
    (lambda: errors.origin_not_allowed("https://evil.example"), "origin_not_allowed", 403),
    (errors.unknown_site, "unknown_site", 404),
    (errors.not_yours, "answer_not_found", 404),
    (lambda: errors.unreadable("question"), "invalid_input", 400),
]


@pytest.mark.parametrize(("make", "code", "status"), EVERY, ids=[code for _, code, _ in EVERY])
def test_code_and_status_are_what_the_api_promises(make: Callable[[], AssistantError], code: str, status: int) -> None:
    error = make()
    assert (error.code, error.status) == (code, status)


@pytest.mark.parametrize(("make", "code", "status"), EVERY, ids=[code for _, code, _ in EVERY])
def test_each_is_said_in_both_languages(make: Callable[[], AssistantError], code: str, status: int) -> None:
    text = make().text
    assert text.en.endswith(".")
    assert text.zh.endswith("。")
    assert re.search(r"[\u4e00-\u9fff]", text.zh)
    assert not re.search(r"[\u4e00-\u9fff]", text.en)


def test_the_codes_in_the_modules_head_are_the_codes_that_are_raised() -> None:
    assert errors.__doc__ is not None
    assert {code for _, code, _ in EVERY} == set(re.findall(r"[a-z]+_[a-z_]+", errors.__doc__))


def test_a_reason_is_told_to_the_sites_developer() -> None:
    text = errors.bad_identity("the signature is wrong").text
    assert "the signature is wrong" in text.en
    assert "the signature is wrong" in text.zh


@given(st.text(max_size=500))
def test_a_hostile_origin_is_quoted_no_further_than_100_characters(origin: str) -> None:
    text = errors.origin_not_allowed(origin).text
    empty = errors.origin_not_allowed("").text
    assert len(text.en) - len(empty.en) == len(text.zh) - len(empty.zh) == min(len(origin), 100)


def test_a_page_that_does_not_say_where_it_is_from_is_told_so() -> None:
    text = errors.origin_not_allowed(None).text
    assert "without an origin" in text.en
    assert "未说明来源" in text.zh
    assert "None" not in text.en + text.zh


def test_another_visitors_answer_reads_like_none_at_all() -> None:
    assert str(errors.not_yours()) == str(errors.not_yours())
    assert "another" not in errors.not_yours().text.en


def test_only_the_code_of_this_one_error_changes_not_that_of_its_class() -> None:
    error = errors.session_expired()
    assert type(error).code == "not_authenticated" != error.code


def test_the_field_that_cannot_be_read_is_named() -> None:
    text = errors.unreadable("conversation_id").text
    assert "conversation_id" in text.en
    assert "conversation_id" in text.zh

"""What is said about a file, typed by hand or written in a table."""

from __future__ import annotations

import datetime as dt

import pytest
from pydantic import ValidationError

from assistant.knowledge.imports.given import Given


@pytest.mark.parametrize("written", ["staff, hr", "hr;staff", "staff、hr，staff", '["staff", "hr"]', ["hr", " staff "]])
def test_words_are_read_however_they_are_separated(written: object) -> None:
    assert Given.model_validate({"access": written}).access == ["hr", "staff"]


def test_no_words_are_nothing_given_not_a_document_that_nobody_may_see() -> None:
    assert Given.model_validate({"access": " , "}).access is None


def test_a_day_begins_at_midnight_and_a_time_keeps_its_zone() -> None:
    given = Given.model_validate({"valid_from": "2026-12-01", "valid_until": "2026-12-31T18:00+08:00"})
    assert given.valid_from == dt.datetime(2026, 12, 1, tzinfo=dt.UTC)
    assert given.valid_until == dt.datetime(2026, 12, 31, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("valid_from", "next week", "such as 2026-12-31"),
        ("domain", "law", "one of general, finance"),
        ("language", "fr", "'zh' or 'en'"),
        ("url", "ftp://host/x", "pattern"),
        ("ownr", "Ann", "not permitted"),
        ("title", "x" * 301, "at most 300"),
        ("tags", ["y" * 101], "at most 100"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_says_what_could(field: str, value: object, said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Given.model_validate({field: value})


def test_a_time_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before"):
        Given.model_validate({"valid_from": "2026-12-02", "valid_until": "2026-12-01"})


def test_what_a_row_says_wins_over_what_is_said_about_all() -> None:
    row, everything = Given(title="Leave", tags=["hr"]), Given(title="Handbook", owner="Ann")
    assert row.over(everything).fields() == {"title": "Leave", "tags": ["hr"], "owner": "Ann"}


def test_it_can_be_kept_as_json() -> None:
    given = Given.model_validate({"valid_from": "2026-12-01", "tags": "a"})
    assert given.plain() == {"valid_from": "2026-12-01T00:00:00Z", "tags": ["a"]}
    assert Given.model_validate(given.plain()) == given

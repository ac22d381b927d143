"""A turn on its way to the database comes back whole, whatever was typed."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from assistant.chat.record import dump, parse
from tests.chatkit import PLAIN, turn

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


@given(st.lists(st.tuples(TEXTS, TEXTS, st.sampled_from(["finished", "refused", "failed", "stopped"])), max_size=4))
def test_any_text_comes_back_letter_by_letter(said: list[tuple[str, str, str]]) -> None:
    records = tuple(turn("c", question=q, standalone=q, text=text, status=status) for q, text, status in said)
    assert parse(dump(records)) == records


def test_an_answer_comes_back_with_all_its_parts() -> None:
    record = turn("c", answer=PLAIN, handoff="asked_for", code="", intent="refund", domain="finance", language="zh")
    assert parse(dump((record,))) == (record,)


def test_it_is_json_that_others_can_read() -> None:
    [row] = json.loads(dump((turn("c", question="如何退货？", answer=PLAIN),)))
    assert (row["question"], row["answer"]["answer"]) == ("如何退货？", "你好")
    assert json.loads(dump(())) == []


@pytest.mark.parametrize("field", ["id", "tenant", "question", "asked_at", "status", "text"])
def test_a_record_without_what_it_must_hold_is_refused(field: str) -> None:
    [row] = json.loads(dump((turn("c"),)))
    del row[field]
    with pytest.raises(ValidationError, match=field):
        parse(json.dumps([row]).encode())


@pytest.mark.parametrize("field", ["code", "answer", "handoff", "intent", "domain"])
def test_a_record_of_an_older_version_may_lack_what_came_later(field: str) -> None:
    record = turn("c")
    [row] = json.loads(dump((record,)))
    del row[field]
    assert parse(json.dumps([row]).encode()) == (record,)


@pytest.mark.parametrize(("field", "value"), [("status", "lost"), ("language", "de"), ("key_id", "one")])
def test_a_value_that_there_is_not_is_refused(field: str, value: str) -> None:
    [row] = json.loads(dump((turn("c"),)))
    with pytest.raises(ValidationError, match=field):
        parse(json.dumps([{**row, field: value}]).encode())


@pytest.mark.parametrize("data", [b"", b"{", b"null", b"{}", b"[1]", b"\xff"])
def test_other_bytes_are_refused(data: bytes) -> None:
    with pytest.raises(ValidationError):
        parse(data)

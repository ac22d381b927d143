"""Sessions: ten minutes, one site, one origin, one visitor."""

from __future__ import annotations

import datetime as dt
import time
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.errors import NotAuthenticated
from assistant.widget import tokens
from assistant.widget.tokens import Session

SHOP = Session("site_a", "https://shop.example", "visitor-1")


def test_a_token_says_again_what_it_was_issued_for() -> None:
    assert tokens.read(tokens.issue(SHOP)) == SHOP


def test_a_token_ends_after_ten_minutes(monkeypatch: pytest.MonkeyPatch) -> None:
    token = tokens.issue(SHOP)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + 599)
    assert tokens.read(token) == SHOP
    monkeypatch.setattr(time, "time", lambda: real() + 602)
    with pytest.raises(NotAuthenticated) as caught:
        tokens.read(token)
    assert caught.value.code == "session_expired"


@given(st.data())
def test_a_token_changed_anywhere_is_refused(data: st.DataObject) -> None:
    token = tokens.issue(SHOP)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(codec="ascii").filter(lambda letter: letter != token[at]))
    with pytest.raises(NotAuthenticated):
        tokens.read(token[:at] + other + token[at + 1 :] + "!")


@pytest.mark.parametrize("text", ["", ":", "a:b:c", "a" * 5000, "WyJhIl0:x:y", "\x00", "ключ"])
def test_what_is_no_token_is_refused(text: str) -> None:
    with pytest.raises(NotAuthenticated):
        tokens.read(text)


def test_a_visitors_credential_is_no_token_and_a_token_is_no_credential() -> None:
    with pytest.raises(NotAuthenticated):
        tokens.read(tokens.credential(SHOP))
    assert tokens.returning(tokens.issue(SHOP), SHOP.site, SHOP.origin) is None


def test_a_credential_brings_the_visitor_back_to_the_same_site_and_page_only() -> None:
    credential = tokens.credential(SHOP)
    assert tokens.returning(credential, SHOP.site, SHOP.origin) == "visitor-1"
    assert tokens.returning(credential, "site_b", SHOP.origin) is None
    assert tokens.returning(credential, SHOP.site, "https://other.example") is None
    assert tokens.returning(credential[:-1] + "x", SHOP.site, SHOP.origin) is None
    assert tokens.returning(None, SHOP.site, SHOP.origin) is None


def test_a_credential_is_forgotten_after_a_month(monkeypatch: pytest.MonkeyPatch) -> None:
    credential = tokens.credential(SHOP)
    late = time.time() + (tokens.VISITOR_LIFE + dt.timedelta(minutes=1)).total_seconds()
    monkeypatch.setattr(time, "time", lambda: late)
    assert tokens.returning(credential, SHOP.site, SHOP.origin) is None


def test_an_id_is_good_for_its_visitor_site_and_kind_only() -> None:
    made = tokens.bound(SHOP, "answer")
    assert uuid.UUID(made).version == 8
    assert tokens.is_bound(made, SHOP, "answer")
    assert not tokens.is_bound(made, SHOP, "conversation")
    assert not tokens.is_bound(made, Session("site_b", SHOP.origin, "visitor-1"), "answer")
    assert not tokens.is_bound(made, Session("site_a", SHOP.origin, "visitor-2"), "answer")


def test_an_id_survives_a_change_of_page_under_the_same_site() -> None:
    other_page = Session(SHOP.site, "https://www.shop.example", SHOP.visitor)
    assert tokens.is_bound(tokens.bound(SHOP, "conversation"), other_page, "conversation")


@given(st.uuids() | st.text(max_size=40))
def test_no_other_id_is_taken(text: object) -> None:
    assert not tokens.is_bound(str(text), SHOP, "answer")


def test_ids_and_visitors_do_not_repeat() -> None:
    assert len({tokens.bound(SHOP, "answer") for _ in range(200)}) == 200
    assert len({tokens.new_visitor() for _ in range(200)}) == 200

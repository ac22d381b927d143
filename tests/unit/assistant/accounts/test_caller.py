"""What a caller may do, and what is said to one who may not."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.caller import Caller
from assistant.accounts.scopes import Scope
from assistant.errors import NotPermitted

SCOPES = st.sampled_from(Scope.values)


def caller(*scopes: str) -> Caller:
    return Caller("acme", 1, frozenset(scopes), frozenset({"public"}))


@given(SCOPES, st.sets(SCOPES))
def test_a_caller_may_exactly_what_the_key_lists_unless_it_is_an_administrators(scope: str, held: set[str]) -> None:
    try:
        caller(*held).require(scope)
        allowed = True
    except NotPermitted:
        allowed = False
    assert allowed == (scope in held or "admin" in held)


def test_a_key_without_any_scope_may_nothing() -> None:
    for scope in Scope.values:
        with pytest.raises(NotPermitted):
            caller().require(scope)


def test_the_scope_that_lacks_is_named_in_both_languages() -> None:
    with pytest.raises(NotPermitted) as refused:
        caller("ask").require("documents:write")
    assert "documents:write" in refused.value.text.en
    assert "documents:write" in refused.value.text.zh
    assert "管理员" in refused.value.text.zh
    assert (refused.value.status, refused.value.code) == (403, "not_permitted")


def test_reading_does_not_include_writing_nor_the_other_way_round() -> None:
    with pytest.raises(NotPermitted):
        caller("faq:read").require("faq:write")
    with pytest.raises(NotPermitted):
        caller("faq:write").require("faq:read")


def test_part_of_a_scopes_name_is_not_the_scope() -> None:
    with pytest.raises(NotPermitted):
        caller("documents").require("documents:read")


def test_a_caller_cannot_be_given_more_rights_later() -> None:
    one = caller("ask")
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.scopes = frozenset({"admin"})  # type: ignore[misc]


def test_callers_with_the_same_rights_are_the_same_to_a_cache() -> None:
    assert caller("ask", "faq:read") == caller("faq:read", "ask")
    assert len({caller("ask"), caller("ask"), caller()}) == 2

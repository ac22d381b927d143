"""Who may see what: the algebra of `Filter`, and values that nobody can change on the way."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.types import PUBLIC, Change, Chunk, Delete, Filter, Hit, ParsedDocument, Section, Upsert

MakeChunk = Callable[..., Chunk]

TENANTS = st.sampled_from(["acme", "blue"])
GROUPS = st.frozensets(st.sampled_from([PUBLIC, "staff", "board"]))
DOMAINS = st.sampled_from(["general", "finance"])
LANGUAGES = st.sampled_from(["zh", "en"])
TAGS = st.frozensets(st.sampled_from(["price", "2025", "退货"]))

CHUNKS = st.builds(
    Chunk,
    id=st.just("1"),
    document=st.just("d"),
    revision=st.just(1),
    checksum=st.just("0"),
    tenant=TENANTS,
    text=st.sampled_from(["Refunds take five days.", "退款需要五天。"]),
    title=st.just("Handbook"),
    language=LANGUAGES,
    domain=DOMAINS,
    tags=TAGS,
    access=GROUPS,
)
FILTERS = st.builds(
    Filter,
    tenant=TENANTS,
    groups=GROUPS,
    domain=st.none() | DOMAINS,
    language=st.none() | LANGUAGES,
    tags=TAGS,
)


def own(chunk: Chunk) -> Filter:
    """The narrowest filter that still asks for this chunk."""
    return Filter(chunk.tenant, chunk.access, chunk.domain, chunk.language, chunk.tags)


@given(FILTERS, CHUNKS)
def test_another_tenants_chunk_is_never_admitted(within: Filter, chunk: Chunk) -> None:
    if within.tenant != chunk.tenant:
        assert not within.admits(chunk)


@given(CHUNKS)
def test_a_chunk_is_admitted_by_its_own_description_if_anybody_may_read_it(chunk: Chunk) -> None:
    assert own(chunk).admits(chunk) is bool(chunk.access)


@given(FILTERS, CHUNKS)
def test_what_nobody_may_read_nobody_sees(within: Filter, chunk: Chunk) -> None:
    assert not within.admits(replace(chunk, access=frozenset()))


@given(FILTERS, CHUNKS)
def test_a_reader_without_groups_sees_nothing(within: Filter, chunk: Chunk) -> None:
    assert not replace(within, groups=frozenset()).admits(chunk)


@given(FILTERS, CHUNKS, GROUPS)
def test_a_further_group_never_takes_sight_away(within: Filter, chunk: Chunk, more: frozenset[str]) -> None:
    if within.admits(chunk):
        assert replace(within, groups=within.groups | more).admits(chunk)
        assert within.admits(replace(chunk, access=chunk.access | more))


@given(FILTERS, CHUNKS, GROUPS, GROUPS)
def test_two_groups_together_see_what_either_sees(
    within: Filter, chunk: Chunk, one: frozenset[str], other: frozenset[str]
) -> None:
    either = replace(within, groups=one).admits(chunk) or replace(within, groups=other).admits(chunk)
    assert replace(within, groups=one | other).admits(chunk) is either


@given(FILTERS, CHUNKS, TAGS)
def test_asking_for_a_further_tag_only_narrows(within: Filter, chunk: Chunk, more: frozenset[str]) -> None:
    if replace(within, tags=within.tags | more).admits(chunk):
        assert within.admits(chunk)


@given(FILTERS, CHUNKS, TAGS, TAGS)
def test_two_sets_of_tags_together_ask_for_both(
    within: Filter, chunk: Chunk, one: frozenset[str], other: frozenset[str]
) -> None:
    both = replace(within, tags=one).admits(chunk) and replace(within, tags=other).admits(chunk)
    assert replace(within, tags=one | other).admits(chunk) is both


@given(FILTERS, CHUNKS)
def test_dropping_a_restriction_never_hides(within: Filter, chunk: Chunk) -> None:
    if within.admits(chunk):
        for wider in ({"domain": None}, {"language": None}, {"tags": frozenset()}):
            assert replace(within, **wider).admits(chunk)


@given(FILTERS, CHUNKS)
def test_of_two_languages_and_two_domains_each_chunk_has_one(within: Filter, chunk: Chunk) -> None:
    for field, values in (("language", ("zh", "en")), ("domain", ("general", "finance"))):
        seen = [replace(within, **{field: value}).admits(chunk) for value in values]
        assert sum(seen) == replace(within, **{field: None}).admits(chunk)


@given(FILTERS, CHUNKS, st.text(), st.text())
def test_words_and_titles_decide_nothing(within: Filter, chunk: Chunk, text: str, title: str) -> None:
    assert within.admits(replace(chunk, text=text, title=title)) is within.admits(chunk)


@pytest.mark.parametrize(
    ("values", "within", "seen"),
    [
        ({}, {}, True),
        ({"access": frozenset({"staff"})}, {}, False),
        ({"access": frozenset({"staff"})}, {"groups": frozenset({PUBLIC, "staff"})}, True),
        ({"access": frozenset({"staff", PUBLIC})}, {"groups": frozenset({"board"})}, False),
        ({"language": "zh"}, {"language": "en"}, False),
        ({"domain": "finance"}, {"domain": "finance"}, True),
        ({"domain": "finance"}, {"domain": "medical"}, False),
        ({"tags": frozenset({"a", "b"})}, {"tags": frozenset({"a"})}, True),
        ({"tags": frozenset({"a"})}, {"tags": frozenset({"a", "b"})}, False),
        ({"tags": frozenset({"a"})}, {"tags": frozenset({"A"})}, False),
        ({"tenant": "Acme"}, {}, False),
    ],
)
def test_a_reader_sees_exactly_what_was_asked_and_is_allowed(
    make_chunk: MakeChunk, values: dict[str, object], within: dict[str, object], *, seen: bool
) -> None:
    assert Filter("acme", **within).admits(make_chunk(**values)) is seen  # type: ignore[arg-type]


def test_a_chunk_is_public_and_general_unless_it_says_otherwise(make_chunk: MakeChunk) -> None:
    chunk = make_chunk()
    assert (chunk.access, chunk.domain, chunk.tags) == (frozenset({PUBLIC}), "general", frozenset())
    assert Filter("acme").groups == frozenset({PUBLIC})


def test_no_value_can_be_changed_on_the_way(make_chunk: MakeChunk) -> None:
    vector = np.ones(2, np.float32)
    chunk = make_chunk()
    section = Section("text")
    for value, field in [
        (chunk, "access"),
        (Filter("acme"), "tenant"),
        (Hit(chunk, 1.0), "score"),
        (Upsert(1, chunk, vector), "sequence"),
        (Delete(1, "x"), "chunk_id"),
        (section, "text"),
        (ParsedDocument("", (section,)), "sections"),
    ]:
        with pytest.raises(FrozenInstanceError):
            setattr(value, field, "other")
        assert not hasattr(value, "__dict__")


def test_a_change_is_shown_without_its_vector(make_chunk: MakeChunk) -> None:
    shown = repr(Upsert(7, make_chunk(), np.full(384, 0.5, np.float32)))
    assert "sequence=7" in shown
    assert "vector" not in shown


def test_a_change_is_an_upsert_or_a_delete() -> None:
    assert set(get_args(Change)) == {Upsert, Delete}


def test_a_section_without_page_says_so_and_is_no_table() -> None:
    section = Section("第一章")
    assert (section.page, section.line, section.headings, section.table) == (None, None, (), False)

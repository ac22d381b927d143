"""Who may see what: the algebra of `Filter`, and values that nobody can change on the way."""

from __future__ import annotations

import time
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


def part(text: str, ordinal: int) -> Chunk:
    return Chunk(
        f"c{ordinal}", "d", 1, "0" * 64, "acme", text, "", "en", ordinal=ordinal, page=ordinal, last_page=ordinal + 1
    )


@pytest.mark.parametrize(
    ("texts", "whole"),
    [
        (["One. Two.", "Two. Three."], "One. Two. Three."),
        (["One.", "Two."], "One.\n\nTwo."),
        (["Same.", "Same."], "Same."),
        (["", "Two."], "\n\nTwo."),
        (["甲。乙。", "乙。丙。", "丙。丁。"], "甲。乙。丙。丁。"),
        (["a b a", "a b a c"], "a b a c"),
    ],
    ids=["overlap", "no overlap", "equal", "empty before", "Chinese", "the longest overlap"],
)
def test_a_widened_hit_says_once_what_two_passages_repeat(texts: list[str], whole: str) -> None:
    chunks = tuple(part(text, number) for number, text in enumerate(texts, start=1))
    wide = Hit(chunks[-1], 0.5, context=chunks).widened().chunk
    assert wide.text == whole
    assert (wide.id, wide.page, wide.last_page) == (chunks[-1].id, 1, len(texts) + 1)


def test_a_hit_without_context_stays_as_it_is() -> None:
    hit = Hit(part("One.", 1), 0.5)
    assert hit.widened() is hit


@pytest.mark.parametrize(
    ("begin", "end", "moment", "valid"),
    [
        (None, None, 0.0, True), (5.0, None, 4.9, False), (5.0, None, 5.0, True),
        (None, 5.0, 4.9, True), (None, 5.0, 5.0, False), (3.0, 5.0, 4.0, True),
    ],
)  # fmt: skip
def test_validity_begins_with_its_first_moment_and_ends_before_its_last(
    begin: float | None, end: float | None, moment: float, valid: bool
) -> None:
    chunk = replace(part("One.", 1), valid_from=begin, valid_until=end)
    assert chunk.valid_at(moment) is valid
    assert Filter("acme", at=moment).admits(chunk) is valid


def test_without_a_moment_a_filter_asks_what_is_valid_now() -> None:
    now = time.time()
    assert Filter("acme").admits(replace(part("One.", 1), valid_from=now - 60, valid_until=now + 3600))
    assert not Filter("acme").admits(replace(part("One.", 1), valid_until=now - 60))
    assert not Filter("acme").admits(replace(part("One.", 1), valid_from=now + 3600))

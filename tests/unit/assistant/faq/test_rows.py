"""Rows of the database become the values that a table is made of."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.accounts.models import Tenant
from assistant.faq.models import FaqEntry, FaqVariant
from assistant.faq.rows import published
from assistant.faq.table import Table

pytestmark = pytest.mark.django_db

VECTOR = np.array([0.6, -0.8, 0.0], "<f4")


def make(key: str = "returns", slug: str = "acme", **fields: object) -> FaqEntry:
    tenant, _ = Tenant.objects.get_or_create(slug=slug, defaults={"name": slug})
    values: dict[str, object] = {"language": "zh", "question": "如何退货？", "answer": "15天内。", **fields}
    return FaqEntry.objects.create(tenant=tenant, key=key, **values)


def way(entry: FaqEntry, folded: str, encoder: str = "e5", vector: bytes | None = VECTOR.tobytes()) -> None:
    FaqVariant.objects.create(entry=entry, text=folded, folded=folded, encoder=encoder, vector=vector)


def test_all_that_answers_is_read() -> None:
    row = make(domain="finance", intent="refund", access=["staff", "public"])
    way(row, "如何退货")
    [entry] = published("acme", "e5")
    assert (entry.id, entry.key, entry.language, entry.domain) == (row.pk, "returns", "zh", "finance")
    assert (entry.intent, entry.question, entry.answer) == ("refund", "如何退货？", "15天内。")
    assert entry.access == frozenset({"staff", "public"})
    assert [one.folded for one in entry.ways] == ["如何退货"]


def test_a_vector_comes_back_bit_by_bit() -> None:
    way(make(), "如何退货")
    [entry] = published("acme", "e5")
    vector = entry.ways[0].vector
    assert vector is not None
    assert vector.dtype == np.float32
    np.testing.assert_array_equal(vector, VECTOR)


@pytest.mark.parametrize(("encoder", "vector"), [("bge", VECTOR.tobytes()), ("e5", None), ("", None)])
def test_without_todays_vector_a_way_is_found_by_its_words_only(encoder: str, vector: bytes | None) -> None:
    way(make(), "如何退货", encoder, vector)
    entries = published("acme", "e5")
    assert [one.vector for one in entries[0].ways] == [None]
    table = Table(1, entries)
    assert table.exact("如何退货", frozenset({"public"})) is not None
    assert table.nearest(VECTOR, "zh", frozenset({"public"}), k=1, least=-1.0) == []


def test_drafts_and_other_tenants_are_not_read() -> None:
    make("draft", published=False)
    make("other", slug="blue")
    shown = make("shown")
    assert [entry.id for entry in published("acme", "e5")] == [shown.pk]
    assert published("nobody", "e5") == []


def test_an_entry_without_ways_is_still_an_entry() -> None:
    make()
    [entry] = published("acme", "e5")
    assert entry.ways == ()


def test_entries_come_in_the_order_they_were_made() -> None:
    made = [make(key).pk for key in ("c", "a", "b")]
    assert [entry.id for entry in published("acme", "e5")] == made


def test_reading_many_takes_three_queries(django_assert_num_queries: object) -> None:
    for number in range(5):
        entry = make(f"k{number}")
        way(entry, "如何退货")
        way(entry, "怎么退")
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert sum(len(entry.ways) for entry in published("acme", "e5")) == 10

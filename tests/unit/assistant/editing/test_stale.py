"""Documents that need a look, the most cited first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.utils import timezone

from assistant.editing.stale import stale
from assistant.knowledge import publishing
from assistant.knowledge.models import Chunk, Document, Revision
from tests.unit.assistant.editing.conftest import Tell

Add = Callable[..., Document]
NOW = timezone.now()
DAY = dt.timedelta(days=1)


def age(document: Document, days: int) -> None:
    Revision.objects.filter(document=document).update(created_at=NOW - days * DAY)


def test_old_and_ending_documents_are_listed_and_fresh_ones_not(add: Add) -> None:
    old, ending, fresh = add("old", title="old"), add("ending", valid_until=NOW + 10 * DAY), add("fresh")
    age(old, 400)
    assert list(stale()) == [ending, old]
    assert fresh not in stale()


def test_what_is_cited_most_comes_first_and_offers_do_not_count(add: Add, tell: Tell) -> None:
    first, second = add("one"), add("two")
    for document in (first, second):
        age(document, 400)
    chunks = {c.document_id: c for c in Chunk.objects.select_related("document", "revision")}
    tell("So [1].", chunks[second.pk], chunks[first.pk])
    tell("Long ago [1].", chunks[first.pk], at=NOW - 200 * DAY)
    assert [(row.pk, row.cited) for row in stale()] == [(second.pk, 1), (first.pk, 0)]


def test_renaming_does_not_make_a_document_fresh_but_a_revision_does(add: Add) -> None:
    document = add("old")
    age(document, 400)
    Document.objects.filter(pk=document.pk).update(title="new name", updated_at=NOW)
    assert list(stale()) == [document]
    Revision.objects.create(document=document, number=2, sha256="x", size=1, filename="a.md", data=b"x")
    assert list(stale()) == []


def test_what_nobody_can_find_needs_no_look(add: Add) -> None:
    document = add("old")
    age(document, 400)
    publishing.withdraw(document)
    assert list(stale()) == []


def test_the_list_is_one_query(add: Add, django_assert_num_queries: object) -> None:
    for number in range(4):
        age(add(f"old {number}"), 400)
    with django_assert_num_queries(1):  # type: ignore[operator]
        assert [row.tenant.slug for row in stale()] == ["acme"] * 4

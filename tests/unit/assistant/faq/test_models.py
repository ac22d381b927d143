"""Rows of curated answers in a real database: whose they are, which may answer, what must be unique."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model

from assistant.accounts.models import Tenant
from assistant.faq.models import FaqEntry, FaqVariant

pytestmark = pytest.mark.django_db


@pytest.fixture
def acme() -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def blue() -> Tenant:
    return Tenant.objects.create(slug="blue", name="Blue")


def make(tenant: Tenant, key: str = "returns", language: str = "en", **fields: object) -> FaqEntry:
    values: dict[str, object] = {"question": f"{key}?", "answer": "So.", **fields}
    return FaqEntry.objects.create(tenant=tenant, key=key, language=language, **values)


def refused(model: type[Model], **fields: object) -> bool:
    try:
        with transaction.atomic():
            model._default_manager.create(**fields)
    except IntegrityError:
        return True
    return False


def test_entries_are_found_by_tenant_given_as_row_or_slug(acme: Tenant, blue: Tenant) -> None:
    own, other = make(acme), make(blue)
    assert list(FaqEntry.objects.of(acme)) == list(FaqEntry.objects.of("acme")) == [own]
    assert list(FaqEntry.objects.of("blue")) == [other]
    assert list(FaqEntry.objects.of("nobody")) == []


def test_a_draft_does_not_answer(acme: Tenant) -> None:
    make(acme, "draft", published=False)
    shown = make(acme, "shown")
    assert list(FaqEntry.objects.of(acme).published()) == [shown]
    assert FaqEntry.objects.of(acme).count() == 2


def test_a_new_entry_is_published_public_and_general(acme: Tenant) -> None:
    entry = make(acme)
    entry.refresh_from_db()
    assert (entry.published, entry.access, entry.domain) == (True, ["public"], "general")
    assert (entry.variants, entry.tags, entry.hits, entry.version) == ([], [], 0, 0)


def test_two_entries_do_not_share_their_lists(acme: Tenant) -> None:
    one, other = make(acme, "one"), make(acme, "other")
    one.variants.append("Another way?")
    one.access.append("staff")
    assert other.variants == []
    assert other.access == ["public"]


@pytest.mark.parametrize(
    ("key", "language", "slug", "twice"),
    [
        ("returns", "en", "acme", True),
        ("returns", "zh", "acme", False),
        ("phone", "en", "acme", False),
        ("returns", "en", "blue", False),
    ],
)
def test_a_key_has_one_entry_a_language_and_tenant(
    acme: Tenant, blue: Tenant, key: str, language: str, slug: str, *, twice: bool
) -> None:
    make(acme)
    tenant = {"acme": acme, "blue": blue}[slug]
    again = refused(FaqEntry, tenant=tenant, key=key, language=language, question="?", answer="!")
    assert again is twice


def test_the_same_words_ask_for_an_entry_once_but_for_two_entries_each(acme: Tenant) -> None:
    entry, other = make(acme), make(acme, "other")
    FaqVariant.objects.create(entry=entry, text="Return?", folded="return")
    assert refused(FaqVariant, entry=entry, text="RETURN!", folded="return")
    assert not refused(FaqVariant, entry=other, text="Return?", folded="return")


def test_with_an_entry_go_its_ways_to_ask_and_with_a_tenant_its_entries(acme: Tenant, blue: Tenant) -> None:
    for tenant in (acme, blue):
        FaqVariant.objects.create(entry=make(tenant), text="Return?", folded="return")
    FaqEntry.objects.of(acme).delete()
    assert FaqVariant.objects.count() == 1
    blue.delete()
    assert (FaqEntry.objects.count(), FaqVariant.objects.count()) == (0, 0)


def test_entries_are_listed_by_tenant_key_and_language(acme: Tenant) -> None:
    for key, language in (("b", "en"), ("a", "zh"), ("a", "en")):
        make(acme, key, language)
    assert [(entry.key, entry.language) for entry in FaqEntry.objects.all()] == [("a", "en"), ("a", "zh"), ("b", "en")]


def test_rows_read_as_their_question(acme: Tenant) -> None:
    entry = make(acme, language="zh", question="如何退货？")
    assert str(entry) == "如何退货？"
    assert str(FaqVariant(entry=entry, text="怎么退")) == "怎么退"

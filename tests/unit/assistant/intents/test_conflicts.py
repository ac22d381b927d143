"""The same words, or nearly, under two intents are found; inside one intent, or at another tenant's, they are not."""

from __future__ import annotations

import numpy as np
import pytest
from django.contrib.auth.models import User
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.intents import conflicts as module
from assistant.intents.conflicts import NEAR, conflicts, near
from assistant.intents.models import Example, Intent
from tests.chatkit import WordEncoder

PAGE = "/admin/intents/intent/conflicts/"
LIST = "/admin/intents/intent/"
ENCODER = WordEncoder()


@pytest.fixture
def house(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def editor(db: None, client: Client) -> Client:
    client.force_login(User.objects.create_superuser("eve", password="eve"))
    return client


def write(tenant: Tenant, name: str, *texts: str, encoder: WordEncoder | None = ENCODER) -> Intent:
    intent, _ = Intent.objects.get_or_create(tenant=tenant, name=name)
    for text in texts:
        vector = None if encoder is None else encoder.encode_questions([text])[0].astype("<f4").tobytes()
        Example.objects.create(intent=intent, text=text, vector=vector, encoder="" if encoder is None else encoder.name)
    return intent


def shown(tenant: Tenant) -> list[tuple[str, str]]:
    return [(each.first.text, each.second.text) for each in conflicts(tenant)]


def test_equal_words_under_two_intents_conflict_before_anything_was_embedded(house: Tenant) -> None:
    write(house, "refund", "Where is my money?", "Give it back", encoder=None)
    write(house, "status", "where is my MONEY", "Where is it?", encoder=None)
    (found,) = conflicts(house)
    assert (found.first.text, found.second.text, found.likeness) == ("Where is my money?", "where is my MONEY", 1.0)
    assert found.same


def test_near_words_conflict_once_they_are_embedded(house: Tenant) -> None:
    write(house, "refund", "parcel lost please send money")
    write(house, "status", "money parcel lost please send", "lamp oil")
    (found,) = conflicts(house)
    assert not found.same
    assert NEAR <= found.likeness <= 1.0 + 1e-5


def test_inside_one_intent_nothing_conflicts(house: Tenant) -> None:
    write(house, "refund", "money back", "Money back!", "back money")
    write(house, "status", "lamp oil")
    assert conflicts(house) == []


def test_another_tenants_examples_are_not_compared(house: Tenant) -> None:
    write(house, "refund", "money back")
    write(Tenant.objects.create(slug="other", name="Other"), "status", "money back")
    assert conflicts(house) == []


def test_a_pair_that_is_both_equal_and_near_is_listed_once(house: Tenant) -> None:
    write(house, "refund", "money back")
    write(house, "status", "Money back.")
    assert shown(house) == [("money back", "Money back.")]


def test_three_intents_with_one_text_are_three_conflicts(house: Tenant) -> None:
    for name in ("a", "b", "c"):
        write(house, name, "money back")
    assert [(each.first.intent, each.second.intent) for each in conflicts(house)] == [
        ("a", "b"),
        ("a", "c"),
        ("b", "c"),
    ]


def test_vectors_of_two_encoders_are_not_compared(house: Tenant) -> None:
    write(house, "refund", "parcel lost please send money")
    write(house, "status", "money parcel lost please send")
    Example.objects.filter(intent__name="status").update(encoder="elder@1")
    assert conflicts(house) == []


def test_traditional_and_simplified_characters_are_the_same_words(house: Tenant) -> None:
    write(house, "refund", "我要退錢", encoder=None)
    write(house, "status", "我要退钱", encoder=None)
    assert len(conflicts(house)) == 1


def test_no_examples_no_conflicts(house: Tenant) -> None:
    assert conflicts(house) == []


def unit(rows: list[list[float]]) -> np.ndarray:  # type: ignore[type-arg]
    vectors = np.array(rows, np.float32) + np.float32(1e-3)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


ROWS = st.lists(
    st.tuples(st.integers(0, 3), st.lists(st.integers(0, 2).map(float), min_size=3, max_size=3)),
    min_size=1,
    max_size=14,
)


@given(ROWS)
def test_near_pairs_are_those_of_the_definition_whatever_the_block(rows: list[tuple[int, list[float]]]) -> None:
    owners, vectors = [owner for owner, _ in rows], unit([row for _, row in rows])
    cosines = vectors @ vectors.T
    expected = {
        (a, b)
        for a in range(len(owners))
        for b in range(a + 1, len(owners))
        if owners[a] != owners[b] and cosines[a, b] >= NEAR
    }
    block = module.BLOCK
    try:
        for size in (1, 3, 512):
            module.BLOCK = size
            doubtful = {(a, b) for a, b in expected if abs(cosines[a, b] - NEAR) < 1e-5}
            assert {(a, b) for a, b, _ in near(owners, vectors)} - doubtful == expected - doubtful
    finally:
        module.BLOCK = block


def test_the_page_of_an_intent_lists_its_own_conflicts_with_the_way_there(house: Tenant, editor: Client) -> None:
    refund = write(house, "refund", "money <b>back</b>", encoder=None)
    status = write(house, "status", "Money <b>back</b>", encoder=None)
    lamp = write(house, "lamp", "lamp oil", encoder=None)
    page = editor.get(f"{LIST}{refund.pk}/change/").content.decode()
    assert "the same words" in page
    assert f"{LIST}{status.pk}/change/" in page
    assert "<b>back" not in page
    assert "the same words" not in editor.get(f"{LIST}{lamp.pk}/change/").content.decode()
    assert editor.get(f"{LIST}add/").status_code == 200


def test_all_conflicts_stand_on_one_page_that_the_list_links_to(house: Tenant, editor: Client) -> None:
    assert PAGE in editor.get(LIST).content.decode()
    assert "No example stands under two intents." in editor.get(PAGE).content.decode()
    write(house, "refund", "parcel lost please send money")
    write(house, "status", "money parcel lost please send")
    page = editor.get(PAGE).content.decode()
    assert "nearly the same" in page
    assert "delete the example there, or move both under one" in page, "a list without advice leaves an editor alone"
    assert "请打开其中一个意图" in editor.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "几乎相同" in editor.get(PAGE, headers={"Accept-Language": "zh-hans"}).content.decode()
    Tenant.objects.create(slug="other", name="Other")
    assert "No example stands" in editor.get(PAGE, {"tenant": "other"}).content.decode()


def test_the_page_needs_the_right_to_see_intents(house: Tenant, client: Client) -> None:
    client.force_login(User.objects.create_user("bob", password="secret-of-bob", is_staff=True))
    assert client.get(PAGE).status_code == 403


def test_without_a_tenant_the_page_is_empty(editor: Client) -> None:
    assert "No example stands" in editor.get(PAGE).content.decode()

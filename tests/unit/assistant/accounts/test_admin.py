"""Keys in the admin: shown once to who may make them, and out of the hands of who may only look."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]
LIST = "/admin/accounts/apikey/"


@pytest.fixture
def key() -> ApiKey:
    keys.issue(Tenant.objects.create(slug="acme", name="Acme"), "shop", ["ask"])
    return ApiKey.objects.get()


def colleague(*rights: str) -> Client:
    person = User.objects.create_user("cleo", is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=rights))
    browser = Client(headers={"Accept-Language": "en"})
    browser.force_login(person)
    return browser


def act(browser: Client, action: str, key: ApiKey) -> str:
    chosen = {"action": action, "_selected_action": [str(key.pk)]}
    return browser.post(LIST, chosen, follow=True).content.decode()


@pytest.mark.parametrize("action", ["revoke", "rotate"])
def test_who_may_only_look_neither_ends_a_key_nor_gets_one(key: ApiKey, action: str) -> None:
    page = act(colleague("view_apikey"), action, key)
    key.refresh_from_db()
    assert (key.revoked_at, key.expires_at, ApiKey.objects.count()) == (None, None, 1)
    assert "Copy the key now" not in page


def test_who_may_add_keys_gets_the_successor_once_and_the_old_one_ends_within_a_day(key: ApiKey) -> None:
    browser = colleague("view_apikey", "add_apikey")
    assert "Copy the key now" in act(browser, "rotate", key)
    successor = ApiKey.objects.exclude(pk=key.pk).get()
    key.refresh_from_db()
    assert (successor.replaces, successor.scopes, key.expires_at is not None) == (key, ["ask"], True)
    assert "Copy the key now" not in browser.get(LIST).content.decode()


def test_who_may_change_keys_revokes_them(key: ApiKey) -> None:
    act(colleague("view_apikey", "change_apikey"), "revoke", key)
    key.refresh_from_db()
    assert key.revoked_at is not None

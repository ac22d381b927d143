"""Sites: what a row may hold, how it is remembered, and the tag that the admin shows."""

from __future__ import annotations

import pytest
from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.errors import NotFound
from assistant.widget.bundle import bundle
from assistant.widget.models import Site
from assistant.widget.sites import FRESH_S, Sites


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def site(tenant: Tenant, **more: object) -> Site:
    return Site(tenant=tenant, name="Shop", **more)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("origins", ["https://shop.example/"]),
        ("origins", ["*"]),
        ("origins", "https://shop.example"),
        ("origins", [["https://shop.example"]]),
        ("languages", []),
        ("languages", ["fr"]),
        ("languages", "en"),
        ("accent", "red"),
        ("accent", "#12345"),
        ("accent", "#123456;}"),
    ],
)
def test_a_row_that_the_widget_could_not_use_is_refused(tenant: Tenant, field: str, value: object) -> None:
    with pytest.raises(ValidationError) as caught:
        site(tenant, **{field: value}).full_clean()
    assert field in caught.value.message_dict


def test_a_good_row_is_taken_and_gets_names_of_its_own(tenant: Tenant) -> None:
    first = site(tenant, origins=["https://shop.example", "http://localhost:3000"], accent="#0b5fc4")
    second = site(tenant)
    first.full_clean()
    assert first.public_id != second.public_id
    assert first.identity_secret != second.identity_secret
    assert len(first.identity_secret) >= 40


@pytest.mark.usefixtures("transactional_db")
async def test_rows_are_remembered_for_two_seconds() -> None:
    now = 100.0
    sites = Sites(clock=lambda: now)
    tenant = await Tenant.objects.acreate(slug="acme", name="Acme")
    row = await Site.objects.acreate(tenant=tenant, name="Shop", public_id="shop", origins=["https://shop.example"])
    assert (await sites.get("shop")).tenant == "acme"
    assert await sites.admits("https://shop.example")
    await sync_to_async(row.delete)()
    assert (await sites.get("shop")).public_id == "shop"
    now += FRESH_S
    with pytest.raises(NotFound):
        await sites.get("shop")
    assert not await sites.admits("https://shop.example")


def test_the_admin_shows_the_tag_to_paste(admin_client: Client, tenant: Tenant) -> None:
    row = site(tenant, public_id="shop")
    row.save()
    page = admin_client.get(reverse("admin:widget_site_change", args=[row.pk])).content.decode()
    assert "/widget/v1/widget.js&quot; data-site=&quot;shop&quot;" in page
    assert bundle().integrity.replace("+", "%2B")[:10] in page.replace("+", "%2B")
    assert admin_client.get(reverse("admin:widget_site_add")).status_code == 200

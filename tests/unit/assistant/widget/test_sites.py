"""Sites as the door remembers them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
from asgiref.sync import async_to_sync

from assistant.accounts.models import Tenant
from assistant.errors import NotFound
from assistant.widget.models import Site
from assistant.widget.sites import FRESH_S, SiteFacts, Sites


class Clock:
    """Monotonic seconds that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> Sites:
    return Sites(clock)


@pytest.fixture
def get(memory: Sites) -> Callable[[str], SiteFacts]:
    return async_to_sync(memory.get)


@pytest.fixture
def admits(memory: Sites) -> Callable[[str], bool]:
    return async_to_sync(memory.admits)


def test_a_row_is_read_whole(site: Site) -> None:
    Site.objects.update(groups=["public", "staff"], languages=["zh"], title_zh="商城", greeting_en="Hello")
    facts = SiteFacts.of(Site.objects.select_related("tenant").get())
    assert (facts.public_id, facts.tenant) == ("shop", "demo")
    assert facts.groups == {"public", "staff"}
    assert facts.origins == {"https://shop.example"}
    assert facts.languages == ("zh",)
    assert facts.shown["title"] == {"en": "", "zh": "商城"}
    assert facts.shown["greeting"] == {"en": "Hello", "zh": ""}
    assert facts.shown["accent"] == "#102030"


def test_suggestions_are_lines_without_empty_ones_and_margins(site: Site) -> None:
    site.suggestions_zh = "一？\r\n\r\n  二？  \n\t\n"
    facts = SiteFacts.of(site)
    assert facts.shown["suggestions"] == {"en": ["One?", "Two?"], "zh": ["一？", "二？"]}


def test_what_the_widget_is_told_holds_no_secret(site: Site) -> None:
    facts = SiteFacts.of(site)
    assert facts.identity_secret == site.identity_secret
    assert site.identity_secret not in repr(facts.shown)
    assert "origins" not in facts.shown


def test_facts_cannot_be_changed_behind_the_doors_back(site: Site) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        SiteFacts.of(site).tenant = "other"  # type: ignore[misc]


def test_a_site_is_found_by_its_id_and_no_other(site: Site, get: Callable[[str], SiteFacts]) -> None:
    assert get("shop").tenant == "demo"
    for unknown in ("", "SHOP", "shop ", "demo"):
        with pytest.raises(NotFound) as missing:
            get(unknown)
        assert missing.value.code == "unknown_site"


def test_within_two_seconds_nothing_is_asked_of_the_database(
    site: Site, get: Callable[[str], SiteFacts], clock: Clock
) -> None:
    get("shop")
    Site.objects.update(enabled=False)
    clock.now += FRESH_S - 0.01
    assert get("shop").public_id == "shop"
    clock.now += 0.02
    with pytest.raises(NotFound):
        get("shop")


def test_a_new_site_appears_after_two_seconds(site: Site, get: Callable[[str], SiteFacts], clock: Clock) -> None:
    get("shop")
    Site.objects.create(tenant=site.tenant, name="Blog", public_id="blog")
    clock.now += FRESH_S
    assert get("blog").public_id == "blog"


def test_an_origin_is_admitted_when_any_enabled_site_lists_it(site: Site, admits: Callable[[str], bool]) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    Site.objects.create(tenant=other, name="Blog", origins=["https://blog.example"])
    Site.objects.create(tenant=other, name="Old", origins=["https://old.example"], enabled=False)
    assert admits("https://shop.example")
    assert admits("https://blog.example")
    assert not admits("https://old.example")
    assert not admits("https://shop.example.evil.example")
    assert not admits("")


@pytest.mark.django_db(transaction=True)
def test_a_server_without_sites_admits_nobody(admits: Callable[[str], bool]) -> None:
    assert not Site.objects.exists()
    assert not admits("https://shop.example")

"""A site's row: what an editor may enter, and what comes by itself."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from assistant.accounts.models import Tenant
from assistant.widget import models
from assistant.widget.models import Site


@pytest.fixture
def tenant(db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


def faults(site: Site) -> set[str]:
    """The fields that do not pass."""
    try:
        site.full_clean()
    except ValidationError as error:
        return set(error.message_dict)
    return set()


@pytest.mark.parametrize(
    "origins", [[], ["https://shop.example"], ["https://a.example", "http://localhost:3000", "http://127.0.0.1:8000"]]
)
def test_lists_of_exact_origins_are_taken(origins: list[str]) -> None:
    models.check_origins(origins)
    assert all(models.is_origin(origin) for origin in origins)


@pytest.mark.parametrize(
    "origins",
    [
        ["https://*.example"], ["https://shop.example/"], ["shop.example"], ["https://SHOP.example"], ["null"], [7],
        [None], "not a list", 7, ["https://shop.example:443"], ["javascript://shop.example"],
    ],
)  # fmt: skip
def test_anything_else_is_refused_and_quoted(origins: object) -> None:
    with pytest.raises(ValidationError) as refused:
        models.check_origins(origins)
    wrong = origins[0] if isinstance(origins, list) else origins
    assert str(wrong) in refused.value.messages[0]


def test_only_the_wrong_ones_of_a_list_are_quoted() -> None:
    with pytest.raises(ValidationError) as refused:
        models.check_origins(["https://good.example", "http://bad.example/path", "*"])
    said = refused.value.messages[0]
    assert "http://bad.example/path, *" in said
    assert "good.example" not in said


@pytest.mark.parametrize("languages", [["en"], ["zh"], ["zh", "en"]])
def test_one_language_or_both_may_be_chosen(languages: list[str]) -> None:
    models.check_languages(languages)
    assert set(languages) <= set(models.both_languages())


@pytest.mark.parametrize("languages", [[], ["fr"], ["en", "fr"], "en", None, {"en": 1}, ["EN"]])
def test_no_language_or_a_foreign_one_is_refused(languages: object) -> None:
    with pytest.raises(ValidationError, match="zh, en"):
        models.check_languages(languages)


@pytest.mark.parametrize("colour", ["#0b5fc4", "#FFFFFF", ""])
def test_a_colour_of_six_digits_or_none_is_taken(tenant: Tenant, colour: str) -> None:
    assert faults(Site(tenant=tenant, name="Shop", accent=colour)) == set()


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "0b5fc4", "#0b5fc", "#0b5fc\n"])
def test_what_could_be_more_than_a_colour_is_refused(tenant: Tenant, colour: str) -> None:
    assert faults(Site(tenant=tenant, name="Shop", accent=colour)) == {"accent"}


def test_a_new_site_has_an_id_and_a_secret_of_its_own(tenant: Tenant) -> None:
    one, two = (Site.objects.create(tenant=tenant, name=name) for name in ("One", "Two"))
    assert one.public_id != two.public_id
    assert one.public_id.startswith("site_")
    assert one.identity_secret != two.identity_secret
    assert len(one.identity_secret) >= 43
    assert faults(one) == set()


def test_a_new_site_is_on_for_everybody_in_both_languages_and_on_no_foreign_page(tenant: Tenant) -> None:
    site = Site.objects.create(tenant=tenant, name="Shop")
    assert (site.enabled, site.require_identity, site.origins) == (True, False, [])
    assert (site.groups, site.languages) == (["public"], ["en", "zh"])


def test_two_sites_cannot_share_an_id(tenant: Tenant) -> None:
    Site.objects.create(tenant=tenant, name="One", public_id="shop")
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.create(tenant=tenant, name="Two", public_id="shop")
    assert Site.objects.count() == 1


def test_an_id_goes_into_the_script_tag_and_so_holds_no_quotes(tenant: Tenant) -> None:
    assert faults(Site(tenant=tenant, name="Shop", public_id='x" onload="')) == {"public_id"}


def test_sites_are_listed_by_name_and_read_as_it(tenant: Tenant) -> None:
    for name in ("Zoo", "Apt", "商城"):
        Site.objects.create(tenant=tenant, name=name)
    assert [str(site) for site in Site.objects.all()][:2] == ["Apt", "Zoo"]

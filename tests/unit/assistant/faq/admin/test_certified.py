"""What a certificate's page says: which questions it bounds, and which entries made it stricter."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assistant.accounts.models import Tenant
from assistant.faq.models import ThresholdCertificate

pytestmark = pytest.mark.django_db

LIST = "/admin/faq/thresholdcertificate/"


def issued(**more: object) -> ThresholdCertificate:
    fields: dict[str, object] = {
        "language": "en", "domain": "general", "threshold": 1.37, "lent": 1.37, "bound": 0.01, "false_hits": 12,
        "different": 4000, "same": 4000, "upper": 0.0099, "origin": "shipped", "verifier": "v", "encoder": "e",
        "asked": 283, "crossed": 0,
    }  # fmt: skip
    tenant, _ = Tenant.objects.get_or_create(slug="acme", name="Acme")
    return ThresholdCertificate.objects.create(tenant=tenant, **{**fields, **more})


def page(row: ThresholdCertificate, language: str = "en") -> str:
    browser = Client(headers={"Accept-Language": language})
    browser.force_login(User.objects.create_superuser("root"))
    response = browser.get(f"{LIST}{row.pk}/change/")
    assert response.status_code == 200
    return response.content.decode()


def test_the_page_says_what_is_bounded_and_what_is_not() -> None:
    shown = page(issued())
    assert "at most 0.99 % are served" in shown
    assert "says nothing of questions of another kind" in shown
    assert "was raised" not in shown


def test_a_raised_threshold_names_the_entries_that_raised_it() -> None:
    crossings = [["Where is it <now>?", "Where is it?", 4.25], ["Where is it?", "Where is it <now>?", 4.25]]
    shown = page(issued(threshold=4.26, crossed=9, crossings=crossings))
    assert "The threshold was raised, because your entries would have answered each other" in shown
    assert "4.25 · Where is it &lt;now&gt;? · Where is it?" in shown


def test_without_a_threshold_the_page_says_that_only_equal_words_are_served() -> None:
    assert "only equal words are served" in page(issued(threshold=None, lent=None, origin="none"))


def test_the_list_has_the_own_ways_to_ask_and_how_many_another_entry_would_answer() -> None:
    issued(asked=283, crossed=17)
    browser = Client()
    browser.force_login(User.objects.create_superuser("root"))
    shown = browser.get(LIST).content.decode()
    assert '<td class="field-asked">283</td>' in shown
    assert '<td class="field-crossed">17</td>' in shown


def test_the_page_speaks_chinese() -> None:
    shown = page(issued(threshold=4.26, crossings=[["a", "b", 4.25]]), "zh-CN,zh;q=0.9")
    for part in ("最多有 0.99 % 会被误命中", "阈值已提高", "这些条目会互相回答"):
        assert part in shown

"""The demo site: made once, an editor's changes kept."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from assistant.widget.demo_site import PUBLIC_ID
from assistant.widget.models import Site

pytestmark = pytest.mark.django_db


def test_the_command_makes_the_site_once_and_keeps_changes() -> None:
    said = StringIO()
    call_command("create_demo_site", stdout=said)
    Site.objects.filter(public_id=PUBLIC_ID).update(title_en="Changed")
    call_command("create_demo_site", stdout=said)
    site = Site.objects.get(public_id=PUBLIC_ID)
    assert site.title_en == "Changed"
    assert said.getvalue().count("is there") == 2


def test_the_site_is_valid_and_asks_in_both_languages() -> None:
    call_command("create_demo_site", stdout=StringIO())
    site = Site.objects.get(public_id=PUBLIC_ID)
    site.full_clean()
    assert len(site.suggestions_en.splitlines()) == len(site.suggestions_zh.splitlines()) == 4

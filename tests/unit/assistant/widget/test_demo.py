"""The demo page: both languages, one script tag, the strictest policy."""

from __future__ import annotations

import re

import pytest
from django.test import AsyncClient

from assistant.accounts.models import Tenant
from assistant.widget import demo, demo_content, demo_site, sites
from assistant.widget.bundle import bundle

pytestmark = pytest.mark.usefixtures("redis_url")


@pytest.fixture
def made(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "SITES", sites.Sites())
    demo_site.ensure(Tenant.objects.create(slug="demo", name="Demo"))


@pytest.mark.usefixtures("made")
@pytest.mark.parametrize(
    ("path", "accepts", "lead", "other"),
    [
        ("/", "en-GB,en;q=0.9", "How can we help today?", "中文"),
        ("/", "zh-CN,zh;q=0.9,en;q=0.8", "今天有什么可以帮您？", "English"),
        ("/?lang=zh", "en", "今天有什么可以帮您？", "English"),
        ("/?lang=en", "zh", "How can we help today?", "中文"),
        ("/?lang=<script>", "", "How can we help today?", "中文"),
    ],
)
async def test_the_page_speaks_the_readers_language(path: str, accepts: str, lead: str, other: str) -> None:
    response = await AsyncClient().get(path, headers={"Accept-Language": accepts})
    page = response.content.decode()
    assert lead in page
    assert other in page
    assert "<script>" not in page
    assert ('lang="zh-CN"' in page[:60]) == (other == "English")


@pytest.mark.usefixtures("made")
async def test_one_script_tag_brings_the_widget_and_names_its_bytes() -> None:
    page = (await AsyncClient().get("/")).content.decode()
    tags = re.findall(
        r'<script src="([^"]+)" data-site="demo" integrity="([^"]+)" crossorigin="anonymous" defer>', page
    )
    assert [integrity for _, integrity in tags] == [bundle().integrity]
    script = await AsyncClient().get(tags[0][0])
    assert script.content == bundle().body


@pytest.mark.usefixtures("made")
async def test_the_policy_forbids_everything_inline_and_foreign() -> None:
    response = await AsyncClient().get("/")
    policy = response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    page = response.content.decode()
    assert "style=" not in page
    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []
    assert re.findall(r"\son\w+=", page) == []


async def test_without_the_demo_site_the_page_says_what_to_do(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo, "SITES", sites.Sites())
    page = (await AsyncClient().get("/")).content.decode()
    assert "manage.py create_demo_site" in page
    assert "widget.js" not in page


def test_every_card_has_as_many_questions_in_each_language() -> None:
    for card in demo_content.CARDS:
        assert len(card.en) == len(card.zh) == len(card.shown("zh")["questions"])  # type: ignore[arg-type]
        assert all(any("一" <= letter <= "鿿" for letter in question) for question in card.zh)

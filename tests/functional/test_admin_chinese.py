"""The admin in the browser's language: Chinese names for every app, model, field, choice and action of ours."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.db.models import Field, Model
from django.test import Client
from django.utils import translation

from assistant.accounts.models import Tenant
from assistant.accounts.scopes import Scope
from assistant.chat.models import Handoff
from assistant.faq.models import FaqEntry
from assistant.intents.models import Intent
from assistant.knowledge.admin.forms import DocumentForm
from assistant.knowledge.models import Document
from retrieval.loaders import LOADERS
from retrieval.loaders.code import GRAMMARS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_url")]

CHINESE = {"Accept-Language": "zh-hans"}
SHOWN = admin.site._registry.keys() | {
    inline.model for shown in admin.site._registry.values() for inline in shown.inlines if inline.model is not None
}
OURS = [model for model in apps.get_models() if model in SHOWN and model.__module__.startswith("assistant.")]


def is_chinese(text: object) -> bool:
    return any("\u4e00" <= character <= "\u9fff" for character in str(text))


def page(client: Client, address: str, **headers: str) -> str:
    response = client.get(address, headers={**CHINESE, **headers})
    assert response.status_code == 200
    return response.content.decode()


def test_the_first_page_names_our_apps_and_models_in_chinese(admin_client: Client) -> None:
    text = page(admin_client, "/admin/")
    for name in ("租户与密钥", "知识库", "整理好的答案", "意图", "对话与转接", "聊天窗口"):
        assert name in text
    for name in ("租户", "API 密钥", "文档", "问答条目", "对话", "转接", "站点"):
        assert f">{name}</a>" in text
    for name in ("FAQ entries", "Hand-overs", "Tenants", "Sites"):
        assert name not in text


def test_the_first_page_stays_english_for_an_english_browser(admin_client: Client) -> None:
    text = page(admin_client, "/admin/", **{"Accept-Language": "en"})
    for name in ("FAQ entries", "Hand-overs", "Tenants", "Sites", "Conversations and hand-overs", "Chat window"):
        assert name in text
    assert "问答条目" not in text


@pytest.mark.parametrize("region", ["zh-CN", "zh-CN,zh;q=0.9,en;q=0.8", "zh-hans"])
def test_the_header_that_browsers_send_is_understood(admin_client: Client, region: str) -> None:
    assert "问答条目" in page(admin_client, "/admin/", **{"Accept-Language": region})


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_every_model_field_and_choice_that_the_admin_shows_has_a_chinese_name(model: type[Model]) -> None:
    options = model._meta
    shown = [field for field in options.get_fields() if isinstance(field, Field) and not field.primary_key]
    with translation.override("zh-hans"):
        names = [options.verbose_name, options.verbose_name_plural, options.app_config.verbose_name]
        names += [field.verbose_name for field in shown]
        names += [label for field in shown for _, label in field.choices or []]
        assert [str(name) for name in names if not is_chinese(name)] == []


def test_a_new_document_is_asked_for_in_the_words_of_the_guide(admin_client: Client) -> None:
    text = page(admin_client, "/admin/knowledge/document/add/")
    for label in ("租户", "标题", "领域", "语言", "访问组", "标签", "原文地址", "许可与来源", "出错原因", "修订"):
        assert label in text
    for choice in ("通用", "金融", "医疗", "软件", "科学"):
        assert f">{choice}</option>" in text


def test_a_form_that_lacks_its_contents_says_so_in_chinese(admin_client: Client) -> None:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    asked = {"tenant": tenant.pk, "domain": "general", "access": "public", "language": "zh"}
    response = admin_client.post("/admin/knowledge/document/add/", asked, headers=CHINESE)
    assert "请选择文件或输入文本。" in response.content.decode()
    assert not Document.objects.exists()


def test_an_entry_is_asked_for_and_published_in_the_words_of_the_guide(admin_client: Client) -> None:
    text = page(admin_client, "/admin/faq/faqentry/add/")
    for label in ("键", "问题", "其他问法", "每行一个。", "答案", "已发布", "访问组"):
        assert label in text
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    FaqEntry.objects.create(tenant=tenant, key="hours", language="zh", question="几点开门？", answer="九点。")
    text = page(admin_client, "/admin/faq/faqentry/")
    assert "命中" in text
    assert "发布所选条目" in text


def test_routes_scopes_and_states_read_as_in_the_guide() -> None:
    with translation.override("zh-hans"):
        assert [str(label) for _, label in Handoff._meta.get_field("state").choices or []] == [
            "等待同事",
            "同事处理中",
            "已关闭",
        ]
        routes = [str(label) for _, label in Intent._meta.get_field("route").choices or []]
        assert routes == ["整理好的答案", "领域（该领域的文档和模型）", "闲聊", "人工", "超出范围"]
        assert all(is_chinese(label) for label in Scope.labels)


@pytest.mark.parametrize(("language", "glue"), [("en", {"or", "source", "code"}), ("zh-hans", set())])
def test_the_upload_field_offers_exactly_what_the_loaders_read(language: str, glue: set[str]) -> None:
    with translation.override(language):
        text = str(DocumentForm.base_fields["file"].help_text)
    offered = {f".{word}" for word in re.findall(r"[a-z]+", text) if word not in glue}
    assert offered == LOADERS.keys() - {".htm", ".markdown"} - GRAMMARS.keys()
    assert ("源代码" if language == "zh-hans" else "source code") in text

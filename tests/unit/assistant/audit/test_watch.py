"""What is watched, and what of it the log may show: the list against the models, and against the SQL made of it."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.conf import settings

from assistant.audit import signing
from assistant.audit.triggers import body
from assistant.audit.watch import Watch

BY_MODEL = {watch.model: watch for watch in settings.AUDITED}


@pytest.mark.parametrize("watch", settings.AUDITED, ids=lambda watch: watch.model)
def test_the_function_reads_the_kept_columns_and_no_other(watch: Watch) -> None:
    model = apps.get_model(watch.model)
    text = body(watch, model)
    kept = {model._meta.get_field(name).column for name in watch.kept}
    assert set(re.findall(r"\bOLD\.(\w+)", text)) == kept
    assert set(re.findall(r"\bNEW\.(\w+)", text)) == kept


@pytest.mark.parametrize(
    ("model", "column"),
    [("accounts.ApiKey", "digest"), ("auth.User", "password"), ("auth.User", "email"),
     ("widget.Site", "identity_secret"), ("knowledge.Revision", "data"), ("editing.Draft", "data")],
)  # fmt: skip
def test_secret_and_large_columns_are_not_even_read(model: str, column: str) -> None:
    text = body(BY_MODEL[model], apps.get_model(model))
    assert not re.search(rf"\.{column}\b", text)


def test_the_tenant_is_found_however_far_away() -> None:
    near = body(BY_MODEL["faq.FaqEntry"], apps.get_model("faq.FaqEntry"))
    far = body(BY_MODEL["intents.Example"], apps.get_model("intents.Example"))
    assert "(SELECT slug FROM accounts_tenant WHERE id = r.tenant_id)" in near
    assert "WHERE id = (SELECT tenant_id FROM intents_intent WHERE id = r.intent_id))" in far
    assert "r.slug" in body(BY_MODEL["accounts.Tenant"], apps.get_model("accounts.Tenant"))
    assert "COALESCE('', '')" in body(BY_MODEL["auth.User"], apps.get_model("auth.User"))


def test_the_watched_tables_are_those_of_the_list() -> None:
    tables = signing.watched_tables()
    assert {"knowledge_document", "accounts_apikey", "auth_user_groups"} <= tables
    assert len(tables) == len(settings.AUDITED)
    assert "audit_entry" not in tables


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ('INSERT INTO "faq_faqentry" ("a") VALUES (1)', "faq_faqentry"),
        ('  UPDATE "accounts_apikey" SET "name" = %s', "accounts_apikey"),
        ('DELETE FROM "knowledge_document" WHERE 1 = 1', "knowledge_document"),
    ],
)
def test_a_write_is_told_from_a_read(statement: str, table: str) -> None:
    found = signing._WRITE.match(statement)
    assert found is not None
    assert found[1] == table


@pytest.mark.parametrize("statement", ['SELECT * FROM "faq_faqentry"', 'SELECT 1 FROM "faq_faqentry" FOR UPDATE'])
def test_a_read_is_no_write(statement: str) -> None:
    assert signing._WRITE.match(statement) is None

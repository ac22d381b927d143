"""Lineage over REST: one tenant's, and of each document only for those who may read it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.chat.models import Conversation, Turn
from assistant.editing.models import Citation, Passage
from assistant.knowledge import services
from assistant.knowledge.models import Document

Api = Callable[..., Client]


@pytest.fixture
def tenant(db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def document(tenant: Tenant) -> Document:
    return services.add_document(tenant, "a.md", b"30 days", title="Returns", access=["staff"], uploader="ann")


@pytest.fixture
def turn(tenant: Tenant, document: Document) -> Turn:
    now = timezone.now()
    conversation = Conversation.objects.create(
        tenant=tenant, channel="api", language="en", title="?", created_at=now, updated_at=now
    )
    made = Turn.objects.create(
        conversation=conversation, question="How long?", text="30 days [1].", status="finished", asked_at=now
    )
    passage = Passage.objects.create(chunk="c", digest="d", revision=document.revisions.get(), text="30 days")
    Citation.objects.create(
        tenant=tenant, turn=made, n=1, used=True, chunk="c", document=document.pk, revision=1, title="Returns",
        passage=passage,
    )  # fmt: skip
    return made


@pytest.fixture
def api(tenant: Tenant) -> Api:
    def made(*groups: str, owner: Tenant = tenant, scopes: tuple[str, ...] = ("conversations:read",)) -> Client:
        key = keys.issue(owner, "k", scopes, groups=groups)
        return Client(headers={"Authorization": f"Bearer {key}"})

    return made


def test_an_answer_is_taken_apart(api: Api, turn: Turn, document: Document) -> None:
    body = api("staff").get(f"/api/v1/answers/{turn.pk}/lineage").json()
    assert body["sentences"] == [{"text": "30 days.", "cited": [1]}]
    source = body["sources"][0]
    assert (source["passage"], source["title"], source["withheld"]) == ("30 days", "Returns", False)
    assert source["revision"]["sha256"] == document.checksum
    assert (source["revision"]["uploader"], source["document"]) == ("ann", str(document.pk))


def test_of_a_document_that_its_groups_may_not_read_a_key_learns_the_id_alone(api: Api, turn: Turn) -> None:
    source = api("public").get(f"/api/v1/answers/{turn.pk}/lineage").json()["sources"][0]
    assert source["withheld"] is True
    assert (source["passage"], source["title"], source["revision"]) == (None, None, None)


def test_the_answers_that_used_a_document(api: Api, turn: Turn, document: Document) -> None:
    services.delete(document)
    page = api("staff").get(f"/api/v1/documents/{document.pk}/answers").json()
    assert page["count"] == 1
    assert (page["results"][0]["answer"], page["results"][0]["question"]) == (str(turn.pk), "How long?")
    assert api("public").get(f"/api/v1/documents/{document.pk}/answers").json()["count"] == 0


def test_another_tenant_and_a_key_without_the_scope_see_neither(api: Api, turn: Turn, document: Document) -> None:
    other = Tenant.objects.create(slug="other", name="Other")
    for address in (f"/api/v1/answers/{turn.pk}/lineage", f"/api/v1/documents/{document.pk}/answers"):
        foreign = api("staff", owner=other).get(address)
        unknown = api("staff", owner=other).get(address.replace(address.split("/")[4], str(uuid.uuid4())))
        assert (foreign.status_code, foreign["Content-Type"]) == (404, "application/problem+json")
        assert foreign.json()["detail"] == unknown.json()["detail"]
        assert api("staff", scopes=("ask",)).get(address).status_code == 403

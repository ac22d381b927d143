"""Two tenants, three access groups: two hundred attempts to reach what is not one's own through what editors see."""

from __future__ import annotations

import csv
import io
import logging
import random
import uuid
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.api.rest.authentication import KeyPace
from assistant.audit.actor import acting
from assistant.audit.models import Entry
from assistant.editing import gaps, preview, twins
from assistant.editing.models import Citation, Run
from assistant.errors import NotFound
from assistant.faq.models import FaqEntry
from assistant.knowledge import services
from assistant.knowledge.models import Chunk, Document
from retrieval.encoders.batching import BatchingEncoder
from tests.unit.assistant.editing.conftest import Tell, Work

GROUPS = ("public", "staff", "board")
SCOPES = ("conversations:read", "documents:read", "faq:read")
ATTEMPTS = 200


def word(tenant: str, group: str) -> str:
    """What only readers of this group of this tenant may see."""
    return f"secret{tenant}{group}"


@dataclass(frozen=True)
class Reader:
    """A key and what it may see."""

    tenant: str
    groups: frozenset[str]
    api: Client

    def may_see(self, text: str) -> bool:
        """Say whether no secret of others is in a text."""
        allowed = {word(self.tenant, group) for group in self.groups}
        every = {word(tenant, group) for tenant in ("acme", "other") for group in GROUPS}
        return not any(secret in text for secret in every - allowed)


@pytest.fixture
def world(tenant: Tenant, other: Tenant, work: Work, tell: Tell, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A document, a curated answer and an answer with its citation, for each tenant and group; addresses of all."""
    monkeypatch.setattr(KeyPace, "allow_request", lambda *_: True)  # it is not the pace that keeps readers out here
    addresses = ["/api/v1/documents", "/api/v1/faq"]
    for owner in (tenant, other):
        for group in GROUPS:
            secret = word(owner.slug, group)
            document = services.add_document(owner, f"{secret}.md", f"The {secret}.".encode(), access=[group])
            entry = FaqEntry.objects.create(
                tenant=owner, key=secret, language="en", question=f"{secret}?", answer=secret, access=[group]
            )
            work()
            chunk = Chunk.objects.select_related("document", "revision").get(document=document)
            turn = tell("So it is [1].", chunk, owner=owner, question="How?")
            addresses += [
                f"/api/v1/documents/{document.pk}", f"/api/v1/documents/{document.pk}/answers",
                f"/api/v1/faq/{entry.pk}", f"/api/v1/answers/{turn.pk}/lineage",
            ]  # fmt: skip
    return addresses


@pytest.fixture
def readers(tenant: Tenant, other: Tenant) -> list[Reader]:
    """A key for each tenant and each set of groups."""
    made = []
    for owner in (tenant, other):
        for groups in ({"public"}, {"staff"}, {"board"}, {"public", "staff"}, set(GROUPS), {"nobody"}, {"*"}):
            key = keys.issue(owner, "k", SCOPES, groups=groups)
            client = Client(headers={"Authorization": f"Bearer {key}"})
            made.append(Reader(owner.slug, frozenset(groups), client))
    return made


def test_two_hundred_attempts_over_rest_show_nothing_of_others(
    world: list[str], readers: list[Reader], caplog: pytest.LogCaptureFixture
) -> None:
    chance = random.Random(3)
    found = 0
    with caplog.at_level(logging.DEBUG):
        for _ in range(ATTEMPTS):
            reader, address = chance.choice(readers), chance.choice(world)
            odd = chance.choice(["", "?limit=100", "?offset=-1", "?tenant=other&groups=board", "?access=board"])
            response = reader.api.get(address + odd)
            assert response.status_code in {200, 400, 404}
            assert reader.may_see(response.content.decode()), (reader.tenant, sorted(reader.groups), address)
            found += any(word(reader.tenant, group) in response.content.decode() for group in reader.groups)
    assert found > ATTEMPTS // 10  # honest readers among them do find what is theirs
    assert "secretacme" not in caplog.text
    assert "secretother" not in caplog.text


def test_what_is_another_tenants_answers_as_what_never_was(world: list[str], readers: list[Reader]) -> None:
    stranger = next(reader for reader in readers if reader.tenant == "other" and len(reader.groups) == 3)
    for address in world[2:]:
        response = stranger.api.get(address)
        if response.status_code == 200:
            continue
        parts = address.split("/")
        parts[4] = "999999999" if parts[3] == "faq" else str(uuid.uuid4())
        unknown = stranger.api.get("/".join(parts))
        assert (unknown.status_code, unknown.json()["detail"]) == (404, response.json()["detail"])


def test_a_reader_of_all_groups_sees_all_of_one_tenant(world: list[str], readers: list[Reader]) -> None:
    whole = next(reader for reader in readers if reader.tenant == "acme" and len(reader.groups) == 3)
    assert whole.api.get("/api/v1/documents").json()["count"] == 3
    assert whole.api.get("/api/v1/faq").json()["count"] == 3


def test_a_key_with_every_right_sees_all_groups_and_one_tenant(world: list[str], tenant: Tenant) -> None:
    key = keys.issue(tenant, "k", ["admin"], groups=["public"])
    api = Client(headers={"Authorization": f"Bearer {key}"})
    text = api.get("/api/v1/documents").content.decode() + api.get("/api/v1/faq").content.decode()
    assert all(word("acme", group) in text for group in GROUPS)
    assert "secretother" not in text


def test_what_the_worker_finds_for_one_tenant_holds_nothing_of_the_other(
    world: list[str], tenant: Tenant, other: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    for owner in (tenant, other):
        tell("Sorry.", owner=owner, question=f"secret{owner.slug} question", code="no_evidence")
    for owner, theirs in ((tenant, "secretother"), (other, "secretacme")):
        run = Run(tenant=owner)
        told = str([work(run, lambda _: None) for work in (gaps.find, twins.find)])
        assert f"secret{owner.slug}" in told
        assert theirs not in told


def test_no_preview_is_made_for_a_document_of_the_other_tenant(
    world: list[str], tenant: Tenant, other: Tenant, words: BatchingEncoder
) -> None:
    for document in Document.objects.filter(tenant=other):
        with pytest.raises(NotFound) as refused:
            preview.compute(Run(tenant=tenant, subject=str(document.pk)), lambda _: None)
        assert "secretother" not in str(refused.value)


def test_each_entry_of_the_audit_log_belongs_to_the_tenant_of_its_row(
    world: list[str], editor: Client, tenant: Tenant, other: Tenant
) -> None:
    with acting("api", "key 1"):
        FaqEntry.objects.filter(tenant=other).update(answer="changed")
    for slug, theirs in (("acme", "secretother"), ("other", "secretacme")):
        assert Entry.objects.of(slug).filter(kind="knowledge.revision").count() == len(GROUPS)
        response = editor.get(reverse("admin:audit_entry_export"), {"tenant": slug})
        text = b"".join(response.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
        assert {row["tenant"] for row in csv.DictReader(io.StringIO(text))} == {slug}
        assert f"secret{slug}" in text
        assert theirs not in text


def test_each_citation_belongs_to_the_tenant_of_its_answer_and_its_passage(world: list[str]) -> None:
    for citation in Citation.objects.select_related("passage__revision__document", "turn__conversation"):
        assert citation.tenant_id == citation.turn.conversation.tenant_id
        assert citation.passage is not None
        assert citation.tenant_id == citation.passage.revision.document.tenant_id
    assert Citation.objects.count() == 2 * len(GROUPS)

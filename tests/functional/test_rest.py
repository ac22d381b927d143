"""Conversations, curated answers and documents over REST."""

from __future__ import annotations

import json
import uuid

import httpx
import pytest
from django.test import Client

from assistant.accounts import keys
from assistant.accounts.models import Tenant
from assistant.faq.models import FaqEntry
from assistant.knowledge.models import Document, IngestionJob
from tests.functional.conftest import Serve

ENTRY = {"key": "opening", "language": "en", "question": "When are you open?", "answer": "From nine to five."}


@pytest.fixture
def api(key: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {key}"})


def post(api: Client, path: str, body: object) -> object:
    return api.post(path, json.dumps(body), content_type="application/json")


class TestFaq:
    """Curated answers."""

    def test_an_entry_is_made_read_changed_and_removed(self, api: Client, tenant: Tenant) -> None:
        made = post(api, "/api/v1/faq", {**ENTRY, "variants": ["Opening hours?"], "tags": ["hours"]})
        assert made.status_code == 201, made.content
        address = f"/api/v1/faq/{made.json()['id']}"
        assert api.get(address).json()["variants"] == ["Opening hours?"]
        changed = api.patch(address, json.dumps({"answer": "From eight to six."}), content_type="application/json")
        assert changed.json()["answer"] == "From eight to six."
        assert FaqEntry.objects.get().ways.count() == 2
        assert api.get("/api/v1/faq").json()["count"] == 1
        assert api.delete(address).status_code == 204
        assert api.get(address).status_code == 404

    def test_the_same_key_and_language_twice_is_a_conflict(self, api: Client, tenant: Tenant) -> None:
        post(api, "/api/v1/faq", ENTRY)
        again = post(api, "/api/v1/faq", ENTRY)
        assert (again.status_code, again.json()["code"]) == (409, "faq_key_taken")

    def test_what_is_wrong_is_told_by_field(self, api: Client, tenant: Tenant) -> None:
        wrong = post(api, "/api/v1/faq", {**ENTRY, "language": "fr", "question": ""})
        assert wrong.status_code == 400
        assert wrong["Content-Type"] == "application/problem+json"
        assert "language" in wrong.json()["detail"]
        assert "question" in wrong.json()["detail"]

    def test_a_key_without_the_scope_is_refused_in_the_readers_language(self, tenant: Tenant) -> None:
        reader = keys.issue(tenant, "reader", ["faq:read"])
        api = Client(headers={"Authorization": f"Bearer {reader}", "Accept-Language": "zh-CN"})
        refused = post(api, "/api/v1/faq", ENTRY)
        assert (refused.status_code, refused.json()["code"]) == (403, "not_permitted")
        assert "faq:write" in refused.json()["detail"]
        assert "权限" in refused.json()["detail"]
        assert api.get("/api/v1/faq").status_code == 200

    def test_entries_of_another_tenant_do_not_exist(self, api: Client, tenant: Tenant) -> None:
        other = Tenant.objects.create(slug="other", name="Other")
        theirs = FaqEntry.objects.create(tenant=other, **ENTRY)
        assert api.get("/api/v1/faq").json()["results"] == []
        for method in (api.get, api.delete):
            assert method(f"/api/v1/faq/{theirs.pk}").status_code == 404
        assert FaqEntry.objects.filter(pk=theirs.pk).exists()


class TestDocuments:
    """Documents."""

    def upload(self, api: Client, name: str, data: bytes, **fields: object) -> object:
        from django.core.files.uploadedfile import SimpleUploadedFile

        return api.post("/api/v1/documents", {"file": SimpleUploadedFile(name, data), **fields})

    def test_an_upload_is_safe_and_queued_when_it_is_answered(self, api: Client, tenant: Tenant) -> None:
        taken = self.upload(api, "handbook.md", b"# Handbook\n\nReturns take 30 days.", title="Handbook")
        assert taken.status_code == 201, taken.content
        body = taken.json()
        assert (body["title"], body["state"], body["revision"]) == ("Handbook", "pending", None)
        assert IngestionJob.objects.count() == 1
        assert api.get(f"/api/v1/documents/{body['id']}").json()["filename"] == "handbook.md"
        assert api.delete(f"/api/v1/documents/{body['id']}").status_code == 204
        assert api.get("/api/v1/documents").json()["count"] == 0

    def test_the_same_file_twice_is_a_conflict_that_names_the_first(self, api: Client, tenant: Tenant) -> None:
        self.upload(api, "handbook.md", b"# Handbook")
        again = self.upload(api, "copy.md", b"# Handbook")
        assert (again.status_code, again.json()["code"]) == (409, "duplicate_document")
        assert Document.objects.count() == 1

    def test_a_new_revision_takes_the_place_of_the_old(self, api: Client, tenant: Tenant) -> None:
        from django.core.files.uploadedfile import SimpleUploadedFile
        from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart

        body = self.upload(api, "handbook.md", b"# Handbook").json()
        fields = encode_multipart(BOUNDARY, {"file": SimpleUploadedFile("handbook.md", b"# Handbook 2")})
        replaced = api.put(f"/api/v1/documents/{body['id']}", fields, content_type=MULTIPART_CONTENT)
        assert replaced.status_code == 200, replaced.content
        assert replaced.json()["checksum"] != body["checksum"]

    @pytest.mark.parametrize(
        ("name", "data", "status", "code"),
        [("empty.md", b"", 400, "empty_file"), ("tool.exe", b"MZ\x90", 415, "unknown_format")],
    )
    def test_a_file_that_cannot_be_read_is_refused_in_the_readers_language(
        self, tenant: Tenant, key: str, name: str, data: bytes, status: int, code: str
    ) -> None:
        api = Client(headers={"Authorization": f"Bearer {key}", "Accept-Language": "zh"})
        refused = self.upload(api, name, data)
        assert (refused.status_code, refused.json()["code"]) == (status, code)
        assert any("一" <= character <= "鿿" for character in refused.json()["detail"])


class TestConversations:
    """Conversations."""

    def test_they_are_listed_and_shown_with_their_turns(self, serve: Serve) -> None:
        served = serve()
        first = served.ask("How do I return an item?").json()
        served.ask("I want to talk to a human", conversation_id=first["conversation_id"])
        served.flush()
        with served.client() as client:
            listed = client.get("/api/v1/conversations").json()
            whole = client.get(f"/api/v1/conversations/{first['conversation_id']}").json()
        assert (listed["count"], listed["results"][0]["turn_count"]) == (1, 2)
        assert [turn["question"] for turn in whole["turns"]] == [
            "How do I return an item?",
            "I want to talk to a human",
        ]
        assert whole["handoffs"][0]["state"] == "requested"

    def test_those_of_another_tenant_do_not_exist(self, serve: Serve) -> None:
        served = serve()
        first = served.ask("How do I return an item?").json()
        served.flush()
        other = keys.issue(Tenant.objects.create(slug="other", name="Other"), "k", ["conversations:read"])
        with httpx.Client(base_url=served.url, headers={"Authorization": f"Bearer {other}"}, trust_env=False) as client:
            assert client.get("/api/v1/conversations").json()["results"] == []
            assert client.get(f"/api/v1/conversations/{first['conversation_id']}").status_code == 404


class TestAddresses:
    """What is not there, and what describes itself."""

    def test_unknown_addresses_are_problems_not_pages(self, client: Client) -> None:
        ours, openais = client.get("/api/v1/nothing"), client.get("/v1/nothing")
        assert (ours.status_code, ours.json()["code"]) == (404, "not_found")
        assert openais.json()["error"]["code"] == "not_found"

    def test_no_key_is_a_401_with_a_challenge(self, client: Client, db: None) -> None:
        refused = client.get("/api/v1/faq")
        assert refused.status_code == 401
        assert refused["WWW-Authenticate"].startswith("Bearer")
        assert refused.json()["code"] == "not_authenticated"

    def test_an_unknown_document_is_a_problem(self, api: Client, tenant: Tenant) -> None:
        missing = api.get(f"/api/v1/documents/{uuid.uuid4()}")
        assert (missing.status_code, missing["Content-Type"]) == (404, "application/problem+json")


class TestCuration:
    """Approval, times, placeholders and conflicts of curated answers."""

    def test_a_draft_is_kept_and_only_a_person_approves_it(self, api: Client, tenant: Tenant) -> None:
        made = post(api, "/api/v1/faq", {**ENTRY, "state": "draft"}).json()
        assert not FaqEntry.objects.published().exists()
        address = f"/api/v1/faq/{made['id']}"
        changed = api.patch(address, json.dumps({"state": "approved"}), content_type="application/json")
        assert (changed.status_code, changed.json()["code"]) == (403, "approved_by_people")

    def test_times_go_in_and_come_out(self, api: Client, tenant: Tenant) -> None:
        times = {"publish_at": "2098-01-01T00:00:00Z", "valid_from": None, "valid_until": "2099-01-01T00:00:00Z"}
        shown = post(api, "/api/v1/faq", {**ENTRY, **times}).json()
        assert {name: shown[name] for name in times} == times
        assert shown["state"] == "approved"

    @pytest.mark.parametrize(
        ("fields", "status", "code"),
        [
            ({"key": "other", "question": "WHEN are you open"}, 409, "faq_question_taken"),
            ({"key": "other", "question": "Your phone?", "answer": "{{ phone }}"}, 400, "unknown_placeholder"),
            (
                {"key": "b", "question": "b?", "valid_from": "2099-01-01", "valid_until": "2098-01-01"},
                400,
                "bad_validity",
            ),
        ],
    )
    def test_what_cannot_be_saved_says_why_in_both_languages(
        self, api: Client, tenant: Tenant, fields: dict[str, str], status: int, code: str
    ) -> None:
        post(api, "/api/v1/faq", ENTRY)
        fields = {name: f"{value}T00:00:00Z" if name.startswith("valid") else value for name, value in fields.items()}
        answer = post(api, "/api/v1/faq", {**ENTRY, **fields})
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert FaqEntry.objects.count() == 1

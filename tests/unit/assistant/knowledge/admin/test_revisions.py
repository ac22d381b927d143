"""Editors see what changed and go back; whoever may not, cannot."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from assistant.accounts.models import Tenant
from assistant.knowledge import services
from assistant.knowledge.models import Chunk, Document

Work = Callable[[], int]


@pytest.fixture
def document(tenant: Tenant) -> Document:
    made = services.add_document(tenant, "hours.md", b"# Hours\n\nOpen from nine to five.\n", title="Hours")
    services.replace(made, "hours.md", b"# Hours\n\nOpen from <b>eight</b> to six.\n")
    return made


@pytest.fixture
def editor(client: Client, transactional_db: None) -> Client:
    client.force_login(User.objects.create_superuser("ann", password="secret-of-ann"))
    return client


def address(name: str, document: Document, number: int) -> str:
    return reverse(f"admin:knowledge_revision_{name}", args=[document.revisions.get(number=number).pk])


def page_of(document: Document) -> str:
    return reverse("admin:knowledge_document_change", args=[document.pk])


def test_the_page_of_a_document_links_to_what_changed_and_back(editor: Client, document: Document) -> None:
    page = editor.get(page_of(document)).content.decode()
    assert address("changes", document, 2) in page
    assert address("roll_back", document, 1) in page
    assert address("roll_back", document, 2) not in page


def test_changes_are_shown_with_markup_as_text(editor: Client, document: Document) -> None:
    page = editor.get(address("changes", document, 2)).content.decode()
    assert "<del>Open from nine to five.</del>" in page
    assert "<b>eight" not in page


def test_an_editor_goes_back_with_one_press(editor: Client, document: Document, work: Work) -> None:
    response = editor.post(address("roll_back", document, 1))
    assert response.headers["Location"] == page_of(document)
    work()
    assert document.revisions.count() == 3
    assert "nine to five" in Chunk.objects.get().text


def test_going_back_needs_a_press_and_not_a_link(editor: Client, document: Document) -> None:
    assert editor.get(address("roll_back", document, 1)).status_code == 405
    assert document.revisions.count() == 2


def test_going_back_to_the_present_is_explained(editor: Client, document: Document) -> None:
    page = editor.post(address("roll_back", document, 2), follow=True).content.decode()
    assert "The same file is here already" in page


def test_staff_without_rights_reach_no_revision(client: Client, document: Document) -> None:
    client.force_login(User.objects.create_user("bob", password="secret-of-bob", is_staff=True))
    assert client.get(address("download", document, 1)).status_code == 403
    assert client.get(address("changes", document, 2)).status_code == 403
    assert client.post(address("roll_back", document, 1)).status_code == 403
    assert document.revisions.count() == 2


def test_chosen_documents_are_withdrawn_and_published(editor: Client, document: Document, work: Work) -> None:
    work()
    chosen = {"_selected_action": [str(document.pk)]}
    listing = reverse("admin:knowledge_document_changelist")
    editor.post(listing, {**chosen, "action": "withdraw"})
    assert Chunk.objects.count() == 0
    editor.post(listing, {**chosen, "action": "publish"})
    work()
    assert Chunk.objects.count() == 1


def test_times_of_validity_are_edited_and_checked(editor: Client, document: Document) -> None:
    form = {
        "title": "Hours", "domain": "general", "language": "en", "access": "public", "tags": "", "url": "",
        "licence": "", "text": "", "revisions-TOTAL_FORMS": "0", "revisions-INITIAL_FORMS": "0",
        "valid_from_0": "2030-01-02", "valid_from_1": "00:00", "valid_until_0": "2030-01-01", "valid_until_1": "00:00",
    }  # fmt: skip
    assert "It ends before it begins." in editor.post(page_of(document), form).content.decode()
    response = editor.post(page_of(document), {**form, "valid_until_0": "2031-01-01"})
    assert response.status_code == 302
    document.refresh_from_db()
    assert document.valid_from is not None
    assert document.valid_from.year == 2030

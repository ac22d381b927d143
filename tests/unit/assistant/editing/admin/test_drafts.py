"""The page of a draft: keep, preview, publish, discard."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from assistant.editing.models import Draft, Run
from assistant.editing.models.run import Kind
from assistant.knowledge.models import Document
from assistant.knowledge.models.job import JobState

Add = Callable[..., Document]


@pytest.fixture
def document(add: Add) -> Document:
    return add("Open from nine.", title="Hours")


def page_of(document: Document) -> str:
    return reverse("admin:editing_draft_of", args=[document.pk])


def test_a_document_leads_to_its_draft(editor: Client, document: Document) -> None:
    assert (
        page_of(document) in editor.get(reverse("admin:knowledge_document_change", args=[document.pk])).content.decode()
    )
    assert "There is no draft." in editor.get(page_of(document)).content.decode()


def test_a_typed_draft_is_kept_and_its_preview_asked_for(editor: Client, document: Document) -> None:
    editor.post(page_of(document), {"text": "Open from ten.", "do": "keep"})
    draft = Draft.objects.get()
    assert (bytes(draft.data), draft.filename, draft.uploader) == (b"Open from ten.", "Hours.md", "ann")
    run = Run.objects.get()
    assert (run.kind, run.subject, run.tenant) == ("preview", str(document.pk), document.tenant)
    assert "Under way" in editor.get(page_of(document)).content.decode()


def test_an_uploaded_draft_keeps_its_name(editor: Client, document: Document) -> None:
    editor.post(page_of(document), {"file": SimpleUploadedFile("b.txt", b"ten"), "do": "keep"})
    assert Draft.objects.get().filename == "b.txt"


def test_an_empty_draft_is_explained(editor: Client, document: Document) -> None:
    page = editor.post(page_of(document), {"do": "keep"}, follow=True, headers={"Accept-Language": "zh-hans"})
    assert "草稿" in page.content.decode()
    assert not Draft.objects.exists()


def test_what_would_change_is_shown_side_by_side_with_markup_as_text(editor: Client, document: Document) -> None:
    found = {"title": "Hours", "text": "Open <b>from</b> nine.", "page": None}
    rows = [{"question": "When?", "change": "lost", "before": found, "after": None}]
    Run.objects.create(
        kind=Kind.PREVIEW, tenant=document.tenant, subject=str(document.pk), state=JobState.DONE,
        finished_at=timezone.now(), result={"differences": rows, "gained": 0, "lost": 1, "moved": 0, "questions": 9},
    )  # fmt: skip
    page = editor.get(page_of(document)).content.decode()
    assert "Open &lt;b&gt;from" in page
    assert "no longer found" in page
    page = editor.get(page_of(document), headers={"Accept-Language": "zh-hans"}).content.decode()
    assert "将不再找到" in page


def test_a_preview_that_failed_says_why(editor: Client, document: Document) -> None:
    about = {"tenant": document.tenant, "subject": str(document.pk)}
    Run.objects.create(kind=Kind.PREVIEW, state=JobState.FAILED, note="The file is damaged.", **about)
    assert "The file is damaged." in editor.get(page_of(document)).content.decode()


def test_a_draft_is_published_or_discarded_by_one_press(editor: Client, document: Document) -> None:
    editor.post(page_of(document), {"text": "ten", "do": "keep"})
    editor.post(page_of(document), {"do": "discard"})
    assert (Draft.objects.count(), document.revisions.count()) == (0, 1)
    editor.post(page_of(document), {"text": "ten", "do": "keep"})
    response = editor.post(page_of(document), {"do": "publish"})
    assert response["Location"] == reverse("admin:knowledge_document_change", args=[document.pk])
    assert (Draft.objects.count(), document.revisions.count()) == (0, 2)


def test_publishing_or_discarding_nothing_does_nothing(editor: Client, document: Document) -> None:
    for press in ("publish", "discard", "nonsense"):
        assert editor.post(page_of(document), {"do": press}).status_code == 302
    assert document.revisions.count() == 1


def test_a_draft_needs_the_right_to_change_documents(client: Client, document: Document) -> None:
    client.force_login(User.objects.create_user("bob", password="secret-of-bob", is_staff=True))
    assert client.get(page_of(document)).status_code == 403
    assert client.post(page_of(document), {"text": "ten", "do": "keep"}).status_code == 403
    assert not Draft.objects.exists()


def test_the_list_of_drafts_leads_to_their_documents(editor: Client, document: Document) -> None:
    editor.post(page_of(document), {"text": "ten", "do": "keep"})
    assert page_of(document) in editor.get(reverse("admin:editing_draft_changelist")).content.decode()

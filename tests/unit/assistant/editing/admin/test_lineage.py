"""The page behind an answer, and the list behind a document."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse

from assistant.editing.templatetags.desk import marked
from assistant.knowledge import services
from assistant.knowledge.models import Chunk, Document
from tests.unit.assistant.editing.conftest import Tell, Work

Add = Callable[..., Document]


def test_an_editor_goes_from_a_conversation_to_the_file(editor: Client, add: Add, tell: Tell, work: Work) -> None:
    document = add("# Returns\n\nYou have <b>30</b> days.\n", title="Returns")
    turn = tell("You have 30 days [1].", Chunk.objects.select_related("document", "revision").get())
    services.replace(document, "a.md", b"# Returns\n\nYou have 14 days.\n")
    work()
    conversation = editor.get(reverse("admin:chat_conversation_change", args=[turn.conversation_id]))
    address = reverse("admin:editing_answer", args=[turn.pk])
    assert address in conversation.content.decode()
    page = editor.get(address).content.decode()
    assert "replaced by a newer revision since" in page
    assert "&lt;b&gt;30&lt;/b&gt; days." in page
    assert "<b>30" not in page
    revision = document.revisions.get(number=1)
    assert revision.sha256 in page
    assert editor.get(reverse("admin:knowledge_revision_download", args=[revision.pk])).content.startswith(b"# Ret")


def test_the_page_reads_chinese(editor: Client, add: Add, tell: Tell) -> None:
    add("可以退货。", title="退货")
    turn = tell("可以退货[1]。", Chunk.objects.select_related("document", "revision").get())
    page = editor.get(reverse("admin:editing_answer", args=[turn.pk]), headers={"Accept-Language": "zh-hans"})
    for word in ("回答的来源", "当前有效", "回答所依据的段落原文", "<mark>可以退货</mark>"):
        assert word in page.content.decode()


def test_an_answer_without_sources_says_so(editor: Client, tell: Tell) -> None:
    page = editor.get(reverse("admin:editing_answer", args=[tell("Hello!").pk])).content.decode()
    assert "This answer leans on no document" in page


def test_a_document_leads_to_the_answers_that_used_it(editor: Client, add: Add, tell: Tell) -> None:
    document = add("one fact", title="A")
    add("another fact", title="B")
    first, second = Chunk.objects.select_related("document", "revision").order_by("-document__title")
    tell("Of B [1].", first, question="About B?")
    tell("Of A [1].", second, question="About A?")
    page = editor.get(reverse("admin:knowledge_document_change", args=[document.pk])).content.decode()
    listing = f"{reverse('admin:editing_citation_changelist')}?document={document.pk}"
    assert listing in page
    shown = editor.get(listing).content.decode()
    assert "About A?" in shown
    assert "About B?" not in shown


def test_a_longer_list_asks_the_database_no_oftener(
    editor: Client, add: Add, tell: Tell, django_assert_max_num_queries: object
) -> None:
    add("one fact")
    chunk = Chunk.objects.select_related("document", "revision").get()
    for _ in range(12):
        tell("So [1].", chunk)
    with django_assert_max_num_queries(8):  # type: ignore[operator]
        assert editor.get(reverse("admin:editing_citation_changelist")).status_code == 200


def test_lineage_needs_the_right_to_read_conversations(client: Client, tell: Tell) -> None:
    bob = User.objects.create_user("bob", password="secret-of-bob", is_staff=True)
    bob.user_permissions.add(Permission.objects.get(codename="view_citation"))
    client.force_login(bob)
    address = reverse("admin:editing_answer", args=[tell("Hello!").pk])
    assert client.get(address).status_code == 403
    bob.user_permissions.add(Permission.objects.get(codename="view_conversation"))
    assert client.get(address).status_code == 200


def test_marks_never_turn_text_into_markup() -> None:
    assert marked("<i>a & b</i>", ["a & b", "<i>"]) == "<mark>&lt;i&gt;</mark><mark>a &amp; b</mark>&lt;/i&gt;"
    assert marked("plain", ["", "..."]) == "plain"

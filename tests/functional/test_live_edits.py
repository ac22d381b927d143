"""An editor works in the admin while customers ask: what is saved there is what is answered a moment later."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from assistant.accounts.models import ApiKey, Tenant
from assistant.faq import services as faq_services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry
from assistant.faq.stats import FaqStats
from assistant.intents import services as intent_services
from assistant.intents.models import Intent, TrainedClassifier
from assistant.knowledge.live import LiveKnowledge
from assistant.knowledge.models import Chunk, Document, IngestionJob, Revision
from assistant.knowledge.worker import Worker
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.types import Filter

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("redis_url", "house_encoder")]


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("editor", password="editor"))
    return client


@pytest.fixture
def tenant(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def worker(house_encoder: Encoder, transactional_db: None) -> Iterator[Worker]:
    worker = Worker(lambda: house_encoder)
    thread = threading.Thread(target=worker.run)
    thread.start()
    yield worker
    worker.stop()
    thread.join(timeout=10)


def until(holds: Callable[[], bool], seconds: float = 10.0) -> float:
    """Wait; returns how long it took."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < seconds, "it did not happen"
        time.sleep(0.01)
    return time.monotonic() - began


def upload(editor: Client, tenant: Tenant, name: str, data: bytes, **fields: str) -> str:
    """Send the form of a new document; returns the text of the page that answers."""
    form = {"tenant": str(tenant.pk), "title": "", "domain": "general", "language": "", "access": "public", "tags": "",
            "url": "", "licence": "", "text": "", **INLINE, **fields}  # fmt: skip
    if data or name:
        form["file"] = SimpleUploadedFile(name, data)  # type: ignore[assignment]
    return editor.post("/admin/knowledge/document/add/", form, follow=True).content.decode()


INLINE = {"revisions-TOTAL_FORMS": "0", "revisions-INITIAL_FORMS": "0"}


def test_an_uploaded_document_is_found_within_two_seconds_and_gone_after_its_deletion(
    editor: Client, tenant: Tenant, worker: Worker, house_encoder: Encoder
) -> None:
    retriever = HybridRetriever(house_encoder)
    live = LiveKnowledge(retriever, house_encoder.name)
    live.start()
    question, within = "When does the canteen open?", Filter("acme")
    upload(editor, tenant, "canteen.md", b"# Canteen\n\nThe canteen opens at noon.\n", tags="food， canteen")
    took = until(lambda: bool(retriever.search(question, within)))
    assert took < 2.0
    document = Document.objects.get()
    assert (document.tags, document.uploader) == (["canteen", "food"], "editor")

    page = editor.get("/admin/knowledge/document/").content.decode()
    assert "Canteen" in page

    change = f"/admin/knowledge/document/{document.pk}/change/"
    fields = {"title": document.title, "domain": "general", "language": "en", "access": "public", "tags": "", "url": "",
              "licence": "", "text": "The canteen opens at one.", **INLINE}  # fmt: skip
    editor.post(change, fields)
    until(lambda: "at one" in "".join(hit.chunk.text for hit in retriever.search(question, within)))
    assert Revision.objects.count() == 2
    shown = editor.get(change).content.decode()
    address = re.search(r"/admin/knowledge/document/revision/\d+/", shown)
    assert address is not None
    download = editor.get(address[0])
    assert download["Content-Disposition"].startswith("attachment")
    assert download.content in (b"The canteen opens at one.", b"# Canteen\n\nThe canteen opens at noon.\n")

    editor.post(f"/admin/knowledge/document/{document.pk}/delete/", {"post": "yes"})
    until(lambda: not retriever.search(question, within))
    live.stop()
    assert not Chunk.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "english", "chinese"),
    [
        ("twice.md", b"# Hours\n\nNine to five.\n", "same file is here already", "相同的文件已存在"),
        ("program.exe", b"MZ", "cannot be read", "不支持这种文件格式"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_an_upload_that_is_refused_says_why_in_the_editors_language(
    editor: Client, tenant: Tenant, name: str, data: bytes, english: str, chinese: str, language: str
) -> None:
    upload(editor, tenant, "hours.md", b"# Hours\n\nNine to five.\n")
    editor.cookies["django_language"] = language
    page = upload(editor, tenant, name, data)
    assert (chinese if language == "zh-hans" else english) in page
    assert Document.objects.count() == 1


def test_a_file_that_cannot_be_read_shows_its_error_on_the_document(
    editor: Client, tenant: Tenant, worker: Worker
) -> None:
    upload(editor, tenant, "broken.pdf", b"%PDF-1.7 not really")
    until(lambda: Document.objects.filter(state="failed").exists())
    document = Document.objects.get()
    editor.cookies["django_language"] = "zh-hans"
    page = editor.get(f"/admin/knowledge/document/{document.pk}/change/").content.decode()
    assert "文件已损坏" in page
    jobs = editor.get("/admin/knowledge/ingestionjob/").content.decode()
    assert "文件已损坏" in jobs
    editor.post("/admin/knowledge/document/", {"action": "read_again", "_selected_action": [str(document.pk)]})
    assert IngestionJob.objects.count() == 2


def test_a_document_needs_contents_and_not_two_of_them(editor: Client, tenant: Tenant) -> None:
    assert "Choose a file or type a text" in upload(editor, tenant, "", b"")
    both = upload(editor, tenant, "a.md", b"text", text="more text", title="A")
    assert "not both" in both
    assert not Document.objects.exists()


def test_a_typed_text_becomes_a_document(editor: Client, tenant: Tenant, worker: Worker) -> None:
    upload(editor, tenant, "", b"", title="退货说明", text="签收后十五天内可以退货。")
    until(lambda: Document.objects.filter(state="live", language="zh").exists())
    assert Document.objects.get().filename == "退货说明.md"


def test_a_saved_answer_is_served_within_a_second_and_withdrawn_as_fast(
    editor: Client, tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.start()
    fields = {
        "tenant": str(tenant.pk), "key": "hours", "language": "en", "domain": "general", "intent": "faq",
        "question": "When are you open?",
              "variants": "opening hours\n\nHow late are you open?",
        "answer": "9 to 5.", "source": "", "tags": "", "access": "public", "published": "on",
    }  # fmt: skip
    editor.post("/admin/faq/faqentry/add/", fields)
    assert until(lambda: index.exact("acme", "Opening hours!") is not None) < 1.0
    entry = FaqEntry.objects.get()
    editor.post(f"/admin/faq/faqentry/{entry.pk}/change/", {**fields, "answer": "10 to 6."})
    assert until(lambda: getattr(index.exact("acme", "when are you open"), "answer", "") == "10 to 6.") < 1.0
    editor.post("/admin/faq/faqentry/", {"action": "withdraw", "_selected_action": [str(entry.pk)]})
    assert until(lambda: index.exact("acme", "when are you open") is None) < 1.0
    index.stop()
    faq_services.write_hits()
    assert "FAQ" in editor.get("/admin/faq/faqentry/").content.decode()
    assert FaqEntry.objects.get().hits > 0


def test_the_clear_text_of_a_key_is_shown_once(editor: Client, tenant: Tenant) -> None:
    fields = {"tenant": str(tenant.pk), "name": "widget", "scopes": ["ask"], "groups": '["public"]',
              "expires_at_0": "", "expires_at_1": ""}  # fmt: skip
    page = editor.post("/admin/accounts/apikey/add/", fields, follow=True).content.decode()
    key = ApiKey.objects.get()
    clear = re.search(rf"ak_{key.prefix}_[\w-]+", page)
    assert clear is not None
    assert clear[0] not in editor.get("/admin/accounts/apikey/").content.decode()
    editor.post("/admin/accounts/apikey/", {"action": "revoke", "_selected_action": [str(key.pk)]})
    key.refresh_from_db()
    assert key.revoked_at is not None


def test_training_now_tells_how_well_it_went(editor: Client, tenant: Tenant) -> None:
    for name, texts in {"a": ["apples", "pears", "plums", "figs"], "b": ["bolts", "nuts", "nails", "screws"]}.items():
        intent_services.save_intent(tenant, name, [(text, "en") for text in texts])
    intent = Intent.objects.get(name="a")
    data = {"action": "train_now", "_selected_action": [str(intent.pk)]}
    page = editor.post("/admin/intents/intent/", data, follow=True).content.decode()
    assert "8 examples" in page
    assert TrainedClassifier.objects.count() == 1
    inline = {"examples-TOTAL_FORMS": "1", "examples-INITIAL_FORMS": "0", "examples-0-text": "cherries",
              "examples-0-language": "en"}  # fmt: skip
    fields = {"tenant": str(tenant.pk), "name": "a", "route": "faq", "domain": "general", "description": "",
              "replies": "{}", **inline}  # fmt: skip
    editor.post(f"/admin/intents/intent/{intent.pk}/change/", fields)
    assert intent.examples.filter(text="cherries").exists()
    assert intent_services.train_stale() == 1

"""What a draft would change is known before anybody else can find it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.accounts.models import Tenant
from assistant.editing import drafts, preview
from assistant.editing.models import Draft, Run
from assistant.editing.preview import last_questions
from assistant.errors import Conflict, InvalidInput, NotFound
from assistant.knowledge import publishing
from assistant.knowledge.models import Chunk, ChunkChange, Document
from assistant.knowledge.sharpening import sharpen
from retrieval.encoders.batching import BatchingEncoder
from retrieval.errors import UnreadableDocument
from retrieval.protocols import Encoder
from tests.unit.assistant.editing.conftest import Tell, Work

Add = Callable[..., Document]
OPEN = "The shop in Hamburg is open from nine to five."


@pytest.fixture
def reader(encoder: Encoder) -> Encoder:
    return encoder


@pytest.fixture
def document(add: Add) -> Document:
    add("The canteen in Kiel serves soup at noon.", title="Canteen")
    return add(f"{OPEN}\n", title="Opening hours")


def run(tenant: Tenant, document: Document) -> dict[str, object]:
    return preview.compute(Run(tenant=tenant, subject=str(document.pk)), lambda _: None).result


def test_gained_lost_and_moved_are_told_apart_and_nothing_is_published(
    document: Document, tenant: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    for question in (
        "When is the shop in Hamburg open from?",
        "Where is parking in garage Moabit?",
        "When does the canteen in Kiel serve soup?",
    ):
        tell("So [1].", question=question)
    drafts.keep(document, "a.md", b"Parking is in garage Moabit on level three.")
    changes, chunks = ChunkChange.objects.count(), set(Chunk.objects.values_list("pk", flat=True))
    result = run(tenant, document)
    told = {row["question"].split()[2]: row["change"] for row in result["differences"]}  # type: ignore[attr-defined]
    assert told == {"the": "lost", "parking": "gained"}
    assert (result["gained"], result["lost"], result["moved"], result["questions"]) == (1, 1, 0, 3)
    assert ChunkChange.objects.count() == changes
    assert set(Chunk.objects.values_list("pk", flat=True)) == chunks
    assert document.revisions.count() == 1


def test_a_draft_that_says_the_same_changes_nothing(
    document: Document, tenant: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    tell("So [1].", question="When is the shop in Hamburg open from?")
    drafts.keep(document, "b.md", OPEN.encode())
    assert run(tenant, document)["differences"] == []


def test_a_draft_that_says_the_same_as_a_sharpened_document_changes_nothing(
    document: Document, tenant: Tenant, tell: Tell, words: BatchingEncoder, reader: Encoder
) -> None:
    """The draft is searched as it will be once published: with its sentences, like what is live."""
    tell("So [1].", question="When is the shop in Hamburg open from?")
    sharpen(reader)
    drafts.keep(document, "b.md", OPEN.encode())
    assert all(made.sentences is not None and len(made.sentences) for made in preview.read(document, reader))
    assert run(tenant, document)["differences"] == []


def test_a_document_that_is_not_published_is_previewed_without_a_draft(
    document: Document, tenant: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    tell("So [1].", question="When is the shop in Hamburg open from?")
    publishing.withdraw(document)
    document.refresh_from_db()
    assert run(tenant, document)["gained"] == 1


def test_there_is_nothing_to_preview_of_what_is_live_deleted_or_the_neighbours(
    document: Document, tenant: Tenant, other: Tenant, words: BatchingEncoder
) -> None:
    for owner in (tenant, other):
        with pytest.raises(NotFound):
            run(owner, document)


def test_a_draft_that_cannot_be_read_says_why(document: Document, tenant: Tenant, words: BatchingEncoder) -> None:
    drafts.keep(document, "a.pdf", b"no pdf")
    with pytest.raises(UnreadableDocument):
        run(tenant, document)


def test_the_neighbours_questions_and_passages_take_no_part(
    document: Document, add: Add, tenant: Tenant, other: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    add("Parking is in garage Moabit on level three.", owner=other, title="Theirs")
    tell("So [1].", owner=other, question="our secret project")
    tell("So [1].", question="Where is parking in garage Moabit?")
    assert last_questions(tenant) == ["Where is parking in garage Moabit?"]
    drafts.keep(document, "a.md", b"Parking is in garage Moabit on level four.")
    result = run(tenant, document)
    assert "Theirs" not in str(result)
    assert result["gained"] == 1


def test_questions_that_no_search_answered_are_left_out_and_repeats_count_once(tell: Tell, tenant: Tenant) -> None:
    tell("Hello!", question="hi", layer="faq")
    tell("So [1].", question="same")
    tell("So [1].", question="same")
    tell("Sorry.", question="refused", code="no_evidence")
    assert last_questions(tenant) == ["refused", "same"]


class TestDrafts:
    """The next contents, kept apart."""

    def test_a_document_has_one_draft_the_last(self, document: Document) -> None:
        drafts.keep(document, "a.md", b"one", uploader="ann")
        drafts.keep(document, "b.md", b"two", uploader="bob")
        kept = Draft.objects.get()
        assert (bytes(kept.data), kept.filename, kept.uploader) == (b"two", "b.md", "bob")

    def test_publishing_makes_it_a_revision_and_forgets_it(self, document: Document, work: Work) -> None:
        made = drafts.publish(drafts.keep(document, "a.md", b"Open from ten.", uploader="ann"))
        work()
        assert (made.number, made.uploader, Draft.objects.count()) == (2, "ann", 0)
        assert Chunk.objects.filter(document=document).get().text == "Open from ten."

    def test_a_draft_that_cannot_be_published_stays(self, document: Document) -> None:
        with pytest.raises(Conflict):
            drafts.publish(drafts.keep(document, "a.md", f"{OPEN}\n".encode()))
        assert Draft.objects.exists()

    def test_an_empty_and_a_huge_draft_are_refused(self, document: Document) -> None:
        for data in (b"", b"x" * (drafts.MOST + 1)):
            with pytest.raises(InvalidInput):
                drafts.keep(document, "a.md", data)


def test_without_questions_a_draft_changes_nothing(document: Document, tenant: Tenant, words: BatchingEncoder) -> None:
    drafts.keep(document, "a.md", b"Parking is in garage Moabit on level three.")
    result = run(tenant, document)
    assert (result["differences"], result["questions"]) == ([], 0)


def test_the_only_document_of_a_tenant_can_be_previewed(
    add: Add, other: Tenant, tell: Tell, words: BatchingEncoder
) -> None:
    alone = add(f"{OPEN}\n", title="Alone", owner=other)
    tell("So [1].", owner=other, question="When is the shop in Hamburg open from?")
    drafts.keep(alone, "a.md", b"Parking is in garage Moabit on level three.")
    assert run(other, alone)["lost"] == 1

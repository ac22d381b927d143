"""From any answer to its files, also after the documents were edited, unpublished or deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from assistant.accounts.models import Tenant
from assistant.chat.answers import Source
from assistant.editing.models import Citation, Passage
from assistant.editing.tracing import answers_that_used, sentences_of, trace
from assistant.knowledge import publishing, services
from assistant.knowledge.models import Chunk, Document
from tests.unit.assistant.editing.conftest import Tell, Work, source_of

Add = Callable[..., Document]
ANSWER = "You have 30 days [1]. Bring the receipt. [1]"


@pytest.fixture
def chunk(add: Add) -> Chunk:
    add("# Returns\n\nYou have 30 days. Bring the receipt.\n", title="Returns")
    return Chunk.objects.select_related("document", "revision").get()


def test_a_sentence_leads_to_passage_revision_file_and_uploader(chunk: Chunk, tell: Tell) -> None:
    found = trace(tell(ANSWER, chunk))
    assert [(s.text, s.cited) for s in found.sentences] == [("You have 30 days.", (1,)), ("Bring the receipt.", (1,))]
    source = found.sources[0]
    assert (source.standing, source.citation.used, source.headings) == ("live", True, ["Returns"])
    assert source.text == chunk.text
    assert source.revision is not None
    assert (source.revision.number, source.revision.filename, source.revision.uploader) == (1, "a.md", "ann")
    assert "Bring the receipt." in source.quoted


def test_after_an_edit_the_passage_is_shown_as_it_was(chunk: Chunk, tell: Tell, work: Work) -> None:
    turn = tell(ANSWER, chunk)
    services.replace(chunk.document, "a.md", b"# Returns\n\nYou have 14 days.\n")
    work()
    assert not Chunk.objects.filter(pk=chunk.pk).exists()
    source = trace(turn).sources[0]
    assert (source.standing, source.text) == ("replaced", chunk.text)
    assert source.revision is not None
    assert source.revision.sha256 == chunk.revision.sha256


def test_an_answer_of_the_new_revision_leads_to_the_new_one(chunk: Chunk, tell: Tell, work: Work) -> None:
    services.replace(chunk.document, "b.md", b"# Returns\n\nYou have 14 days.\n", uploader="bob")
    work()
    source = trace(tell("14 days [1].", Chunk.objects.get())).sources[0]
    assert source.revision is not None
    assert (source.standing, source.revision.number, source.revision.uploader) == ("live", 2, "bob")


def test_unpublished_and_deleted_documents_stay_traceable(chunk: Chunk, tell: Tell) -> None:
    turn = tell(ANSWER, chunk)
    publishing.withdraw(chunk.document)
    assert trace(turn).sources[0].standing == "unpublished"
    services.delete(chunk.document)
    source = trace(turn).sources[0]
    assert (source.standing, source.text) == ("deleted", chunk.text)
    assert source.revision is not None


def test_a_chunk_that_left_before_the_turn_was_written_still_leads_to_its_revision(chunk: Chunk, tell: Tell) -> None:
    cited = source_of(1, chunk)
    services.delete(chunk.document)
    source = trace(tell(ANSWER, sources=(cited,))).sources[0]
    assert (source.text, source.citation.passage) == (None, None)
    assert source.revision is not None
    assert source.revision.number == 1


def test_a_curated_answer_leads_to_its_entry(tenant: Tenant, tell: Tell) -> None:
    source = trace(tell("At nine.", sources=(Source(1, "faq:hours", "faq:hours", "When?", 1, 1.0),))).sources[0]
    assert (source.standing, source.citation.faq_key, source.citation.used) == ("curated", "hours", True)


def test_what_was_offered_and_not_cited_is_told_apart(add: Add, tell: Tell) -> None:
    add("one fact", title="A")
    add("another fact", title="B")
    chunks = list(Chunk.objects.select_related("document", "revision").order_by("text"))
    assert [source.citation.used for source in trace(tell("It is so [2].", *chunks)).sources] == [False, True]


def test_from_a_document_to_the_answers_that_used_it(chunk: Chunk, tell: Tell, tenant: Tenant) -> None:
    first, second = tell(ANSWER, chunk), tell("Again [1].", chunk)
    used = answers_that_used("acme", chunk.document_id)
    assert [citation.turn_id for citation in used] == [second.pk, first.pk]
    assert Passage.objects.count() == 1


def test_a_turn_that_is_delivered_twice_is_cited_once(chunk: Chunk, tell: Tell) -> None:
    from assistant.editing.citing import on_turns

    turn = tell(ANSWER, chunk)
    on_turns([turn])
    assert Citation.objects.count() == 1


def test_a_document_id_of_another_tenant_opens_nothing(chunk: Chunk, tell: Tell, other: Tenant) -> None:
    """A forged or mistaken id in a recorded answer must not show the neighbour's passage, title or file."""
    source = trace(tell(ANSWER, owner=other, sources=(source_of(1, chunk),))).sources[0]
    assert (source.document, source.revision, source.text, source.standing) == (None, None, None, "unknown")
    assert not answers_that_used("acme", chunk.document_id).exists()


def test_ten_sources_cost_no_more_queries_than_one(add: Add, tell: Tell, django_assert_num_queries: object) -> None:
    for number in range(10):
        add(f"fact number {number}", title=f"T{number}")
    turn = tell("All [1][10].", *Chunk.objects.select_related("document", "revision"))
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert len(trace(turn).sources) == 10


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("你好。可以退货[1]。需要发票。[2][1]", [((), "你好。"), ((1,), "可以退货。"), ((2, 1), "需要发票。")]),
        ("One [1][1] two.", [((1,), "One two.")]),
        ("[1]", []),
    ],
)
def test_marks_belong_to_the_sentence_they_stand_in_or_behind(
    text: str, expected: list[tuple[tuple[int, ...], str]]
) -> None:
    assert [(s.cited, s.text) for s in sentences_of(text)] == expected


def test_an_odd_source_of_an_old_record_is_noted_without_a_document(tenant: Tenant, tell: Tell) -> None:
    citation = trace(tell("So [1].", sources=(Source(1, "c" * 200, "Handbook", "H", 1, 0.1),))).sources[0].citation
    assert (citation.document, len(citation.chunk)) == (None, 120)
    assert answers_that_used("acme", uuid.uuid4()).count() == 0

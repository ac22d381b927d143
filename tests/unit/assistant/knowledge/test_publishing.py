"""Publish, withdraw, roll back, and the times of validity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from django.utils import timezone

from assistant.accounts.models import Tenant
from assistant.errors import Conflict
from assistant.knowledge import publishing, services
from assistant.knowledge.models import Change, Chunk, ChunkChange, Document, IngestionJob, Revision

Work = Callable[[], int]
DAY = dt.timedelta(days=1)
FIRST, SECOND = b"# Hours\n\nOpen from nine to five.\n", b"# Hours\n\nOpen from eight to six.\n"


@pytest.fixture
def document(tenant: Tenant, work: Work) -> Document:
    made = services.add_document(tenant, "hours.md", FIRST)
    work()
    made.refresh_from_db()
    return made


def texts() -> list[str]:
    return [text.split()[-1] for text in Chunk.objects.values_list("text", flat=True)]


def state_of(document: Document) -> str:
    document.refresh_from_db()
    return document.state


def test_a_withdrawn_document_leaves_search_at_once_and_keeps_its_revisions(document: Document) -> None:
    chunk = Chunk.objects.get().pk
    publishing.withdraw(document)
    assert (texts(), state_of(document), document.revision) == ([], "withdrawn", None)
    last = ChunkChange.objects.order_by("-sequence")[0]
    assert (last.op, last.chunk_id) == (Change.DELETE, chunk)
    assert document.revisions.count() == 1


def test_publishing_brings_it_back(document: Document, work: Work) -> None:
    publishing.withdraw(document)
    publishing.publish(document)
    assert state_of(document) == "pending"
    assert work() == 1
    assert (texts(), state_of(document)) == (["five."], "live")


def test_publishing_what_is_live_changes_nothing(document: Document) -> None:
    publishing.publish(document)
    assert (state_of(document), IngestionJob.objects.count()) == ("live", 1)


def test_a_new_revision_of_a_withdrawn_document_stays_out_of_search(document: Document, work: Work) -> None:
    publishing.withdraw(document)
    services.replace(document, "hours.md", SECOND)
    assert work() == 1
    assert (texts(), state_of(document)) == ([], "withdrawn")
    assert "not published" in IngestionJob.objects.order_by("-pk")[0].error("en")
    publishing.publish(document)
    work()
    assert texts() == ["six."]


def test_an_unreadable_revision_of_a_withdrawn_document_leaves_it_withdrawn(document: Document, work: Work) -> None:
    publishing.withdraw(document)
    services.replace(document, "hours.pdf", b"no pdf")
    work()
    assert (state_of(document), document.error_code) == ("withdrawn", "damaged")


def test_rolling_back_makes_a_new_revision_of_the_old_bytes(document: Document, work: Work) -> None:
    services.replace(document, "hours.md", SECOND)
    work()
    assert texts() == ["six."]
    made = publishing.roll_back(document, 1, uploader="ann")
    work()
    assert (made.number, made.uploader, texts()) == (3, "ann", ["five."])
    numbers = document.revisions.order_by("number").values_list("number", "sha256")
    assert [number for number, _ in numbers] == [1, 2, 3]
    assert numbers[0][1] == numbers[2][1] != numbers[1][1]


def test_rolling_back_to_what_is_newest_or_never_was_is_refused(document: Document) -> None:
    with pytest.raises(Conflict):
        publishing.roll_back(document, 1)
    with pytest.raises(Revision.DoesNotExist):
        publishing.roll_back(document, 9)


def test_a_document_of_tomorrow_is_read_tomorrow(tenant: Tenant, work: Work) -> None:
    now = timezone.now()
    document = services.add_document(tenant, "hours.md", FIRST, valid_from=now + DAY)
    work()
    assert (texts(), state_of(document)) == ([], "withdrawn")
    assert publishing.follow_validity(now) == 0
    Document.objects.update(valid_from=now)
    assert publishing.follow_validity() == 1
    assert publishing.follow_validity() == 0
    work()
    assert (texts(), state_of(document)) == (["five."], "live")


def test_a_document_leaves_search_when_its_time_is_over(document: Document) -> None:
    document.valid_until = timezone.now() + DAY
    services.describe(document)
    assert publishing.follow_validity() == 0
    assert publishing.follow_validity(timezone.now() + 2 * DAY) == 1
    assert (texts(), state_of(document)) == ([], "withdrawn")


def test_what_an_editor_withdrew_no_date_brings_back(document: Document, work: Work) -> None:
    publishing.withdraw(document)
    document.refresh_from_db()
    document.valid_from = timezone.now() - DAY
    services.describe(document)
    assert publishing.follow_validity() == 0
    work()
    assert (texts(), state_of(document)) == ([], "withdrawn")


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [(None, None, True), (-1, None, True), (0, None, True), (1, None, False), (None, 0, False), (None, 1, True),
     (-2, -1, False), (-1, 1, True)],
)  # fmt: skip
def test_times_of_validity_begin_with_and_end_before_their_moment(
    start: int | None, end: int | None, wanted: bool
) -> None:
    now = timezone.now()
    document = Document(
        valid_from=None if start is None else now + start * DAY, valid_until=None if end is None else now + end * DAY
    )
    assert document.is_wanted(now) is wanted

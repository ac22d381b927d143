"""From an answer back to its files: sentence, citation, passage, revision, and who uploaded it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from assistant.chat.models import Turn
from assistant.editing import citing
from assistant.editing.models import Citation
from assistant.knowledge.models import Document, Revision
from retrieval.chunking.sentences import split_sentences

_MARK = re.compile(r"\[(\d{1,3})\]")
_GAP = re.compile(r"\s+([.,;:!?。，；：！？])")  # what a mark leaves before a full stop
_ONLY_MARKS = re.compile(r"[\s.。!！?？]*(?:\[\d{1,3}\][\s.。]*)+")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of the answer and the numbers that it cites."""

    text: str
    cited: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """What stands behind [n]. `standing` is live, replaced, unpublished, deleted, curated or unknown.

    `text` is the passage as the answer saw it, None when it was not kept; `quoted` the parts of it that the answer
    repeats word for word.
    """

    citation: Citation
    standing: str
    revision: Revision | None
    document: Document | None
    text: str | None
    quoted: tuple[str, ...]

    @property
    def page(self) -> int | None:
        """Page, from 1, where the format has pages."""
        return self.citation.page

    @property
    def line(self) -> int | None:
        """First line of the passage, from 1."""
        return self.citation.passage.line if self.citation.passage else None

    @property
    def last_page(self) -> int | None:
        """Last page, where the passage goes on to another one."""
        return self.citation.last_page

    @property
    def last_line(self) -> int | None:
        """Last line of the passage, where it is more than one."""
        last = self.citation.passage.last_line if self.citation.passage else None
        return None if last == self.line else last

    @property
    def headings(self) -> list[str]:
        """Headings above the passage, outermost first."""
        return self.citation.passage.headings if self.citation.passage else []

    def readable(self, groups: frozenset[str]) -> bool:
        """Say whether a reader of these groups may see the text today."""
        return self.document is None or not groups.isdisjoint(self.document.access)


@dataclass(frozen=True, slots=True)
class Trace:
    """An answer taken apart."""

    turn: Turn
    sentences: tuple[Sentence, ...]
    sources: tuple[Source, ...]


def trace(turn: Turn) -> Trace:
    """Take an answer apart, in four queries however many sources it has."""
    cited = list(Citation.objects.filter(turn=turn).select_related("passage").order_by("n"))
    if entries := [source for source in citing.sources_of(turn) if citing.is_curated(source)]:
        tenant = turn.conversation.tenant_id
        cited = sorted([*cited, *(citing.curated(turn, entry, tenant) for entry in entries)], key=lambda c: c.n)
    documents = {row.pk: row for row in Document.objects.filter(pk__in={c.document for c in cited if c.document})}
    revisions = {(row.document_id, row.number): row for row in _revisions(cited)}
    sentences = tuple(sentences_of(turn.text))
    return Trace(turn, sentences, tuple(_source(c, documents, revisions, sentences) for c in cited))


def sentences_of(text: str) -> list[Sentence]:
    """Split an answer; marks that stand behind a full stop belong to the sentence before it."""
    found: list[Sentence] = []
    for piece in split_sentences(text):
        marks = tuple(dict.fromkeys(int(number) for number in _MARK.findall(piece)))
        plain = _GAP.sub(r"\1", " ".join(_MARK.sub("", piece).split()))
        if found and marks and _ONLY_MARKS.fullmatch(piece):
            before = found.pop()
            found.append(Sentence(before.text, tuple(dict.fromkeys((*before.cited, *marks)))))
        elif plain:
            found.append(Sentence(plain, marks))
    return found


def answers_that_used(tenant: str, document: uuid.UUID) -> QuerySet[Citation]:
    """Citations of a document in a tenant's answers, the latest first, with their turns."""
    found = Citation.objects.of(tenant).filter(document=document)
    return found.select_related("turn").order_by("-turn__asked_at", "n")


def _revisions(cited: Iterable[Citation]) -> QuerySet[Revision]:
    documents, numbers = {c.document for c in cited}, {c.revision for c in cited}
    return Revision.objects.filter(document__in=documents - {None}, number__in=numbers).defer("data")


def _source(
    citation: Citation,
    documents: dict[uuid.UUID, Document],
    revisions: dict[tuple[uuid.UUID, int], Revision],
    sentences: Iterable[Sentence],
) -> Source:
    document = documents.get(citation.document) if citation.document else None
    if document is not None and document.tenant_id != citation.tenant_id:
        document = None  # never another tenant's, whatever an id says
    revision = revisions.get((document.pk, citation.revision)) if document else None
    text = citation.passage.text if citation.passage else None
    quoted = [s.text for s in sentences if text and len(s.text) > 3 and s.text.rstrip(".。!！?？ ") in text]
    return Source(citation, standing(citation, document, revision), revision, document, text, tuple(quoted))


def standing(citation: Citation, document: Document | None, revision: Revision | None) -> str:
    """Say what became of the source since."""
    if citation.faq_key:
        return "curated"
    if document is None:
        return "unknown"
    if document.deleted_at is not None:
        return "deleted"
    if document.revision_id is None:
        return "unpublished"
    return "live" if revision is not None and document.revision_id == revision.pk else "replaced"

"""What a draft would change: the last questions asked of today's documents, and of those with the draft in place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from django.db.models import Max

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn, TurnStatus
from assistant.editing.models import Draft, Run
from assistant.editing.runs import Outcome
from assistant.errors import NotFound, Text
from assistant.knowledge import blobs
from assistant.knowledge.encoder import shared_encoder
from assistant.knowledge.live import upsert
from assistant.knowledge.models import Chunk, Document
from domains.evidence.check import EvidenceCheck
from retrieval import ingest
from retrieval.loaders.isolated import ChildLimits, IsolatedParser
from retrieval.protocols import Encoder
from retrieval.retriever import HybridRetriever
from retrieval.sentences import encode_sentences
from retrieval.types import Change, Delete, Filter, Hit, Upsert

QUESTIONS = 100
MOST = 20_000
"""Passages searched: beyond, those of the documents changed last, and the note says so."""
SECONDS = 60.0
_SHOWN = 600
NOTHING = Text(
    en="There is nothing to preview: the document has no draft and is published as it is.",
    zh="没有可预览的内容：该文档没有草稿，且已按现状发布。",
)


@dataclass(frozen=True, slots=True)
class Found:
    """The first source that an answer would rest on."""

    title: str
    text: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Difference:
    """A question whose answer would rest on something else; `change` is gained, lost or moved."""

    question: str
    change: str
    before: Found | None
    after: Found | None


def compute(run: Run, report: Callable[[float], None]) -> Outcome:
    """Compare for the run's document. Raises NotFound, UnreadableDocument, EncoderUnavailable, BlobDamaged."""
    document = Document.objects.filter(tenant=run.tenant, deleted_at=None, pk=run.subject).first()
    if document is None or run.tenant is None:
        raise NotFound(NOTHING)
    encoder = shared_encoder()
    draft = read(document, encoder)
    report(0.3)
    questions = last_questions(run.tenant)
    differences = compare(run.tenant, document, draft, questions, encoder, lambda share: report(0.3 + 0.7 * share))
    counts = {kind: sum(d.change == kind for d in differences) for kind in ("gained", "lost", "moved")}
    asked, gained, lost, moved = len(questions), *counts.values()
    note = Text(
        f"{gained} gained, {lost} lost, {moved} moved of {asked} questions",
        f"{asked} 个问题中：新找到 {gained} 个，不再找到 {lost} 个，首个来源改变 {moved} 个",
    )
    result: dict[str, Any] = {"differences": [asdict(difference) for difference in differences], **counts}
    return Outcome(note, {**result, "questions": len(questions)})


def read(document: Document, encoder: Encoder) -> list[Upsert]:
    """Parse (in a limited child), cut and embed the draft, or the newest revision of what is not published."""
    draft = Draft.objects.filter(document=document).first()
    newest = document.revisions.order_by("-number")[0]
    if draft is None and document.revision_id is not None:
        raise NotFound(NOTHING)
    name, data = (draft.filename, bytes(draft.data)) if draft else (newest.filename, blobs.read(newest))
    meta = ingest.ChunkMeta(
        tenant=document.tenant.slug,
        document=str(document.pk),
        revision=newest.number + 1,
        title=document.title,
        language=document.language or None,
        domain=document.domain,
        tags=frozenset(document.tags),
        access=frozenset(document.access),
    )
    parser = IsolatedParser(ChildLimits(seconds=SECONDS))
    try:
        made = ingest.prepare(data, name, meta, encoder, parse=parser)
    finally:
        parser.close()
    # As it will be found a minute after it is published: what is live has its sentences embedded.
    codes = encode_sentences([chunk for chunk, _ in made], encoder)
    return [Upsert(0, chunk, vector, own) for (chunk, vector), own in zip(made, codes, strict=True)]


def last_questions(tenant: Tenant) -> list[str]:
    """The last different questions that were looked up in documents, answered or not, the latest first."""
    asked = Turn.objects.filter(conversation__tenant=tenant, status__in=[TurnStatus.FINISHED, TurnStatus.REFUSED])
    looked_up = asked.filter(layer__in=["retrieval", "model", "cache"]).values("standalone")
    return list(
        looked_up.annotate(last=Max("asked_at")).order_by("-last").values_list("standalone", flat=True)[:QUESTIONS]
    )


def compare(
    tenant: Tenant,
    document: Document,
    draft: Sequence[Upsert],
    questions: Sequence[str],
    encoder: Encoder,
    report: Callable[[float], None] = lambda _: None,
) -> list[Difference]:
    """Search twice in an index of this tenant alone that nobody else sees: as it is, and with the draft in place."""
    live = _live(tenant, document, encoder.name)
    groups = frozenset().union(*(change.chunk.access for change in (*live, *draft)), {"public"})
    index, check = HybridRetriever(encoder), EvidenceCheck.load()
    within = Filter(tenant.slug, groups)
    index.apply(live)
    before = [_first(question, index.search(question, within), check) for question in questions]
    report(0.6)
    index.apply(_in_place(document, draft, live))
    after = [_first(question, index.search(question, within), check) for question in questions]
    rows = zip(questions, before, after, strict=True)
    return [Difference(question, _change(old, new), old, new) for question, old, new in rows if old != new]


def _live(tenant: Tenant, document: Document, encoder_name: str) -> list[Upsert]:
    """Chunks of the tenant, those of the document among them whatever their number, numbered as changes."""
    rows = Chunk.objects.filter(document__tenant=tenant, encoder=encoder_name)
    rows = rows.select_related("document__tenant", "revision").defer("revision__data")
    others = rows.exclude(document=document).order_by("-document__updated_at", "document_id", "ordinal")[:MOST]
    return [upsert(number, row) for number, row in enumerate((*others, *rows.filter(document=document)), 1)]


def _in_place(document: Document, draft: Sequence[Upsert], live: Sequence[Upsert]) -> list[Change]:
    gone = [change.chunk.id for change in live if change.chunk.document == str(document.pk)]
    first = len(live) + 1
    deleted: list[Change] = [Delete(first + number, chunk) for number, chunk in enumerate(gone)]
    first += len(gone)
    return [*deleted, *(replace(made, sequence=first + number) for number, made in enumerate(draft))]


def _first(question: str, hits: Sequence[Hit], check: EvidenceCheck) -> Found | None:
    evidence = check.judge(question, hits)
    if not evidence.sufficient or not evidence.hits:
        return None
    chunk = evidence.hits[0].chunk
    return Found(chunk.title, chunk.text[:_SHOWN], chunk.page)


def _change(before: Found | None, after: Found | None) -> str:
    return "gained" if before is None else "lost" if after is None else "moved"

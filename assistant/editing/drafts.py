"""Drafts: the next contents of a document, kept apart from its revisions until they are published."""

from __future__ import annotations

from django.db import transaction

from assistant.editing.models import Draft
from assistant.errors import InvalidInput, Text
from assistant.knowledge import services
from assistant.knowledge.models import Document, Revision

MOST = 16 * 1024 * 1024
TOO_LARGE = Text(
    en="A draft has at most 16 MiB. Upload the file to the document itself; its revisions can be larger.",
    zh="草稿最大 16 MiB。请直接将文件上传到文档，正式修订可以更大。",
)


def keep(document: Document, filename: str, data: bytes, *, uploader: str = "") -> Draft:
    """Keep contents as the draft of a document, in place of an earlier one. Raises InvalidInput."""
    if not data or len(data) > MOST:
        raise InvalidInput(TOO_LARGE, code="draft_too_large")
    values = {"filename": filename or document.filename, "data": data, "uploader": uploader}
    return Draft.objects.update_or_create(document=document, defaults=values)[0]


@transaction.atomic
def publish(draft: Draft, *, uploader: str = "") -> Revision:
    """Make a draft the newest revision and forget it. Raises as `services.replace` does; the draft stays then."""
    made = services.replace(draft.document, draft.filename, bytes(draft.data), uploader=uploader or draft.uploader)
    draft.delete()
    return made

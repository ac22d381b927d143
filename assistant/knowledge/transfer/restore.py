"""Read an exported tenant back into an installation that does not have it."""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string

from assistant.accounts.models import Tenant
from assistant.errors import AssistantError, Conflict, InvalidInput, Text
from assistant.knowledge import blobs, services
from assistant.knowledge.models import Document, Revision
from assistant.knowledge.models.document import State
from assistant.knowledge.transfer import BLOBS, DOCUMENTS, FACTS, FORMAT, SUMS
from assistant.knowledge.transfer.rows import read

_PIECE = 1 << 20
_DAMAGES = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, ValueError)


class Export:
    """An exported zip that was found whole."""

    def __init__(self, path: Path) -> None:
        """Open it and check every file. Raises InvalidInput (`export_damaged`) and OSError."""
        self._path = path
        try:
            self._zip = zipfile.ZipFile(path)
            self.facts: dict[str, Any] = json.loads(self._zip.read(FACTS))
            if self.facts["format"] != FORMAT:
                raise self._damaged(f"format {self.facts['format']}, this version reads {FORMAT}")
            self._check()
        except _DAMAGES as error:
            raise self._damaged(str(error)) from error

    def rows(self, name: str) -> Iterator[dict[str, Any]]:
        """Read the lines of a member."""
        with self._zip.open(name) as member:
            for line in member:
                yield json.loads(line)

    def blob(self, sha256: str) -> bytes:
        """Read the bytes with this checksum, which was checked."""
        return self._zip.read(BLOBS + sha256)

    def _check(self) -> None:
        if self._checksum(SUMS) != self.facts["sums"]:
            raise self._damaged(SUMS)
        with self._zip.open(SUMS) as sums:
            for line in sums:
                checksum, _, name = line.decode().rstrip("\n").partition("  ")
                if self._checksum(name) != checksum:
                    raise self._damaged(name)

    def _checksum(self, name: str) -> str:
        digest = hashlib.sha256()
        with self._zip.open(name) as member:
            while piece := member.read(_PIECE):
                digest.update(piece)
        return digest.hexdigest()

    def _damaged(self, what: str) -> InvalidInput:
        return InvalidInput(
            Text(
                en=f"{self._path.name} is not a whole export ({what}). Nothing was restored; export again.",
                zh=f"{self._path.name} 不是完整的导出文件（{what}）。未恢复任何内容，请重新导出。",
            ),
            code="export_damaged",
        )


def restore(export: Export, slug: str | None = None) -> tuple[dict[str, int], list[AssistantError]]:
    """Bring a tenant back; returns how many of each kind are new, and what could not be brought back.

    Run again after it was killed, it goes on: a document that is here whole is left alone. Documents are queued to be
    read; their chunks get the ids they had when the tenant keeps its short name (`slug` None).
    """
    facts = read(Tenant, export.facts["tenant"])
    name = slug or facts.pop("slug")
    tenant, _ = Tenant.objects.get_or_create(slug=name, defaults={key: facts[key] for key in ("name", "language")})
    counts, problems = {"documents": 0}, []
    for row in export.rows(DOCUMENTS):
        try:
            counts["documents"] += _document(tenant, row, export)
        except AssistantError as error:
            problems.append(error)
    for part, path in settings.TRANSFERS:
        counts[part] = import_string(f"{path}.load")(tenant, export.rows(f"{part}.jsonl"))
    return counts, problems


def _document(tenant: Tenant, row: dict[str, Any], export: Export) -> bool:
    fields = read(Document, row)
    here = Document.objects.filter(pk=fields["id"]).first()
    if here is not None:
        whole = here.tenant_id == tenant.pk and here.revisions.count() >= len(row["revisions"])
        if not whole:
            raise _taken(here)
        return False
    moments = {name: fields.pop(name) for name in ("created_at", "updated_at")}
    if fields["state"] != State.WITHDRAWN:
        fields["state"] = State.PENDING
    with services.no_duplicate(tenant, fields["checksum"]):
        document = Document(tenant=tenant, **fields)
        document.save(force_insert=True)
        for revision in row["revisions"]:
            _revision(document, revision, export)
        if document.deleted_at is None and document.state != State.WITHDRAWN:
            services.reingest(document)
        Document.objects.filter(pk=document.pk).update(**moments)
    return True


def _revision(document: Document, row: dict[str, Any], export: Export) -> None:
    fields = read(Revision, row)
    moment = fields.pop("created_at")
    made = Revision.objects.create(document=document, data=blobs.keep(export.blob(fields["sha256"])), **fields)
    Revision.objects.filter(pk=made.pk).update(created_at=moment)


def _taken(document: Document) -> Conflict:
    return Conflict(
        Text(
            en=f"The id of “{document}” ({document.pk}) is taken here. Restore into an empty installation.",
            zh=f"“{document}”（{document.pk}）的编号在此已被其他文档使用，请恢复到空的安装中。",
        ),
        code="document_id_taken",
    )

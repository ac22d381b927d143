"""Write everything of a tenant: one moment of the database, a piece at a time."""

from __future__ import annotations

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from typing import IO, Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from assistant.accounts.models import Tenant
from assistant.knowledge import blobs
from assistant.knowledge.models import Document, Revision
from assistant.knowledge.transfer import BLOBS, DOCUMENTS, FACTS, FORMAT, SUMS
from assistant.knowledge.transfer.rows import plain

_BATCH = 100
_SPOOL = 1 << 20


def export(tenant: Tenant, target: IO[bytes]) -> dict[str, int]:
    """Write the tenant's zip to `target`, which need not be seekable; returns how many of each kind it holds.

    At most one file's bytes are in memory at a time. Raises BlobDamaged when the bytes of a revision are not there.
    """
    with transaction.atomic(), zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with tempfile.SpooledTemporaryFile(_SPOOL) as sums:
            writer = _Writer(archive, sums)
            counts = {"documents": writer.rows(DOCUMENTS, _documents(tenant))}
            for name, path in settings.TRANSFERS:
                counts[name] = writer.rows(f"{name}.jsonl", import_string(f"{path}.dump")(tenant))
            counts["blobs"] = sum(writer.blob(revision) for revision in _revisions(tenant))
            facts = {
                "format": FORMAT,
                "tenant": plain(tenant),
                "created_at": timezone.now(),
                "counts": counts,
                "sums": writer.write_sums(),
            }
        archive.writestr(FACTS, json.dumps(facts, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1))
    return counts


class _Writer:
    """Members of the zip, with the checksum of each noted down."""

    def __init__(self, archive: zipfile.ZipFile, sums: IO[bytes]) -> None:
        self._archive, self._sums = archive, sums

    def rows(self, name: str, rows: Iterable[Mapping[str, Any]]) -> int:
        count, digest = 0, hashlib.sha256()
        with self._archive.open(name, "w", force_zip64=True) as member:
            for row in rows:
                line = json.dumps(row, cls=DjangoJSONEncoder, ensure_ascii=False).encode() + b"\n"
                member.write(line)
                digest.update(line)
                count += 1
        self._note(name, digest.hexdigest())
        return count

    def blob(self, revision: Revision) -> int:
        self._archive.writestr(BLOBS + revision.sha256, blobs.read(revision))
        self._note(BLOBS + revision.sha256, revision.sha256)
        return 1

    def write_sums(self) -> str:
        """Write the list of checksums; returns its own."""
        digest = hashlib.sha256()
        self._sums.seek(0)
        with self._archive.open(SUMS, "w", force_zip64=True) as member:
            while piece := self._sums.read(_SPOOL):
                member.write(piece)
                digest.update(piece)
        return digest.hexdigest()

    def _note(self, name: str, checksum: str) -> None:
        self._sums.write(f"{checksum}  {name}\n".encode())


def _documents(tenant: Tenant) -> Iterator[dict[str, Any]]:
    rows = Document.objects.filter(tenant=tenant).select_related("revision").defer("revision__data")
    for document in rows.order_by("created_at", "id").iterator(chunk_size=_BATCH):
        revisions = document.revisions.defer("data").order_by("number")
        live = document.revision.number if document.revision is not None else None
        yield {**plain(document), "live": live, "revisions": [plain(revision) for revision in revisions]}


def _revisions(tenant: Tenant) -> Iterator[Revision]:
    """One revision for each bytes there are."""
    rows = Revision.objects.filter(document__tenant=tenant).order_by("sha256", "pk").distinct("sha256")
    return rows.iterator(chunk_size=1)

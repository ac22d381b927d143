"""The bytes of large revisions, as files named by their SHA-256 under DATA_DIR/documents."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from assistant.knowledge.models import Revision

IN_ROW = 256 * 1024
"""Up to this size the bytes lie in the row; see Revision."""


class BlobDamaged(OSError):
    """A file is missing or no longer has the checksum it is named after; restore it from a backup."""


def checksum_of(data: bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def keep(data: bytes) -> bytes | None:
    """Make bytes durable: return them when they belong in the row, else write the file and return None.

    Both the file and its folder are flushed to disk before this returns, so that a row never names bytes that a power
    cut can take away. A file that a failed transaction leaves behind is harmless: it is named after its contents.
    """
    if len(data) <= IN_ROW:
        return data
    path = path_of(checksum_of(data))
    if path.exists() and path.stat().st_size == len(data):
        return None
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as draft:
        draft.write(data)
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).replace(path)
    _sync_folder(path.parent)
    return None


def read(revision: Revision) -> bytes:
    """Return a revision's bytes. Raises BlobDamaged."""
    return _in_file(revision) if revision.data is None else bytes(revision.data)


def _in_file(revision: Revision) -> bytes:
    path = path_of(revision.sha256)
    try:
        data = path.read_bytes()
    except FileNotFoundError as error:
        raise BlobDamaged(f"{path} is missing; restore it from a backup") from error
    if checksum_of(data) != revision.sha256:
        raise BlobDamaged(f"{path} is damaged; restore it from a backup")
    return data


def read_many(revisions: Sequence[Revision]) -> list[bytes]:
    """Bytes of several revisions, of those in rows by one statement. Raises BlobDamaged."""
    rows = Revision.objects.filter(pk__in=[revision.pk for revision in revisions], data__isnull=False)
    kept = {pk: bytes(data) for pk, data in rows.values_list("pk", "data") if data is not None}
    return [kept[revision.pk] if revision.pk in kept else _in_file(revision) for revision in revisions]


def path_of(sha256: str) -> Path:
    """Say where the bytes with this checksum lie."""
    return settings.HOUSE.data_dir / "documents" / sha256[:2] / sha256


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

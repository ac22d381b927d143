"""Load the demo's documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from assistant.accounts.models import Tenant
from assistant.errors import Conflict
from assistant.knowledge import services
from assistant.knowledge.demo_files import Encoders, Progress, fingerprint, is_loaded, loaded, rows
from assistant.knowledge.models import IngestionJob
from assistant.knowledge.models.job import JobState
from assistant.knowledge.worker import Worker


def load(tenant: Tenant, folder: Path, encoder: Encoders, progress: Progress) -> int:
    """Bring in the documents listed in documents.jsonl and read them; returns how many were new or changed."""
    listed = rows([folder / "documents.jsonl"])
    paths = [folder / "documents.jsonl", *(folder / row["file"] for row in listed)]
    number = fingerprint(paths)
    if is_loaded(tenant, "documents", number):
        return 0
    changed = sum(_bring(tenant, folder, row) for row in listed)
    worker = Worker(encoder)
    left = _left(tenant)
    total = left
    while left and worker.one():
        left = _left(tenant)
        progress(total - left, total)
    loaded(tenant, "documents", number)
    return changed


def _bring(tenant: Tenant, folder: Path, row: dict[str, Any]) -> bool:
    path = folder / row["file"]
    source = " · ".join(part for part in (row.get("licence"), row.get("attribution")) if part)
    try:
        return services.import_document(
            tenant,
            f"demo/{row['file']}",
            path.name,
            path.read_bytes(),
            title=row["title"],
            domain=row["domain"],
            language=row["language"],
            tags=row["tags"],
            licence=source,
            url=row.get("url", ""),
            uploader="demo",
        )
    except Conflict:
        return False  # an editor has uploaded the same file already


def _left(tenant: Tenant) -> int:
    waiting = IngestionJob.objects.filter(revision__document__tenant=tenant)
    return waiting.exclude(state__in=[JobState.DONE, JobState.FAILED]).count()

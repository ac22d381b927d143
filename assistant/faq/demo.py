"""Load the demo's curated answers."""

from __future__ import annotations

from pathlib import Path

from assistant.accounts.models import Tenant
from assistant.faq import services
from assistant.knowledge.demo_files import Encoders, Progress, fingerprint, is_loaded, loaded, rows


def load(tenant: Tenant, folder: Path, encoder: Encoders, progress: Progress) -> int:
    """Create or update the entries of faq/*.jsonl; returns how many changed."""
    paths = sorted((folder / "faq").glob("*.jsonl"))
    number = fingerprint(paths)
    if is_loaded(tenant, "faq", number):
        return 0
    entries, changed = rows(paths), 0
    for done, row in enumerate(entries, start=1):
        changed += services.upsert(
            tenant,
            row["pair"],
            row["language"],
            encoder=encoder(),
            domain=row["domain"],
            question=row["question"],
            variants=row["variants"],
            answer=row["answer"],
            tags=row["tags"],
            source=row.get("attribution", ""),
        )
        progress(done, len(entries))
    loaded(tenant, "faq", number)
    return changed

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
    for row in entries:
        changed += services.upsert(
            tenant,
            row["pair"],
            row["language"],
            embed=False,
            wait=False,
            domain=row["domain"],
            question=row["question"],
            variants=row["variants"],
            answer=row["answer"],
            tags=row["tags"],
            source=row.get("attribution", ""),
        )
    done = 0
    while embedded := services.embed_missing(encoder()):  # in batches, which is several times faster than one by one
        done += embedded
        progress(done, done + services.missing(encoder()))
    loaded(tenant, "faq", number)
    return changed

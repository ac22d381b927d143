"""Load the demo's intents, examples and small talk, and train the classifier."""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path
from typing import Any

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.demo_files import Encoders, Progress, fingerprint, is_loaded, loaded, rows


def load(tenant: Tenant, folder: Path, encoder: Encoders, progress: Progress) -> int:
    """Create or update the intents; returns how many changed."""
    paths = [folder / "intents.json", folder / "intents.jsonl", folder / "small_talk.jsonl"]
    number = fingerprint(paths)
    if is_loaded(tenant, "intents", number):
        return 0
    examples: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows([folder / "intents.jsonl"]):
        examples[row["intent"] or OUT_OF_SCOPE].append((row["text"], row["language"]))
    small_talk = _small_talk(rows([folder / "small_talk.jsonl"]))
    described = json.loads((folder / "intents.json").read_text(encoding="utf-8"))["intents"]
    described.append({"name": OUT_OF_SCOPE, "domain": "general", "layer": "out_of_scope"})
    changed = 0
    for done, row in enumerate(described, start=1):
        changed += services.save_intent(
            tenant,
            row["name"],
            examples[row["name"]],
            route=row["layer"],
            domain=row["domain"],
            description=row.get("description_zh" if tenant.language == "zh" else "description_en", ""),
            replies=small_talk if row["layer"] == "small_talk" else {},
        )
        progress(done, len(described) + 1)
    services.train_tenant(tenant, encoder())
    progress(len(described) + 1, len(described) + 1)
    loaded(tenant, "intents", number)
    return changed


def _small_talk(ready: list[dict[str, Any]]) -> dict[str, dict[str, list[str]]]:
    """Arrange replies by language and kind."""
    replies: dict[str, dict[str, list[str]]] = defaultdict(dict)
    for row in ready:
        replies[row["language"]][row["kind"]] = row["replies"]
    return dict(replies)

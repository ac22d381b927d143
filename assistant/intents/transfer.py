"""Intents and their examples in an export, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from assistant.accounts.models import Tenant
from assistant.intents import services
from assistant.intents.models import Example, Intent
from assistant.knowledge.transfer.rows import plain, read


def dump(tenant: Tenant) -> Iterator[dict[str, Any]]:
    """Every intent of a tenant with its examples, by name."""
    for intent in Intent.objects.filter(tenant=tenant).order_by("name").iterator(chunk_size=100):
        examples = [plain(example, "encoder") for example in intent.examples.order_by("id")]
        yield {**plain(intent, "updated_at"), "examples": examples}


def load(tenant: Tenant, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add intents and examples that are not there; returns how many intents changed. The worker trains from them."""
    return sum(_load(tenant, row) for row in rows)


def _load(tenant: Tenant, row: Mapping[str, Any]) -> bool:
    fields = read(Intent, row)
    examples = [read(Example, example) for example in row["examples"]]
    pairs = [(example["text"], example["language"]) for example in examples]
    return services.save_intent(tenant, fields.pop("name"), pairs, **fields)

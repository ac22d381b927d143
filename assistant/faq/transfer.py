"""Curated answers in an export, and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from django.db import transaction

from assistant.accounts.models import Tenant
from assistant.faq import services
from assistant.faq.models import FaqEntry
from assistant.knowledge.transfer.rows import plain, read

_MOMENTS = ("created_at", "updated_at")


def dump(tenant: Tenant) -> Iterator[dict[str, Any]]:
    """Every entry of a tenant, by key and language."""
    rows = FaqEntry.objects.of(tenant).order_by("key", "language")
    return (plain(entry, "version") for entry in rows.iterator(chunk_size=500))


def load(tenant: Tenant, rows: Iterable[Mapping[str, Any]]) -> int:
    """Add the entries whose key and language are not there; returns how many. The worker embeds them."""
    return sum(_load(tenant, read(FaqEntry, row)) for row in rows)


@transaction.atomic
def _load(tenant: Tenant, fields: dict[str, Any]) -> bool:
    if FaqEntry.objects.of(tenant).filter(key=fields["key"], language=fields["language"]).exists():
        return False
    moments = {name: fields.pop(name) for name in _MOMENTS if name in fields}
    entry = services.save(FaqEntry(tenant=tenant, **fields), embed=False)
    FaqEntry.objects.filter(pk=entry.pk).update(**moments)
    return True

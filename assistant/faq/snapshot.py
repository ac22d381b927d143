"""Curated answers in Redis: what one process has read from PostgreSQL, the next one takes from here.

A worker that starts while the database is away still answers curated questions. A snapshot is used only when its
version is the database's, or when the database cannot be asked.
"""

from __future__ import annotations

import io
import json
import logging
import zipfile
from dataclasses import asdict

import numpy as np
import redis
from django.conf import settings

from assistant.faq.table import Entry, Table, Way

logger = logging.getLogger(__name__)

PREFIX = "faq:answers:"
TIMEOUT_S = 0.5
_SETS = ("access", "foreign", "refused")


def save(slug: str, table: Table, encoder: str) -> None:
    """Leave a table in Redis; without Redis nothing happens."""
    try:
        with _client() as client:
            client.set(PREFIX + slug, dump(table, encoder))
    except redis.RedisError as error:
        logger.warning("faq.snapshot_unsaved tenant=%s error=%s", slug, error)


def load(slug: str, version: int, encoder: str) -> Table | None:
    """Read a tenant's table if it has this version and these vectors, else None."""
    try:
        with _client() as client:
            found = client.get(PREFIX + slug)
    except redis.RedisError as error:
        logger.warning("faq.snapshot_unread tenant=%s error=%s", slug, error)
        return None
    table = None if found is None else parse(found, encoder)
    return table if table is not None and table.version == version else None


def load_all(encoder: str) -> dict[str, Table]:
    """Read the tables of all tenants, whatever their version."""
    tables: dict[str, Table] = {}
    try:
        with _client() as client:
            for key in client.scan_iter(PREFIX + "*"):
                table = parse(client.get(key) or b"", encoder)
                if table is not None:
                    tables[key.decode().removeprefix(PREFIX)] = table
    except redis.RedisError as error:
        logger.warning("faq.snapshots_unread error=%s", error)
    return tables


def dump(table: Table, encoder: str) -> bytes:
    """Write a table as bytes: entries as JSON, vectors as one array, in one .npz without objects."""
    entries = [{**asdict(entry), **_sets(entry), "ways": _ways(entry)} for entry in table.entries]
    vectors = [way.vector for entry in table.entries for way in entry.ways if way.vector is not None]
    head = json.dumps({"version": table.version, "encoder": encoder, "entries": entries}).encode()
    stacked = np.stack(vectors) if vectors else np.zeros((0, 0), np.float32)
    buffer = io.BytesIO()
    np.savez(buffer, head=np.frombuffer(head, np.uint8), vectors=stacked.astype("<f4"))
    return buffer.getvalue()


def parse(data: bytes, encoder: str) -> Table | None:
    """Read `dump`'s bytes; None when they were made for another encoder or are damaged."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            head = json.loads(arrays["head"].tobytes())
            vectors = arrays["vectors"]
    except (ValueError, KeyError, EOFError, OSError, zipfile.BadZipFile) as error:
        logger.warning("faq.snapshot_damaged error=%s", error)
        return None
    if head["encoder"] != encoder:
        return None
    rows = iter(vectors)
    entries = []
    for entry in head["entries"]:
        ways = tuple(Way(text, folded, next(rows) if embedded else None) for text, folded, embedded in entry["ways"])
        sets = {name: frozenset(entry.get(name, ())) for name in _SETS}
        entries.append(Entry(**{**entry, **sets, "ways": ways}))
    return Table(head["version"], entries)


def _sets(entry: Entry) -> dict[str, list[str]]:
    return {name: sorted(getattr(entry, name)) for name in _SETS}


def _ways(entry: Entry) -> list[tuple[str, str, bool]]:
    return [(way.text, way.folded, way.vector is not None) for way in entry.ways]


def _client() -> redis.Redis[bytes]:
    return redis.Redis.from_url(settings.HOUSE.redis_url, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S)

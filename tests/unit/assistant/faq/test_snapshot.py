"""Curated answers in a real Redis: whole or not at all, and no error when Redis is away."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import redis
from django.conf import settings as django_settings

from assistant.faq import snapshot
from assistant.faq.table import EVERYBODY, Entry, Table, Way

VECTOR = np.array([0.6, 0.8], np.float32)
RETURNS = Entry(
    1,
    "returns",
    "zh",
    "general",
    "refund",
    "如何退货？",
    "15天内。",
    frozenset({"public", "staff"}),
    (Way("如何退货？", "如何退货", VECTOR), Way("怎么退", "怎么退", None), Way("退货", "退货", VECTOR[::-1].copy())),
)
PHONE = Entry(2, "phone", "en", "general", "faq", "Phone?", "400.", EVERYBODY, (Way("Phone?", "phone", None),))
TABLE = Table(7, [RETURNS, PHONE])


@pytest.fixture
def away(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that point to a Redis that is not there."""
    house = replace(django_settings.HOUSE, redis_url="redis://127.0.0.1:1/0")
    monkeypatch.setattr(django_settings, "HOUSE", house)


def plain(table: Table | None) -> Any:
    """All that a table holds, with vectors as lists."""
    if table is None:
        return None
    ways = [
        [(w.text, w.folded, None if w.vector is None else w.vector.tolist()) for w in e.ways] for e in table.entries
    ]
    return table.version, [replace(entry, ways=()) for entry in table.entries], ways


def test_what_one_process_saved_the_next_one_loads_whole(redis_url: str) -> None:
    snapshot.save("acme", TABLE, "e5")
    assert plain(snapshot.load("acme", 7, "e5")) == plain(TABLE)


@pytest.mark.parametrize(
    ("slug", "version", "encoder"), [("blue", 7, "e5"), ("acme", 6, "e5"), ("acme", 8, "e5"), ("acme", 7, "bge")]
)
def test_another_tenant_version_or_encoder_is_not_taken(redis_url: str, slug: str, version: int, encoder: str) -> None:
    snapshot.save("acme", TABLE, "e5")
    assert snapshot.load(slug, version, encoder) is None


def test_a_later_table_takes_the_place_of_the_earlier(redis_url: str) -> None:
    snapshot.save("acme", TABLE, "e5")
    snapshot.save("acme", Table(8, [PHONE]), "e5")
    assert snapshot.load("acme", 7, "e5") is None
    assert plain(snapshot.load("acme", 8, "e5")) == plain(Table(8, [PHONE]))


def test_all_tenants_come_back_by_slug_whatever_their_version(redis_url: str) -> None:
    snapshot.save("acme", TABLE, "e5")
    snapshot.save("blue-sky", Table(1, []), "e5")
    snapshot.save("old", TABLE, "bge")
    found = snapshot.load_all("e5")
    assert {slug: table.version for slug, table in found.items()} == {"acme": 7, "blue-sky": 1}
    assert len(found["blue-sky"]) == 0


def test_a_damaged_snapshot_is_passed_over_and_the_others_are_read(redis_url: str) -> None:
    snapshot.save("acme", TABLE, "e5")
    with redis.Redis.from_url(redis_url) as client:
        client.set(snapshot.PREFIX + "broken", b"PK\x03\x04 not an archive")
    assert set(snapshot.load_all("e5")) == {"acme"}
    assert snapshot.load("broken", 7, "e5") is None


@pytest.mark.usefixtures("away")
def test_without_redis_there_is_nothing_and_no_error(caplog: pytest.LogCaptureFixture) -> None:
    snapshot.save("acme", TABLE, "e5")
    assert snapshot.load("acme", 7, "e5") is None
    assert snapshot.load_all("e5") == {}
    said = [record.getMessage().split()[0] for record in caplog.records]
    assert said == ["faq.snapshot_unsaved", "faq.snapshot_unread", "faq.snapshots_unread"]


@pytest.mark.parametrize("keep", [0.0, 0.1, 0.5, 0.9, 0.99])
def test_bytes_cut_anywhere_are_damaged_and_nothing_else(keep: float) -> None:
    data = snapshot.dump(TABLE, "e5")
    assert snapshot.parse(data[: int(len(data) * keep)], "e5") is None


def test_a_snapshot_holds_no_objects_that_could_run_code() -> None:
    with np.load(io.BytesIO(snapshot.dump(TABLE, "e5")), allow_pickle=False) as arrays:
        assert {name: arrays[name].dtype.hasobject for name in arrays.files} == {"head": False, "vectors": False}


def test_an_array_of_objects_is_refused() -> None:
    buffer = io.BytesIO()
    np.savez(buffer, head=np.array([{"version": 1}], dtype=object), vectors=np.zeros((0, 0), np.float32))
    assert snapshot.parse(buffer.getvalue(), "e5") is None


def test_an_empty_table_and_one_without_vectors_come_back() -> None:
    for table in (Table(1, []), Table(2, [PHONE])):
        assert plain(snapshot.parse(snapshot.dump(table, "e5"), "e5")) == plain(table)

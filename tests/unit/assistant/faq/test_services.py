"""Entries and what is derived from them."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant, Version
from assistant.errors import InvalidInput
from assistant.faq import services
from assistant.faq.models import FaqEntry, FaqVariant
from assistant.faq.stats import FaqStats, drain
from retrieval.protocols import Encoder


def entry(tenant: Tenant, **fields: object) -> FaqEntry:
    values: dict[str, object] = {"key": "k", "language": "en", "question": "Is it free?", "answer": "Yes."}
    return FaqEntry(tenant=tenant, **{**values, **fields})


def test_every_wording_is_kept_once_folded_and_embedded(tenant: Tenant, house_encoder: Encoder) -> None:
    saved = services.save(entry(tenant, variants=["IS IT FREE", "Does it cost anything?", "  "]))
    ways = {way.folded: way for way in saved.ways.all()}
    assert set(ways) == {"is it free", "does it cost anything"}
    assert {way.encoder for way in ways.values()} == {house_encoder.name}
    assert {len(bytes(way.vector or b"")) for way in ways.values()} == {4 * house_encoder.dimension}


def test_saving_again_embeds_only_what_is_new(tenant: Tenant, house_encoder: Encoder) -> None:
    saved = services.save(entry(tenant, variants=["Does it cost anything?"]))
    before = {way.folded: way.pk for way in saved.ways.all()}
    saved.variants = ["Must I pay for it?"]
    services.save(saved)
    after = {way.folded: way.pk for way in saved.ways.all()}
    assert set(after) == {"is it free", "must i pay for it"}
    assert after["is it free"] == before["is it free"]


@pytest.mark.parametrize("fields", [{"question": "?!"}, {"answer": "  "}])
def test_an_entry_without_question_or_answer_is_refused(
    tenant: Tenant, house_encoder: Encoder, fields: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        services.save(entry(tenant, **fields))
    assert "FAQ" in refused.value.text.zh
    assert not FaqEntry.objects.exists()


def test_without_an_encoder_an_entry_is_saved_and_embedded_later(tenant: Tenant, encoder: Encoder) -> None:
    saved = services.save(entry(tenant))  # the test settings name no encoder folder
    assert saved.ways.get().vector is None
    before = Version.numbers("faq")["acme"]
    assert services.embed_missing(encoder) == 1
    assert services.embed_missing(encoder) == 0
    assert FaqVariant.objects.get().vector is not None
    assert Version.numbers("faq")["acme"] == before + 1


def test_upserting_the_same_again_changes_nothing(tenant: Tenant, house_encoder: Encoder) -> None:
    fields = {"question": "Is it free?", "answer": "Yes.", "domain": "general"}
    assert services.upsert(tenant, "free", "en", **fields)
    number = Version.numbers("faq")["acme"]
    assert not services.upsert(tenant, "free", "en", **fields)
    assert Version.numbers("faq")["acme"] == number
    assert services.upsert(tenant, "free", "en", **{**fields, "answer": "No."})


def test_hits_travel_from_the_process_over_redis_to_the_row(
    tenant: Tenant, house_encoder: Encoder, redis_url: str
) -> None:
    saved = services.save(entry(tenant))
    stats = FaqStats(redis_url)
    for _ in range(3):
        stats.served("acme", saved.pk)
    stats.flush()
    stats.served("acme", saved.pk)
    stats.flush()
    assert services.write_hits() == 4
    assert services.write_hits() == 0
    saved.refresh_from_db()
    assert saved.hits == 4


def test_a_drain_that_died_is_finished_by_the_next_one(tenant: Tenant, redis_url: str) -> None:
    stats = FaqStats(redis_url)
    stats.served("acme", 7)
    stats.flush()
    assert drain() == {7: 1}
    stats.served("acme", 7)
    stats.flush()
    assert drain() == {7: 1}  # what was taken first is still to be written down; the rest waits


def test_counts_are_kept_while_redis_is_away() -> None:
    stats = FaqStats("unix:///nowhere/redis.sock")
    stats.served("acme", 1)
    stats.flush()
    stats.flush()
    assert stats.failures == 2
    assert stats._counts == {"acme/1": 1}

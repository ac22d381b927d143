"""Wrong hits of an earlier version become pairs: nothing that was called wrong is served after the upgrade."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from assistant.faq import calibration, rows
from assistant.faq.models import CalibrationPair, FaqEntry
from assistant.faq.services import wordings

BEFORE = ("faq", "0005_questions_by_meaning")


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    call_command("migrate", *BEFORE, verbosity=0, interactive=False)
    yield MigrationExecutor(connection).loader.project_state([BEFORE]).apps
    call_command("migrate", verbosity=0, interactive=False)


def entry_of(old: Any, slug: str = "acme", **more: object) -> Any:
    tenant, _ = old.get_model("accounts", "Tenant").objects.get_or_create(slug=slug, defaults={"name": slug})
    fields = {"key": "hours", "language": "en", "question": "Open when?", "variants": ["Your hours?"], "answer": "9."}
    return old.get_model("faq", "FaqEntry").objects.create(tenant=tenant, **(fields | more))


def hit(old: Any, entry: Any, question: str) -> uuid.UUID:
    turn = uuid.uuid4()
    old.get_model("faq", "WrongHit").objects.create(
        entry=entry, question=question, folded=calibration.asked_as(question), turn=turn
    )
    return turn


def pair(old: Any, entry: Any, question: str, way: str, *, same: bool = False) -> None:
    old.get_model("faq", "CalibrationPair").objects.create(
        tenant=entry.tenant, language="en", domain="general", question_a=question, question_b=way, same=same,
        origin="agent", digest=calibration.digest(question, way),
    )  # fmt: skip


def upgraded() -> None:
    call_command("migrate", verbosity=0, interactive=False)


def refused(entry: Any) -> frozenset[str]:
    row = FaqEntry.objects.get(pk=entry.pk)
    for folded, text in wordings(row).items():
        row.ways.get_or_create(text=text, folded=folded)
    return next(found.refused for found in rows.published(row.tenant.slug, "e") if found.id == row.pk)


def test_a_hit_and_the_pair_written_beside_it_become_one(old: Any) -> None:
    entry = entry_of(old)
    turn = hit(old, entry, "When is it open?")
    pair(old, entry, "When is it open?", "Your hours?")
    upgraded()
    one = CalibrationPair.objects.get()
    assert (one.entry_id, one.turn, one.question_b, one.origin) == (entry.pk, turn, "Your hours?", "agent")
    assert refused(entry) == {"when is it open"}


def test_hits_without_a_pair_and_of_its_very_words_are_kept(old: Any) -> None:
    entry = entry_of(old)
    hit(old, entry, "Hello, is it open?")
    hit(old, entry, "your HOURS")
    upgraded()
    found = {(row.question_a, row.question_b, row.same, row.entry_id) for row in CalibrationPair.objects.all()}
    assert found == {
        ("Hello, is it open?", "Open when?", False, entry.pk), ("your HOURS", "Your hours?", False, entry.pk),
    }  # fmt: skip
    assert {"is it open", "your hours"} <= refused(entry)


def test_pairs_without_a_hit_stay_as_they_were_and_tenants_stay_apart(old: Any) -> None:
    mine, theirs = entry_of(old), entry_of(old, "other")
    pair(old, mine, "Open?", "Open when?", same=True)
    pair(old, theirs, "When is it open?", "Open when?")
    hit(old, mine, "When is it open?")
    upgraded()
    assert CalibrationPair.objects.filter(tenant_id=theirs.tenant_id).get().entry is None
    assert CalibrationPair.objects.filter(tenant_id=mine.tenant_id, same=True).get().entry is None
    assert refused(mine) == refused(theirs) == {"when is it open"}


def test_the_way_back_keeps_the_hits(old: Any) -> None:
    entry = entry_of(old)
    turn = hit(old, entry, "When is it open?")
    upgraded()
    call_command("migrate", *BEFORE, verbosity=0, interactive=False)
    row = old.get_model("faq", "WrongHit").objects.get()
    assert (row.entry_id, row.folded, row.turn) == (entry.pk, "when is it open", turn)

"""Nearly the same passages of different documents are found, and only within a tenant."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.accounts.models import Tenant
from assistant.editing import twins
from assistant.editing.models import Run
from assistant.editing.twins import twins_of
from assistant.knowledge import services
from assistant.knowledge.models import Document
from assistant.knowledge.sharpening import sharpen
from retrieval.encoders.batching import BatchingEncoder
from retrieval.protocols import Encoder

Add = Callable[..., Document]
RULE = "Unused goods can be returned within {} days of delivery to our shop. Keep the receipt for that time."


@pytest.fixture
def reader(encoder: Encoder) -> Encoder:
    return encoder


def test_a_contradiction_is_found_and_stands_before_the_duplicates(
    add: Add, tenant: Tenant, words: BatchingEncoder
) -> None:
    add(RULE.format(30), title="A")
    add(RULE.format(30) + " Thanks.", title="B")
    add(RULE.format(14), title="C")
    add("Our canteen serves soup at noon.", title="D")
    outcome = twins.find(Run(tenant=tenant), lambda _: None)
    found = outcome.result["twins"]
    assert [pair["doubt"]["reason"] for pair in found] == ["numbers", "numbers", "duplicate"]
    assert {pair["first"]["title"] for pair in found} | {pair["second"]["title"] for pair in found} == {"A", "B", "C"}
    assert outcome.note.en == "2 contradictions, 1 duplicates"


def test_nothing_of_another_tenant_is_compared(add: Add, tenant: Tenant, other: Tenant, reader: Encoder) -> None:
    add(RULE.format(30), title="A")
    add(RULE.format(14), title="B", owner=other)
    assert twins_of(tenant, reader.name) == []
    assert twins_of(other, reader.name) == []


def test_passages_of_one_document_and_deleted_documents_are_left_alone(
    add: Add, tenant: Tenant, reader: Encoder
) -> None:
    add("\n\n".join(f"# Part {n}\n\n{RULE.format(n)}" for n in (10, 20)), title="A")
    gone = add(RULE.format(10), title="B")
    services.delete(gone)
    assert twins_of(tenant, reader.name) == []


def test_no_documents_and_one_document_have_no_twins(add: Add, tenant: Tenant, reader: Encoder) -> None:
    assert twins_of(tenant, reader.name) == []
    add(RULE.format(30))
    assert twins_of(tenant, reader.name) == []


def test_blocks_make_no_difference(add: Add, tenant: Tenant, reader: Encoder, monkeypatch: object) -> None:
    for number in range(5):
        add(RULE.format(number + 3), title=f"T{number}")
    whole = twins_of(tenant, reader.name)
    monkeypatch.setattr(twins, "BLOCK", 2)  # type: ignore[attr-defined]
    assert twins_of(tenant, reader.name) == whole
    assert len(whole) == 10


def test_passages_whose_sentences_were_embedded_are_compared_like_the_others(
    add: Add, tenant: Tenant, reader: Encoder
) -> None:
    """Sentences lie behind the passage's vector in the same bytes, and not every passage has as many, or any."""
    add(RULE.format(30), title="A")
    add(RULE.format(14), title="B")
    add("Our canteen serves soup at noon.", title="C")
    bare = twins_of(tenant, reader.name)
    assert len(bare) == 1
    sharpen(reader)
    assert twins_of(tenant, reader.name) == bare
    add(RULE.format(10), title="D")  # not sharpened yet
    assert {(pair.first.title, pair.second.title) for pair in twins_of(tenant, reader.name)} >= {("D", "B"), ("D", "A")}


def test_a_look_without_a_tenant_says_so_and_an_empty_one_finds_nothing(tenant: Tenant, words: BatchingEncoder) -> None:
    assert twins.find(Run(), lambda _: None).note.en == "no tenant was named"
    found = twins.find(Run(tenant=tenant), lambda _: None)
    assert (found.note.en, found.result) == ("0 contradictions, 0 duplicates", {"twins": []})


def test_vectors_of_another_encoder_are_not_compared(add: Add, tenant: Tenant) -> None:
    for title in ("A", "B"):
        add(f"{RULE.format(30)} {title}", title=title)
    assert twins_of(tenant, "an encoder of last year") == []

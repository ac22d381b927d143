"""Two tenants, three access groups: two hundred attempts to see what is not one's own, over a live index."""

from __future__ import annotations

import random

import pytest

from assistant.accounts.models import Tenant
from assistant.errors import Conflict
from assistant.knowledge import services
from assistant.knowledge.live import LiveKnowledge
from assistant.knowledge.models import Document
from assistant.knowledge.worker import Worker
from retrieval.ingest import parse_here
from retrieval.retriever import HybridRetriever
from retrieval.types import Chunk, Filter
from tests.unit.retrieval.conftest import HashingEncoder

ENCODER = HashingEncoder()
GROUPS = ("public", "staff", "board")
TOPICS = ("salary of the director", "董事长的薪酬", "price of the parcel", "退款的期限")
ODD_TENANTS = ("", "*", "%", "ACME", "acme ", " acme", "acme\x00", "acme' OR 1=1 --", "other,acme", "acme\u200b")
ODD_GROUPS = ("", "*", "%", "Board", "board ", "board,public", "public' OR 1=1", "board\x00", "ｂｏａｒｄ")
ATTEMPTS = 200


@pytest.fixture
def retriever(tenant: Tenant, other: Tenant) -> HybridRetriever:
    """Every topic, for every tenant and every group, each with a word that names who may read it."""
    for owner in (tenant, other):
        for group in GROUPS:
            for topic in TOPICS:
                text = f"The {topic} is secret_{owner.slug}_{group}."
                services.add_document(owner, "a.md", text.encode(), title=topic, access=[group], tags=[group])
    worker = Worker(lambda: ENCODER, parser=parse_here)
    worker.drain()
    worker.stop()
    made = HybridRetriever(ENCODER)
    LiveKnowledge(made, ENCODER.name).refresh()
    return made


def may_read(chunk: Chunk, asked: Filter) -> bool:
    return chunk.tenant == asked.tenant and bool(asked.groups & chunk.access)


def attempt(chance: random.Random) -> tuple[str, Filter]:
    """A question that names somebody else's secret word for word, asked by a reader who is odd or merely another."""
    secret = f"secret_{chance.choice(['acme', 'other'])}_{chance.choice(GROUPS)}"
    question = f"The {chance.choice(TOPICS)} is {secret}."
    tenant = chance.choice(ODD_TENANTS) if chance.random() < 0.3 else chance.choice(["acme", "other"])
    names = chance.sample([*GROUPS, *ODD_GROUPS], chance.randint(0, 3))
    tags = frozenset({chance.choice(GROUPS)}) if chance.random() < 0.3 else frozenset()
    language = chance.choice([None, "en", "zh", "*"])
    return question, Filter(tenant, frozenset(names), language=language, tags=tags)


def test_two_hundred_attempts_to_cross_find_nothing_that_is_not_the_readers(retriever: HybridRetriever) -> None:
    chance = random.Random(200)
    found = 0
    for _ in range(ATTEMPTS):
        question, reader = attempt(chance)
        for hit in retriever.search(question, reader, k=50):
            found += 1
            assert may_read(hit.chunk, reader)
            assert f"secret_{reader.tenant}_" in hit.chunk.text
            assert all(may_read(near, reader) or near.document == hit.chunk.document
                       for near in retriever.neighbours(hit.chunk))  # fmt: skip
    assert found > ATTEMPTS // 4  # honest readers among them do find what is theirs


def test_each_reader_finds_all_that_is_theirs(retriever: HybridRetriever) -> None:
    for slug in ("acme", "other"):
        for group in GROUPS:
            hits = retriever.search("salary price 薪酬 退款", Filter(slug, frozenset({group})), k=50)
            assert len(hits) == len(TOPICS)


def test_a_document_that_changes_hands_is_lost_to_those_it_left_at_once(
    retriever: HybridRetriever, tenant: Tenant
) -> None:
    live = LiveKnowledge(retriever, ENCODER.name)
    document = Document.objects.of(tenant).filter(access=["public"]).first()
    assert document is not None
    document.access = ["board"]
    services.describe(document)
    live.refresh()
    seen = retriever.search(document.title, Filter("acme", frozenset({"public"})), k=50)
    assert str(document.pk) not in {hit.chunk.document for hit in seen}
    seen = retriever.search(document.title, Filter("acme", frozenset({"board"})), k=50)
    assert str(document.pk) in {hit.chunk.document for hit in seen}


def test_the_same_file_of_another_tenant_is_no_duplicate_and_not_named(tenant: Tenant, other: Tenant) -> None:
    services.add_document(tenant, "a.md", b"the same bytes", title="a title of acme alone")
    services.add_document(other, "a.md", b"the same bytes", title="theirs")
    with pytest.raises(Conflict) as refused:
        services.add_document(other, "b.md", b"the same bytes")
    assert "acme" not in refused.value.text.en

"""A tenant with two curated answers in each language."""

from __future__ import annotations

import pytest

from assistant.accounts.models import Tenant
from assistant.faq import services
from assistant.faq.lookup import FaqIndex
from assistant.faq.models import FaqEntry
from assistant.faq.stats import FaqStats
from retrieval.protocols import Encoder

ROWS = [
    ("returns", "en", "How long do I have to return something?", ["What is the return period?"], "15 days."),
    ("returns", "zh", "买的东西多少天内可以退？", ["退货期限是多久"], "15天内。"),
    ("phone", "en", "What is your phone number?", ["How can I call you?"], "400-555-0188."),
    ("phone", "zh", "客服电话是多少？", ["怎么给你们打电话"], "400-555-0188。"),
]


@pytest.fixture
def tenant(transactional_db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def entries(tenant: Tenant, house_encoder: Encoder) -> dict[str, FaqEntry]:
    found = {}
    for key, language, question, variants, answer in ROWS:
        entry = FaqEntry(tenant=tenant, key=key, language=language, question=question, variants=variants, answer=answer)
        found[f"{key}.{language}"] = services.save(entry)
    return found


@pytest.fixture
def index(entries: dict[str, FaqEntry], house_encoder: Encoder, redis_url: str) -> FaqIndex:
    index = FaqIndex(house_encoder, FaqStats(redis_url))
    index.refresh()
    return index

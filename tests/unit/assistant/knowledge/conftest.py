"""A tenant, and a worker that has the real encoder."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from assistant.accounts.models import Tenant
from assistant.knowledge.worker import Worker
from retrieval.loaders.isolated import IsolatedParser
from retrieval.protocols import Encoder


@pytest.fixture
def tenant(transactional_db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def other(transactional_db: None) -> Tenant:
    return Tenant.objects.create(slug="other", name="Other")


@pytest.fixture(scope="session")
def parser() -> Iterator[IsolatedParser]:
    """One child for all tests that read files."""
    made = IsolatedParser()
    yield made
    made.close()


@pytest.fixture
def work(encoder: Encoder, parser: IsolatedParser) -> Iterator[Callable[[], int]]:
    """Does all jobs that are due; returns how many."""
    worker = Worker(lambda: encoder, parser=parser)
    yield worker.drain
    worker.stop()

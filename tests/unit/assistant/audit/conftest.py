"""A tenant whose rows are watched, and an editor."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.test import Client

from assistant.accounts.models import Tenant


@pytest.fixture
def tenant(db: None, redis_url: str) -> Tenant:
    return Tenant.objects.create(slug="acme", name="Acme")


@pytest.fixture
def editor(client: Client, db: None) -> Client:
    client.force_login(User.objects.create_superuser("ann", password="secret-of-ann"))
    return client

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth import authenticate, get_user_model
from django.core.management import call_command
from django.utils import timezone

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant
from assistant.config import secrets
from assistant.config.supervisor import access

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def forgotten_secrets() -> Iterator[None]:
    folder = Path(settings.HOUSE.data_dir) / "secrets"
    yield
    for name in (access.API_KEY, access.ADMIN_PASSWORD):
        (folder / name).unlink(missing_ok=True)


def _secret(name: str) -> str:
    return secrets.read(settings.HOUSE.data_dir, name) or ""


def test_the_printed_log_in_and_key_are_the_ones_that_work() -> None:
    call_command("create_first_access")
    assert authenticate(username=access.ADMIN, password=_secret(access.ADMIN_PASSWORD)) is not None
    caller = keys.authenticate(f"Bearer {_secret(access.API_KEY)}")
    assert caller.tenant == settings.HOUSE.demo_tenant
    caller.require("ask")


def test_twice_changes_nothing() -> None:
    call_command("create_first_access")
    before = (_secret(access.API_KEY), _secret(access.ADMIN_PASSWORD))
    call_command("create_first_access")
    assert (_secret(access.API_KEY), _secret(access.ADMIN_PASSWORD)) == before
    assert (Tenant.objects.count(), ApiKey.objects.count(), get_user_model().objects.count()) == (1, 1, 1)


def test_a_new_database_gets_a_new_key_for_the_old_file() -> None:
    secrets.replace(settings.HOUSE.data_dir, access.API_KEY, "ak_of_another_database")
    call_command("create_first_access")
    assert keys.authenticate(f"Bearer {_secret(access.API_KEY)}").tenant == settings.HOUSE.demo_tenant


def test_a_key_that_was_revoked_is_not_issued_again() -> None:
    call_command("create_first_access")
    ApiKey.objects.update(revoked_at=timezone.now())
    call_command("create_first_access")
    assert ApiKey.objects.filter(revoked_at__isnull=True).count() == 0
    assert ApiKey.objects.count() == 1


def test_a_lost_file_of_a_key_that_nobody_revoked_gets_a_new_key() -> None:
    call_command("create_first_access")
    (Path(settings.HOUSE.data_dir) / "secrets" / access.API_KEY).unlink()
    call_command("create_first_access")
    assert keys.authenticate(f"Bearer {_secret(access.API_KEY)}").tenant == settings.HOUSE.demo_tenant


def test_a_password_that_an_administrator_changed_is_kept() -> None:
    call_command("create_first_access")
    admin = get_user_model().objects.get(username=access.ADMIN)
    admin.set_password("their own choice")
    admin.save()
    call_command("create_first_access")
    assert authenticate(username=access.ADMIN, password="their own choice") is not None

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from assistant.accounts.models import Tenant
from assistant.config.supervisor import access


@pytest.mark.django_db
def test_one_command_leaves_schema_tenant_and_log_in_and_twice_changes_nothing() -> None:
    folder = Path(settings.HOUSE.data_dir) / "secrets"
    said = io.StringIO()
    call_command("set_up", stdout=said)
    first = (folder / access.API_KEY).read_text(encoding="ascii")
    call_command("set_up", stdout=said)
    assert (folder / access.API_KEY).read_text(encoding="ascii") == first
    assert Tenant.objects.filter(slug=settings.HOUSE.demo_tenant).count() == 1
    assert said.getvalue().count("create_first_access…") == 2
    for name in (access.API_KEY, access.ADMIN_PASSWORD):
        (folder / name).unlink()

"""`manage.py create_first_access`: the demo tenant, its API key and an administrator, once."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand

from assistant.accounts import keys
from assistant.accounts.models import ApiKey, Tenant
from assistant.config import secrets
from assistant.config.supervisor import access
from assistant.errors import NotAuthenticated

SCOPES = (
    "ask", "documents:read", "documents:write", "faq:read", "faq:write", "intents:read", "intents:write",
    "conversations:read", "models:read", "tests",
)  # fmt: skip

DEMO_KEY = "demo"


class Command(BaseCommand):
    help = "Create the demo tenant, its API key and an administrator, unless they are there."

    def handle(self, *_args: object, **_options: object) -> None:
        data_dir = settings.HOUSE.data_dir
        tenant, _ = Tenant.objects.get_or_create(slug=settings.HOUSE.demo_tenant, defaults={"name": "Demo / 演示"})
        if not get_user_model().objects.filter(username=access.ADMIN).exists():
            password = secrets.ensure(data_dir, access.ADMIN_PASSWORD)
            get_user_model().objects.create_superuser(access.ADMIN, password=password)
        revoked = ApiKey.objects.filter(tenant=tenant, name=DEMO_KEY, revoked_at__isnull=False).exists()
        if revoked:  # somebody closed this door: a start must not open it again
            self.stdout.write("The demo key was revoked and stays so; issue another in the admin site.")
        elif not _opens(secrets.read(data_dir, access.API_KEY)):
            secrets.replace(data_dir, access.API_KEY, keys.issue(tenant, DEMO_KEY, list(SCOPES)))
        self.stdout.write("The demo tenant, its key and the administrator are there.")


def _opens(key: str | None) -> bool:
    """Whether the kept key still opens the API; a new database does not know it."""
    if key is None:
        return False
    try:
        keys.authenticate(f"Bearer {key}")
    except NotAuthenticated:
        return False
    return True

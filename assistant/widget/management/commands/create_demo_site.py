"""`manage.py create_demo_site`: the site of the demo page, once."""

from __future__ import annotations

from django.conf import settings
from django.core.management.base import BaseCommand

from assistant.accounts.models import Tenant
from assistant.widget import demo_site


class Command(BaseCommand):
    help = "Create the demo page's chat site, unless it is there."

    def handle(self, *_args: object, **_options: object) -> None:
        tenant, _ = Tenant.objects.get_or_create(slug=settings.HOUSE.demo_tenant, defaults={"name": "Demo / 演示"})
        site = demo_site.ensure(tenant)
        self.stdout.write(f"The chat site “{site.public_id}” is there.")

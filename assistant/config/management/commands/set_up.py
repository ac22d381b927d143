"""`manage.py set_up`: schema, first access and demo site in one go, as `up` does at a first start."""

from __future__ import annotations

from django.core.management import call_command
from django.core.management.base import BaseCommand

STEPS = (("migrate", "--noinput"), ("create_first_access",), ("create_demo_site",))


class Command(BaseCommand):
    help = "Bring the database to the present schema and create what a first visitor needs. Twice changes nothing."

    def handle(self, *_args: object, **_options: object) -> None:
        # one process for three commands: each start of Django costs seconds on a small machine
        for name, *arguments in STEPS:
            self.stdout.write(f"{name}…")
            call_command(name, *arguments, stdout=self.stdout)

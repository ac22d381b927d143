"""`manage.py export_tenant --tenant T FILE`: everything of a tenant as one zip."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.accounts.models import Tenant
from assistant.knowledge.blobs import BlobDamaged
from assistant.knowledge.transfer.export import export


class Command(BaseCommand):
    help = "Write documents with all revisions, curated answers and intents of a tenant to a zip; - is standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tenant", default=settings.HOUSE.demo_tenant, help="short name; default: %(default)s")
        parser.add_argument("file", help="the zip, which must not exist yet, or -")

    def handle(self, *args: Any, **options: Any) -> None:
        tenant = Tenant.objects.filter(slug=options["tenant"]).first()
        if tenant is None:
            raise CommandError(f"There is no tenant {options['tenant']!r}.")
        if options["file"] == "-":
            export(tenant, sys.stdout.buffer)
            return
        path = Path(options["file"])
        if path.exists():
            raise CommandError(f"{path} exists already. Name another file.")
        counts = self._written(tenant, path)
        self.stdout.write(", ".join(f"{number} {kind}" for kind, number in counts.items()) + f" in {path}")

    def _written(self, tenant: Tenant, path: Path) -> dict[str, int]:
        """Write beside and rename, so that a file of that name is always whole."""
        draft = path.with_name(path.name + ".part")
        try:
            with draft.open("wb") as file:
                counts = export(tenant, file)
            draft.rename(path)
        except (OSError, BlobDamaged) as error:
            draft.unlink(missing_ok=True)
            raise CommandError(f"{error}. Nothing was exported.") from error
        return counts

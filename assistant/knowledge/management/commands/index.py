"""`manage.py index build|verify`: write a new generation of the index, or check the present one."""

from __future__ import annotations

import os
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from assistant.knowledge import maintenance, services
from assistant.knowledge.encoder import shared_encoder, use_threads
from assistant.knowledge.models import Document
from retrieval.errors import EncoderUnavailable, IndexDamaged, IndexNotWritten


class Command(BaseCommand):
    help = "build: write a new index beside the present one, verify it, switch. verify: check the present one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["build", "verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        use_threads(os.cpu_count() or 1)
        if options["action"] == "verify":
            self._verify()
        else:
            self._build()

    def _build(self) -> None:
        try:
            with Progress() as bars:
                bar = bars.add_task("index", total=1.0)
                made = maintenance.reindex(lambda share: bars.update(bar, completed=share))
        except (EncoderUnavailable, IndexNotWritten) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"generation {made.number}: {made.chunks} chunks up to change {made.sequence}")
        self._read_again(shared_encoder().name)

    def _read_again(self, encoder: str) -> None:
        """Queue documents whose vectors came from another encoder: they cannot be searched with this one."""
        others = Document.objects.filter(deleted_at=None, chunks__isnull=False).exclude(chunks__encoder=encoder)
        stale = list(others.distinct())
        for document in stale:
            services.reingest(document)
        if stale:
            self.stdout.write(
                f"{len(stale)} documents were embedded by another encoder and are queued to be read again"
            )

    def _verify(self) -> None:
        try:
            number, sequence = maintenance.verify()
        except IndexDamaged as error:
            raise CommandError(f"{error} Run `manage.py index build`.") from error
        self.stdout.write(f"generation {number} is whole, up to change {sequence}")

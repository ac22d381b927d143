"""`manage.py index build|verify`: write a new generation of the index, or check the present one."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import Progress

from assistant.knowledge import services
from assistant.knowledge.encoder import shared_encoder, use_threads
from assistant.knowledge.live import build_index
from assistant.knowledge.models import Chunk, Document
from retrieval.errors import EncoderUnavailable, IndexDamaged, IndexNotWritten
from retrieval.indexes.generations import GenerationStore


class Command(BaseCommand):
    help = "build: write a new index beside the present one, verify it, switch. verify: check the present one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["build", "verify"])

    def handle(self, *args: Any, **options: Any) -> None:
        use_threads(os.cpu_count() or 1)
        store = GenerationStore(settings.HOUSE.index_dir)
        if options["action"] == "verify":
            self._verify(store)
        else:
            self._build(store)

    def _build(self, store: GenerationStore) -> None:
        try:
            encoder = shared_encoder()
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        total = Chunk.objects.filter(encoder=encoder.name).count()
        with Progress() as bars:
            bar = bars.add_task("index", total=total)
            try:
                made = build_index(store, encoder.name, lambda done: bars.update(bar, completed=done))
            except IndexNotWritten as error:
                raise CommandError(str(error)) from error
        self.stdout.write(f"generation {made.number}: {total} chunks up to change {made.sequence}")
        self._read_again(encoder.name)

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

    def _verify(self, store: GenerationStore) -> None:
        try:
            number = store.current_number()
            generation = store.current() if number is None else store.verify(number)
        except IndexDamaged as error:
            raise CommandError(f"{error} Run `manage.py index build`.") from error
        if generation is None:
            raise CommandError("There is no index yet. Run `manage.py index build`.")
        self.stdout.write(f"generation {generation.number} is whole, up to change {generation.sequence}")

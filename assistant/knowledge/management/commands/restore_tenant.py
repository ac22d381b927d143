"""`manage.py restore_tenant FILE`: an exported tenant into an installation that does not have it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.errors import AssistantError
from assistant.knowledge.transfer.restore import Export, restore


class Command(BaseCommand):
    help = "Read what `export_tenant` wrote. Every file is checked first; run again, it goes on where it was stopped."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--tenant", help="short name to restore as; the exported one if left out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts, problems = restore(Export(options["file"]), options["tenant"])
        except (AssistantError, OSError) as error:
            raise CommandError(str(error)) from error
        for problem in problems:
            self.stderr.write(str(problem))
        self.stdout.write(", ".join(f"{number} {kind}" for kind, number in counts.items()) + " restored")
        if problems:
            raise CommandError(f"{len(problems)} documents could not be restored.")

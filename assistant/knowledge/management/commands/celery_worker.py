"""`manage.py celery_worker`: do jobs that Celery's broker announces. Only with TASKS=celery."""

from __future__ import annotations

import os
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.knowledge.encoder import use_threads


class Command(BaseCommand):
    help = "Read documents as a Celery worker, on this or another machine. The chores stay with `manage.py worker`."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--concurrency", type=int, default=1, help="processes; default: %(default)s")

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.HOUSE.tasks != "celery":
            raise CommandError("Set TASKS=celery first; without it `manage.py worker` does the jobs.")
        try:
            from assistant.knowledge.celery_jobs import run
        except ModuleNotFoundError as missing:
            raise CommandError(f"{missing.name} is not installed: pip install 'celery[redis]'") from missing
        use_threads(max(1, (os.cpu_count() or 1) // options["concurrency"]))
        run(options["concurrency"])

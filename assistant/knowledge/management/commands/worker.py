"""`manage.py worker`: read queued documents and run the chores of the rooms."""

from __future__ import annotations

import os
import signal
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils.module_loading import import_string

from assistant.knowledge.encoder import shared_encoder, use_threads
from assistant.knowledge.tasks.backend import tasks
from assistant.knowledge.worker import Worker

NICE = 10
"""The worker takes all cores while they idle, and steps back for whoever answers questions."""


class Command(BaseCommand):
    help = (
        "Read queued documents into the index, write counters, train intents. Stops on SIGTERM after the job at hand."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="work until nothing is due, then stop")

    def handle(self, *args: Any, **options: Any) -> None:
        use_threads(os.cpu_count() or 1)
        chores = [(import_string(path), every) for path, every in settings.WORKER_CHORES]
        worker = Worker(shared_encoder, chores)
        if options["once"]:
            self.stdout.write(f"{worker.drain()} jobs")
            return
        os.nice(NICE)
        if not tasks().serves:
            worker.only_chores()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        self.stdout.write(f"worker {worker.name} is ready", ending="\n")
        self.stdout.flush()
        worker.run()

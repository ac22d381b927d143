"""`manage.py up`: run the whole assistant on this machine."""

from __future__ import annotations

import os
import sys

from django.core.management.base import BaseCommand


class Command(BaseCommand):
    help = "Run the whole assistant: database, cache, web server, worker and model, until Ctrl-C."
    requires_system_checks = []

    def handle(self, *_args: object, **_options: object) -> None:
        # the supervisor lives long and needs nothing of Django: it takes this process's place
        os.execv(sys.executable, [sys.executable, "-m", "assistant.config.supervisor"])  # noqa: S606

"""`manage.py models list|pull [NAME]|choose`: the model catalogue, which is a program of its own."""

from __future__ import annotations

import os
import sys

from django.core.management.base import BaseCommand, CommandParser

from assistant.config.supervisor.supervisor import ENCODER


class Command(BaseCommand):
    help = "The model catalogue: list what it has, pull a model (without a name: all that this machine needs)."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["list", "pull", "choose", "path", "verify"])
        parser.add_argument("name", nargs="?")
        parser.add_argument("--json", action="store_true")

    def handle(self, *_args: object, action: str, name: str | None, json: bool, **_options: object) -> None:
        flags = ["--json"] if json else []
        if action == "pull" and name is None:
            _run("pull", ENCODER)
            name = _answer("choose")
        sys.exit(_run(action, *([name] if name else []), *flags))


def _run(*arguments: str) -> int:
    return os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", "inference.catalog", *arguments])  # noqa: S606


def _answer(*arguments: str) -> str:
    import subprocess

    command = [sys.executable, "-m", "inference.catalog", *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout.strip()

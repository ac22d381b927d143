"""`manage.py evaluate NAME ... [--json]`: figures of one part, on data given as files."""

from __future__ import annotations

import importlib
import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from retrieval.errors import EncoderUnavailable, RerankerUnavailable


class Command(BaseCommand):
    help = "Measure a part of the assistant. With --json the figures are one line, the last on standard output."

    def add_arguments(self, parser: CommandParser) -> None:
        parts = parser.add_subparsers(dest="part", required=True)
        for name, path in sorted(settings.EVALUATIONS.items()):
            try:
                module = importlib.import_module(path)
            except ModuleNotFoundError as missing:
                if missing.name != path:
                    raise
                continue  # a part that this installation does not have
            # Django's parser class wants arguments of its own; sub-parsers are plain ones.
            part = parts.add_parser(name, help=(module.__doc__ or "").partition("\n")[0])
            part.add_argument("--json", action="store_true", help="print the figures as one line of JSON, last")
            module.add_arguments(part)

    def handle(self, *args: Any, **options: Any) -> None:
        module = importlib.import_module(settings.EVALUATIONS[options["part"]])
        try:
            figures: dict[str, Any] = module.run(options)
        except (EncoderUnavailable, RerankerUnavailable, FileNotFoundError) as missing:
            raise CommandError(str(missing)) from missing
        if not options["json"]:
            for name, value in figures.items():
                self.stdout.write(f"{name:>24}  {value}")
            return
        self.stdout.write(json.dumps(figures, ensure_ascii=False))

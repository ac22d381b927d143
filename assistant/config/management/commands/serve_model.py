"""`manage.py serve_model NAME`: serve one model of the catalogue, in the foreground."""

from __future__ import annotations

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from assistant.config import secrets
from assistant.config.supervisor.generator import KEY

PASSED_ON = ("deadline", "confidence", "guess", "trace_mib")


def _flag(name: str, value: float) -> tuple[str, str]:
    return f"--{name.replace('_', '-')}", str(value)


class Command(BaseCommand):
    help = "Serve one model of the catalogue with vLLM behind the installation's key, without the rest."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("name", help="a name of `manage.py models list`")
        parser.add_argument("--port", type=int, default=8001)
        parser.add_argument("--top-k", type=int)
        parser.add_argument("--tensor-parallel", type=int, default=1, help="ranks that share every layer")
        parser.add_argument("--data-parallel", type=int, default=1, help="groups of ranks with questions of their own")
        parser.add_argument("--expert-parallel", action="store_true", help="experts lie on all ranks together")
        parser.add_argument("--deadline", type=int, help="seconds after which a silent rank is lost")
        parser.add_argument("--confidence", type=float, help="leave out experts once the others weigh this share")
        parser.add_argument("--guess", type=int, help="tokens to guess from what stands before, and check in one step")
        parser.add_argument(
            "--model", help="folder of a model, one of merged experts for example, instead of the catalogue's"
        )
        parser.add_argument("--adapter", action="append", default=[], help="NAME=FOLDER: a LoRA adapter by name")
        parser.add_argument("--trace-mib", type=float, help="record routings, so many MiB a rank at most")

    def handle(self, *_args: object, name: str, port: int, top_k: int | None, **options: Any) -> None:
        data_dir = settings.HOUSE.data_dir
        secrets.ensure(data_dir, KEY)
        settings.HOUSE.model_state_file.parent.mkdir(parents=True, exist_ok=True)
        arguments = [
            *("--name", name, "--port", str(port), "--api-key-file", str(data_dir / "secrets" / KEY)),
            *("--state-file", str(settings.HOUSE.model_state_file)),
            *(["--top-k", str(top_k)] if top_k else []),
            *("--tensor-parallel", str(options["tensor_parallel"]), "--data-parallel", str(options["data_parallel"])),
            *(["--expert-parallel"] if options["expert_parallel"] else []),
            *(["--model", options["model"]] if options["model"] else []),
            *(part for adapter in options["adapter"] for part in ("--adapter", adapter)),
            *(part for name in PASSED_ON if options.get(name) is not None for part in _flag(name, options[name])),
        ]
        os.execv(sys.executable, [sys.executable, "-m", "inference.serving", *arguments])  # noqa: S606

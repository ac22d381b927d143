"""How often the assistant keeps silent where it should, and where it should not (MTRAG-UN's rows or the demo's)."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from assistant.knowledge.encoder import shared_encoder
from domains.evidence import evaluate_files


def add_arguments(parser: ArgumentParser) -> None:
    """Say what is judged."""
    parser.add_argument(
        "files", type=Path, nargs="+", help="JSON lines in the form of MTRAG-UN or of the demo's evidence"
    )


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Judge every row with the check that serves questions."""
    return asdict(evaluate_files(options["files"], shared_encoder()))

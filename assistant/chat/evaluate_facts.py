"""Whether the model answers simple facts right from evidence that is supplied (data in SQuAD's form)."""

from __future__ import annotations

import asyncio
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError

from domains.facts import Fact, FactFigures, NotInForm, drawn, evaluate, read
from domains.registry import load
from inference.client.errors import ModelError
from inference.client.openai_protocol import OpenAIModel


def add_arguments(parser: ArgumentParser) -> None:
    """Say what is asked of whom; without --model-url of the model that runs, or that MODEL_URL names."""
    parser.add_argument("--passages", type=Path, nargs="+", required=True, help="JSON lines: doc_id, text, title")
    parser.add_argument(
        "--questions", type=Path, nargs="+", required=True, help="JSON lines: question, doc_id, answers; one a passages"
    )
    parser.add_argument("--slice", type=int, metavar="N", help="ask N, drawn by chance, the languages alike")
    parser.add_argument("--seed", type=int, default=1, help="of the draw")
    parser.add_argument("--domain", default="general", help="whose prompt and rules answer")
    parser.add_argument("--model-url", metavar="URL", help="a server that speaks OpenAI's protocol, ending in /v1")
    parser.add_argument("--model-name", metavar="NAME", help="the served model's name")
    parser.add_argument("--model-key-file", type=Path, metavar="FILE", help="a file with the server's key")
    parser.add_argument("--wrong", action="store_true", help="print what was not answered right")


def run(options: dict[str, Any]) -> dict[str, Any]:
    """Ask, judge, and name the model."""
    url = options["model_url"] or settings.HOUSE.model_url
    name = options["model_name"] or settings.HOUSE.model_name
    if url is None or name is None:
        raise CommandError(
            "There is no model to ask: run `make run` (or `python manage.py serve_model NAME`) beside this, or name a "
            "server with --model-url and --model-name."
        )
    try:
        facts = read(options["passages"], options["questions"])
    except NotInForm as error:
        raise CommandError(str(error)) from error
    if options["slice"] is not None:
        facts = drawn(facts, options["slice"], options["seed"])
    key_file = options["model_key_file"]
    key = settings.HOUSE.model_api_key if key_file is None else key_file.read_text(encoding="utf-8").strip()
    try:
        figures = asyncio.run(_ask(facts, options["domain"], OpenAIModel(url, key or "none", name)))
    except ModelError as error:
        raise CommandError(str(error)) from error
    found = asdict(figures)
    if not options["wrong"]:
        del found["wrong"]
    return {**found, "model": name}


async def _ask(facts: list[Fact], domain: str, model: OpenAIModel) -> FactFigures:
    try:
        return await evaluate(facts, load(domain), model)
    finally:
        await model.close()

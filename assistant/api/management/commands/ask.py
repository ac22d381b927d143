"""`manage.py ask "..."`: a question in a terminal, with its sources and where the answer came from."""

from __future__ import annotations

import json
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from assistant.api import terminal
from assistant.api.terminal import Told, Wish
from assistant.chat import texts
from assistant.errors import AssistantError
from domains.registry import REGISTRY
from retrieval.errors import RetrievalError
from retrieval.language import detect


class Command(BaseCommand):
    help = "Ask a question: of the running server when there is one, else in this process."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("question")
        parser.add_argument("--json", action="store_true", help="print the JSON answer alone, on one line")
        parser.add_argument("--language", choices=["zh", "en"], help="language of the answer; else the question's")
        parser.add_argument("--domain", choices=sorted(REGISTRY), help="answer from this field alone")
        parser.add_argument("--conversation", help="continue the conversation of an earlier answer")
        parser.add_argument("--max-tokens", type=int, help="longest answer of the model")
        parser.add_argument("--no-stream", action="store_true", help="print the answer when it is whole")
        parser.add_argument("--here", action="store_true", help="answer in this process even if a server runs")
        parser.add_argument("--tenant", help="whose documents (in this process); else the demo's")

    def handle(self, *args: Any, **options: Any) -> None:
        wish = Wish(
            options["question"],
            options["language"],
            options["domain"],
            options["conversation"],
            options["max_tokens"],
        )
        self.zh = (wish.language or detect(wish.question)) == "zh"
        self.streams = not options["json"] and not options["no_stream"]
        self.last: Told = ("", {})
        server = None if options["here"] else terminal.running(settings.HOUSE.data_dir / "run.json")
        if server is not None:
            for told in terminal.ask_server(server, wish):
                self.listen(told)
        else:
            self.ask_here(wish, options["tenant"] or settings.HOUSE.demo_tenant)
        self.close(as_json=options["json"])

    def ask_here(self, wish: Wish, tenant: str) -> None:
        try:
            terminal.ask_here(wish, tenant, self.listen)
        except AssistantError as error:
            raise CommandError(error.text.of("zh" if self.zh else "en")) from error
        except RetrievalError as error:
            raise CommandError(str(error)) from error

    def listen(self, told: Told) -> None:
        """Print a piece as it comes."""
        self.last = told
        name, data = told
        if self.streams and name in {"delta", "refused"}:
            self.stdout.write(data.get("text") or data.get("reason", ""), ending="")
            self.stdout.flush()

    def close(self, *, as_json: bool) -> None:
        """Print what only the end knows; a failure is an exit status too."""
        name, data = self.last
        if as_json:
            self.stdout.write(json.dumps(data, ensure_ascii=False))
        if name != "finished":
            raise CommandError(data.get("detail") or "the answer broke off / 回答中断")
        if as_json:
            return
        self.stdout.write("" if self.streams else data["answer"])
        for source in data["sources"]:
            self.stdout.write(self.style.HTTP_INFO(_source(source, zh=self.zh)))
        if near := texts.meant([one["question"] for one in data.get("suggestions", ())]).of("zh" if self.zh else "en"):
            self.stdout.write(near.strip())
        self.stdout.write(self.style.HTTP_NOT_MODIFIED(_summary(data, zh=self.zh)))


def _source(source: dict[str, Any], *, zh: bool) -> str:
    pages = "–".join(str(source[name]) for name in ("page", "last_page") if source.get(name) is not None)
    page = "" if not pages else f", 第 {pages} 页" if zh else f", page {pages}"
    return f"  [{source['n']}] {source['title']}{page}  {source.get('url', '')}".rstrip()


def _summary(data: dict[str, Any], *, zh: bool) -> str:
    model = data["model"]
    parts = [
        f"{'层' if zh else 'layer'}: {data['layer']}",
        f"{'意图' if zh else 'intent'}: {data['intent']['name'] or '-'}",
        f"{'领域' if zh else 'domain'}: {data['domain']}",
        f"{data['timings']['total_ms']:.0f} ms",
    ]
    if model is not None:
        parts.append(f"{model['name']} ({model['engine']}, {model['kernel']})")
    if data["handoff"] is not None:
        parts.append(f"{'人工' if zh else 'human'}: {data['handoff']['state']}")
    return "  " + " · ".join(parts)

"""Django's admin site with the dashboard on its first page."""

from __future__ import annotations

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.functional import lazystr
from django.utils.translation import get_language

from assistant import wiring
from assistant.console import chart, correction, figures, firstline, texts
from assistant.console.firstline import Saved
from assistant.errors import Text

LAYERS_SHOWN = ("faq", "search", "model", "database", "cache")


def in_language(text: Text) -> str:
    """Return the text in the reader's language."""
    return text.of(get_language() or "en")


class ConsoleSite(AdminSite):
    """The site at /admin/."""

    site_header = site_title = lazystr(texts.TITLE.en)
    index_title = lazystr(texts.INDEX.en)
    index_template = "console/index.html"
    enable_nav_sidebar = True

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Name the site in the reader's language."""
        title = in_language(texts.TITLE)
        return {**super().each_context(request), "site_header": title, "site_title": title}

    def get_urls(self) -> list[Any]:
        """Add the page "first line"."""
        return [
            path("first-line/", self.admin_view(self.first_line), name="first_line"),
            path("turns/<uuid:turn_id>/correct/", self.admin_view(self.correct), name="correct_turn"),
            *super().get_urls(),
        ]

    def correct(self, request: HttpRequest, turn_id: uuid.UUID) -> HttpResponse:
        """Let a colleague say what would have been right."""
        words = {key: in_language(text) for key, text in texts.CORRECTION.items()}
        return correction.page(
            request, turn_id, {**self.each_context(request), "title": words["title"], "words": words}
        )

    def first_line(self, request: HttpRequest) -> TemplateResponse:
        """Show how much never reaches the model, what that saved, and how far it may be trusted."""
        if not request.user.has_perm("chat.view_conversation"):  # it shows what people asked
            raise PermissionDenied
        line = firstline.collect()
        busiest = max(day.total for day in line.days)
        shown = {
            **self.each_context(request),
            "title": in_language(texts.FIRST_LINE),
            "words": {key: in_language(text) for key, text in {**texts.WORDS, **texts.LINE_WORDS}.items()},
            "line": line,
            "basis": _basis(line.saved),
            "days": [
                (day, chart.bars(day, busiest), [day.counts[layer] for layer in chart.NAMES])
                for day in reversed(line.days)
                if day.total
            ],
            "legend": _legend(),
            "drifts": [(one, in_language(texts.LEVELS[one.level])) for one in line.drifts],
        }
        return TemplateResponse(request, "console/first_line.html", shown)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard above the list of models."""
        shown = figures.collect()
        busiest = max(day.total for day in shown.days)
        with ThreadPoolExecutor(1) as aside:  # it closes its thread's connection to the database; ours is in use
            lamps = aside.submit(_lamps).result()
        dashboard = {
            "title": in_language(texts.INDEX),
            "words": {key: in_language(text) for key, text in texts.WORDS.items()},
            "figures": shown,
            "readiness": [
                (in_language(texts.WORDS[name]), state, in_language(texts.WORDS[state])) for name, state in lamps
            ],
            "days": [(day, chart.bars(day, busiest)) for day in reversed(shown.days) if day.total],
            "legend": _legend(),
        }
        return super().index(request, {**(extra_context or {}), **dashboard})


def _legend() -> list[tuple[str, str]]:
    return [(in_language(texts.WORDS[chart.NAMES[layer]]), layer) for layer in chart.NAMES]


def _basis(saved: Saved | None) -> str:
    if saved is None:
        return in_language(texts.NOT_MEASURED)
    figures = {"seconds": f"{saved.seconds_each:.1f}", "tokens": f"{saved.tokens_each:.0f}", "measured": saved.measured}
    return in_language(texts.BASIS).format(**figures)


def _lamps() -> list[tuple[str, str]]:
    """Say of each layer whether it answers. A model that nobody wanted, or that still loads, is no fault."""
    ready = wiring.readiness()
    states = {name: "ready" if ready[name] else "not_ready" for name in LAYERS_SHOWN}
    if not ready["model"] and settings.HOUSE.model_url is None:
        states["model"] = "not_configured"
    elif not ready["model"] and wiring.model_watch().warming:
        states["model"] = "starting"
    return list(states.items())

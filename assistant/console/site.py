"""Django's admin site with the dashboard on its first page."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import lazystr
from django.utils.translation import get_language

from assistant import wiring
from assistant.console import chart, figures, texts
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

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show the dashboard above the list of models."""
        shown = figures.collect()
        busiest = max(day.total for day in shown.days)
        with ThreadPoolExecutor(1) as aside:  # it closes its thread's connection to the database; ours is in use
            ready = aside.submit(wiring.readiness).result()
        dashboard = {
            "title": in_language(texts.INDEX),
            "words": {key: in_language(text) for key, text in texts.WORDS.items()},
            "figures": shown,
            "readiness": [(in_language(texts.WORDS[name]), ready[name]) for name in LAYERS_SHOWN],
            "days": [(day, chart.bars(day, busiest)) for day in reversed(shown.days) if day.total],
            "legend": [(in_language(texts.WORDS[chart.NAMES[layer]]), layer) for layer in chart.NAMES],
        }
        return super().index(request, {**(extra_context or {}), **dashboard})

"""The demo page: a fictional company's web site with the widget on it by one script tag, under a strict policy."""

from __future__ import annotations

from typing import Any

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import translation

from assistant.api.languages import preferred
from assistant.errors import NotFound
from assistant.widget.bundle import bundle
from assistant.widget.demo_content import CARDS, WORDS
from assistant.widget.demo_site import PUBLIC_ID
from assistant.widget.sites import SITES
from domains.types import Language

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
TAGS = {"en": "en", "zh": "zh-CN"}
OTHER = {
    "en": {"lang": "zh", "tag": "zh-CN", "name": "中文"},
    "zh": {"lang": "en", "tag": "en", "name": "English"},
}


async def page(request: HttpRequest) -> HttpResponse:
    """Show the page in the language of `?lang=`, else of the browser."""
    language = preferred(request.GET.get("lang") or request.headers.get("Accept-Language"))
    context = _context(language, with_chat=await _exists(PUBLIC_ID))
    with translation.override(context["tag"]):
        response = await sync_to_async(render)(request, "widget/demo.html", context)
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Vary"] = "Accept-Language"
    return response


async def _exists(public_id: str) -> bool:
    try:
        await SITES.get(public_id)
    except NotFound:
        return False
    return True


def _context(language: Language, *, with_chat: bool) -> dict[str, Any]:
    return {
        "tag": TAGS[language],
        "language": language,
        "other": OTHER[language],
        "words": {key: text.of(language) for key, text in WORDS.items()},
        "cards": [card.shown(language) for card in CARDS],
        "site": PUBLIC_ID if with_chat else None,
        "script": bundle(),
    }

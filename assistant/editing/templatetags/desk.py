"""Marks what an answer repeats word for word."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def marked(text: str, quoted: Iterable[str]) -> SafeString:
    """Return the text as HTML, the quoted parts in <mark>. Both are escaped first: nothing of a document is markup."""
    shown = str(escape(text))
    for part in sorted({escape(piece.rstrip(".。!！?？ ")) for piece in quoted}, key=len, reverse=True):
        if part:
            shown = shown.replace(part, f"<mark>{part}</mark>")
    return mark_safe(shown)  # noqa: S308 - escaped above


@register.filter
def word(words: dict[str, str], name: str) -> str:
    """Look a word up by a name that is known at the moment of showing."""
    return words.get(name, name)

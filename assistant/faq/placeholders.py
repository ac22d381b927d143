"""`{{ company_phone }}` in an answer: replaced by the tenant's value when a process loads its table, once.

Nothing is evaluated: a name is looked up, its value is put in as plain text, and what is put in is not looked at again.
Characters that would begin a link, emphasis, code or a tag in the answer's Markdown become their wide forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.db import transaction

from assistant.accounts.models import Tenant, Version
from assistant.errors import Conflict, InvalidInput, Text
from assistant.faq.models import FaqEntry, FaqValue
from assistant.live.assent import announce

_MARK = re.compile(r"\{\{\s*([^{}]*?)\s*\}\}")
_PLAIN = str.maketrans({"[": "［", "]": "］", "<": "＜", ">": "＞", "*": "＊", "`": "ˋ", "{": "｛", "}": "｝"})

EMPTY = Text(en="A placeholder needs a value in at least one language.", zh="占位符至少需要一种语言的值。")


def names(answer: str) -> list[str]:
    """List the placeholders of an answer, each once, in order."""
    return list(dict.fromkeys(_MARK.findall(answer)))


def filled(answer: str, values: Mapping[str, FaqValue], language: str) -> str:
    """Put values in, in the answer's language. Raises KeyError when there is none for a name."""
    return _MARK.sub(lambda found: _escaped(values[found[1]].of(language)), answer)


def of(tenant: str) -> dict[str, FaqValue]:
    """Map the names of a tenant's placeholders to their values."""
    return {value.name: value for value in FaqValue.objects.filter(tenant__slug=tenant)}


def check(tenant: Tenant, answer: str) -> None:
    """Raise InvalidInput (unknown_placeholder) unless the tenant has a value for every placeholder."""
    used = names(answer)
    if not used:
        return
    known = set(FaqValue.objects.filter(tenant=tenant, name__in=used).values_list("name", flat=True))
    missing = [name for name in used if name not in known]
    if missing:
        shown = ", ".join("{{ " + name + " }}" for name in missing)
        text = Text(
            en=f"The answer uses a placeholder that has no value: {shown}. Add it under “Placeholders”, or correct it.",
            zh=f"答案使用了没有取值的占位符：{shown}。请在“占位符”中添加，或修改答案。",
        )
        raise InvalidInput(text, code="unknown_placeholder")


@transaction.atomic
def save(value: FaqValue) -> None:
    """Write a value; answers carry it in every process before this returns. Raises InvalidInput when it is empty."""
    value.value_en, value.value_zh = (" ".join(text.split()) for text in (value.value_en, value.value_zh))
    if not value.value_en and not value.value_zh:
        raise InvalidInput(EMPTY)
    value.save()
    _changed(value.tenant)


@transaction.atomic
def delete(value: FaqValue) -> None:
    """Remove a placeholder. Raises Conflict (placeholder_used) while an answer uses it."""
    if found := users(value):
        listed = ", ".join(f"{entry.key} ({entry.language})" for entry in found[:5])
        text = Text(
            en=f"{value} is used by: {listed}. Change these answers first.",
            zh=f"以下条目正在使用 {value}：{listed}。请先修改这些答案。",
        )
        raise Conflict(text, code="placeholder_used")
    value.delete()
    _changed(value.tenant)


def users(value: FaqValue) -> list[FaqEntry]:
    """List the entries whose answer, or the one approved before it, uses a placeholder."""
    return [entry for entry in FaqEntry.objects.of(value.tenant) if value.name in _used(entry)]


def _used(entry: FaqEntry) -> list[str]:
    approved = entry.approved()
    return names(entry.answer) + (names(approved.answer) if approved is not None else [])


def _changed(tenant: Tenant) -> None:
    Version.bump(tenant, "faq")
    announce("faq")


def _escaped(value: str) -> str:
    return " ".join(value.split()).translate(_PLAIN)

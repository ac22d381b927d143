"""Numbers in the admin's lists as a person reads them: 0.9411764705882353 is "94.1 %"."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.db.models import Model


def percent(model: type[Model], field: str, places: int = 1) -> Callable[[Any], str]:
    """Show a rate of 0 to 1 as a percentage under the field's own name, sortable; "-" where there is none."""
    return _column(model, field, lambda value: f"{100 * value:.{places}f} %")


def rounded(model: type[Model], field: str, places: int = 3) -> Callable[[Any], str]:
    """Show a number with a few places."""
    return _column(model, field, lambda value: f"{value:.{places}f}")


def _column(model: type[Model], field: str, write: Callable[[float], str]) -> Callable[[Any], str]:
    known: Any = model._meta.get_field(field)  # noqa: SLF001 - Django's documented way to a field

    @admin.display(description=known.verbose_name, ordering=field)
    def shown(row: Any) -> str:
        value = getattr(row, field)
        return "-" if value is None else write(value)

    shown.__name__ = field
    return shown

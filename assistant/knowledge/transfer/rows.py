"""Rows as JSON and back, field by field, so that a field that is added later travels too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models


def plain(row: models.Model, *leave_out: str) -> dict[str, Any]:
    """Return a row's own fields: no relations, no bytes, no primary key of a sequence."""
    return {field.name: getattr(row, field.attname) for field in _fields(type(row)) if field.name not in leave_out}


def read(kind: type[models.Model], values: Mapping[str, Any]) -> dict[str, Any]:
    """Turn what `plain` gave, after JSON, into values of the model. A field nobody knows any more is left out."""
    known = {field.name: field for field in _fields(kind)}
    return {name: known[name].to_python(value) for name, value in values.items() if name in known}


def _fields(kind: type[models.Model]) -> list[models.Field[Any, Any]]:
    return [
        field
        for field in kind._meta.concrete_fields  # noqa: SLF001 - Django's public name
        if not field.is_relation and not isinstance(field, models.BinaryField | models.AutoField)
    ]

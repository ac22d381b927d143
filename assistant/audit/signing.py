"""Tells the database who writes: a setting of the transaction, taken along with each write to a watched table.

The way (a wrapper around each statement that sets a local setting for the triggers) is that of django-pghistory.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from assistant.audit.actor import current

_WRITE = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
_SIGN = "SELECT set_config('audit.channel', %s, true), set_config('audit.who', %s, true)"
_LONGEST_NAME = 200


def on_connection(connection: BaseDatabaseWrapper, **_: object) -> None:
    """Wrap the statements of a connection, once."""
    if signed not in connection.execute_wrappers:
        connection.execute_wrappers.append(signed)


def signed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:  # noqa: ANN401 - Django's signature
    """Run a statement; when it writes to a watched table, in one transaction with the name of who acts."""
    found = _WRITE.match(sql)
    if found is None or found[1] not in watched_tables():
        return execute(sql, params, many, context)
    actor = current()
    connection = context["connection"]
    with transaction.atomic(using=connection.alias, savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute(_SIGN, [actor.channel, actor.name()[:_LONGEST_NAME]])
        return execute(sql, params, many, context)


@cache
def watched_tables() -> frozenset[str]:
    """Names of the tables that the triggers stand on."""
    return frozenset(apps.get_model(watch.model)._meta.db_table for watch in settings.AUDITED)  # noqa: SLF001 - Django's public name

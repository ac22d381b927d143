"""Empties the database behind a test that commits, in milliseconds: Django's flush takes one to two seconds here.

Flush truncates every table, each a new file, and then lets every app make its content types, permissions and triggers
anew. Here the few tables with rows in them are emptied, and what migrations made is compared with what it was: only a
test that changed that (one that migrates, for instance) gets Django's flush behind it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

MADE_BY_MIGRATIONS = ("auth_permission", "django_content_type")
_MADE = r"""
SELECT (SELECT md5(string_agg(p::text, ',' ORDER BY id)) FROM auth_permission p),
       (SELECT md5(string_agg(c::text, ',' ORDER BY id)) FROM django_content_type c),
       (SELECT md5(string_agg(proname || prosrc, ',' ORDER BY proname)) FROM pg_proc WHERE proname LIKE 'audit\_%'),
       (SELECT md5(string_agg(named, ',' ORDER BY named))
        FROM (SELECT tgrelid::regclass || tgname || tgenabled::text named FROM pg_trigger WHERE NOT tgisinternal) t)
"""


def made(database: BaseDatabaseWrapper) -> tuple[str, ...]:
    """Fingerprints of what migrations put into the database: permissions, content types, the log's triggers."""
    with database.cursor() as cursor:
        cursor.execute(_MADE)
        found: tuple[str, ...] = cursor.fetchone()
    return found


def empty(database: BaseDatabaseWrapper) -> None:
    """Remove every row of every model, except what migrations made; sequences go on, as behind Django's flush."""
    quote = database.ops.quote_name
    tables = database.introspection.django_table_names(only_existing=True, include_views=False)
    looked_at = [table for table in tables if table not in MADE_BY_MIGRATIONS]
    with transaction.atomic(database.alias), database.cursor() as cursor:
        looks = (f"(SELECT '{table}' FROM {quote(table)} LIMIT 1)" for table in looked_at)  # noqa: S608 - our own models'
        cursor.execute(" UNION ALL ".join(looks))
        filled = [table for (table,) in cursor.fetchall()]
        cursor.execute("SET LOCAL session_replication_role = replica")  # no triggers: all go, in any order
        for table in filled:
            cursor.execute(f"DELETE FROM {quote(table)}")  # noqa: S608 - names of our own models


@contextmanager
def quickly(migrated: tuple[str, ...]) -> Iterator[None]:
    """For as long as this lasts, tests that commit leave an empty database behind by the way above.

    `migrated` is what `made` says of the new database.
    """
    flush: Callable[[Any], None] = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(case: Any) -> None:
        nonlocal migrated
        plain = not (case.reset_sequences or case.serialized_rollback or case.available_apps)
        if plain and made(connection) == migrated:
            empty(connection)
        else:
            flush(case)
            migrated = made(connection)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]
    try:
        yield
    finally:
        TransactionTestCase._fixture_teardown = flush  # type: ignore[attr-defined]

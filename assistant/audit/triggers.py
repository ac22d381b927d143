"""The triggers that write the log: one function a watched table, made anew when what is watched has changed.

Triggers, because they see what no signal does: bulk updates, cascades, and statements typed into the database.
"""

from __future__ import annotations

from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import ForeignKey, Model

from assistant.audit.watch import Watch

_BODY = """
DECLARE
    r {table}%ROWTYPE;
    before jsonb;
    after jsonb;
BEGIN
    IF TG_OP = 'DELETE' THEN r := OLD; ELSE r := NEW; END IF;
    IF TG_OP <> 'INSERT' THEN before := jsonb_build_object({old}); END IF;
    IF TG_OP <> 'DELETE' THEN after := jsonb_build_object({new}); END IF;
    IF TG_OP = 'UPDATE' THEN
        SELECT jsonb_object_agg(b.key, b.value), jsonb_object_agg(b.key, after -> b.key) INTO before, after
        FROM jsonb_each(before) b WHERE b.value IS DISTINCT FROM after -> b.key;
        IF before IS NULL THEN RETURN NULL; END IF;
    END IF;
    INSERT INTO audit_entry (at, tenant, who, channel, action, kind, object_id, label, before, after) VALUES (
        clock_timestamp(), COALESCE({tenant}, ''), COALESCE(current_setting('audit.who', true), ''),
        COALESCE(NULLIF(current_setting('audit.channel', true), ''), 'database'),
        CASE TG_OP WHEN 'INSERT' THEN 'add' WHEN 'UPDATE' THEN 'change' ELSE 'delete' END,
        '{kind}', r.{pk}::text, left(COALESCE({label}, ''), 200), before, after);
    RETURN NULL;
END;
"""


def on_migrated(**_: object) -> None:
    """Bring functions and triggers in line with what is watched."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname, prosrc FROM pg_proc WHERE proname LIKE 'audit\\_of\\_%%'")
        present = dict(cursor.fetchall())
        for watch in settings.AUDITED:
            model = apps.get_model(watch.model)
            name, text = f"audit_of_{_table(model)}", body(watch, model)
            if present.get(name) != text and _fits(cursor, watch, model):  # else migrated half-way
                cursor.execute(
                    f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $audit${text}$audit$"
                )
                cursor.execute(
                    f"CREATE OR REPLACE TRIGGER audit AFTER INSERT OR UPDATE OR DELETE ON {_table(model)} "
                    f"FOR EACH ROW EXECUTE FUNCTION {name}()"
                )


def _fits(cursor: Any, watch: Watch, model: type[Model]) -> bool:  # noqa: ANN401 - Django's cursor has no public type
    """Say whether the log is there, and the table with every column that is kept of it."""
    cursor.execute(
        "SELECT to_regclass('audit_entry') IS NOT NULL, array_agg(attname::text) FROM pg_attribute "
        "WHERE attrelid = to_regclass(%s) AND NOT attisdropped",
        [_table(model)],
    )
    log, columns = cursor.fetchone()
    return bool(log) and {_column(model, field) for field in watch.kept} <= set(columns or ())


def body(watch: Watch, model: type[Model]) -> str:
    """Write the function of one table; all names come from our own models, none from outside."""
    columns = {field: _column(model, field) for field in watch.kept}
    label = ", ".join(f"NULLIF(r.{_column(model, field)}::text, '')" for field in watch.label) or "NULL"
    return _BODY.format(
        table=_table(model),
        old=", ".join(f"'{field}', OLD.{column}" for field, column in columns.items()),
        new=", ".join(f"'{field}', NEW.{column}" for field, column in columns.items()),
        tenant=_tenant(watch, model),
        kind=watch.model.lower(),
        pk=_column(model, model._meta.pk.name),  # noqa: SLF001 - Django's public name
        label=f"COALESCE({label})",
    )


def _tenant(watch: Watch, model: type[Model]) -> str:
    """An SQL expression for the slug of the tenant that the row `r` belongs to."""
    if watch.tenant is None:
        return "''"
    if not watch.tenant:
        return "r.slug"
    value, here = "", model
    for step in watch.tenant.split("__"):
        field = cast("ForeignKey[Any, Any]", here._meta.get_field(step))  # noqa: SLF001 - Django's public name
        value = _select(field.column, here, value) if value else f"r.{field.column}"
        here = cast("type[Model]", field.related_model)
    return _select("slug", here, value)


def _select(column: str, model: type[Model], key: str) -> str:
    return f"(SELECT {column} FROM {_table(model)} WHERE id = {key})"  # noqa: S608 - names of our own models


def _table(model: type[Model]) -> str:
    return model._meta.db_table  # noqa: SLF001 - Django's public name


def _column(model: type[Model], field: str) -> str:
    return cast("str", model._meta.get_field(field).column)  # type: ignore[union-attr]  # noqa: SLF001 - Django's public name

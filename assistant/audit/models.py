"""Entries of the log. There is no foreign key: the log outlives the rows, the tenants and the people it names."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Action(models.TextChoices):
    """What was done to a row."""

    ADD = "add", _("added")
    CHANGE = "change", pgettext_lazy("done to a row", "changed")
    DELETE = "delete", _("removed")


class Channel(models.TextChoices):
    """By which way in."""

    ADMIN = "admin", _("admin site")
    API = "api", _("API")
    COMMAND = "command", _("command line")
    IMPORT = "import", _("import")
    WORKER = "worker", _("worker")
    SYSTEM = "system", _("system")
    DATABASE = "database", _("database, directly")


class EntryQuerySet(models.QuerySet["Entry"]):
    """Rules about sets of entries."""

    def of(self, tenant: str) -> EntryQuerySet:
        """Those of one tenant, given as slug."""
        return self.filter(tenant=tenant)

    def about(self, kind: str, object_id: object) -> EntryQuerySet:
        """Those about one row."""
        return self.filter(kind=kind, object_id=str(object_id))


class Entry(models.Model):
    """One change of one row, as a trigger wrote it. `before` and `after` hold what differs; triggers refuse edits.

    `tenant` is a slug, empty for what belongs to the whole house (people and their rights).
    """

    at = models.DateTimeField(_("when"), db_index=True)
    tenant = models.CharField(_("tenant"), max_length=64, blank=True)
    who = models.CharField(_("who"), max_length=200, blank=True)
    channel = models.CharField(_("way in"), max_length=16, choices=Channel.choices)
    action = models.CharField(_("action"), max_length=8, choices=Action.choices)
    kind = models.CharField(_("kind"), max_length=64)
    object_id = models.CharField(_("id"), max_length=64)
    label = models.CharField(_("name"), max_length=200, blank=True)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("entry of the audit log")
        verbose_name_plural = _("audit log")
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["tenant", "-id"], name="audit_by_tenant"),
            models.Index(fields=["kind", "object_id", "-id"], name="audit_by_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.label or self.object_id}: {self.action}"

    def differences(self) -> list[tuple[str, object, object]]:
        """List (field, before, after), sorted by field."""
        before, after = self.before or {}, self.after or {}
        return [(name, before.get(name), after.get(name)) for name in sorted({*before, *after})]

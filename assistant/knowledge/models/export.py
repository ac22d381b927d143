"""Who took everything of a tenant out of the house, and when. The audit log watches these rows."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant


class TenantExport(models.Model):
    """A zip that was made of a tenant for somebody to download; the zip itself is not kept."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="+")
    asked_by = models.CharField(_("asked for by"), max_length=200)
    counts = models.JSONField(_("what it holds"))
    size = models.PositiveBigIntegerField(_("size in bytes"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("export of a tenant")
        verbose_name_plural = _("exports of tenants")
        ordering = ["-created_at"]
        default_permissions = ["add"]

    def __str__(self) -> str:
        return f"{self.tenant} {self.created_at:%Y-%m-%d %H:%M}"

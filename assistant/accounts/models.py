"""Tenants, their API keys, and the version numbers by which processes notice changes."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistant.accounts.scopes import Scope


class Language(models.TextChoices):
    """Languages of the interface and of contents."""

    ZH = "zh", _("Chinese")
    EN = "en", _("English")


def public_group() -> list[str]:
    """Return the groups that everybody belongs to."""
    return ["public"]


def asking() -> list[str]:
    """Return the scopes of a key for a chat widget."""
    return [Scope.ASK.value]


class Tenant(models.Model):
    """A company, or a department that must not see its neighbours' knowledge."""

    slug = models.SlugField(_("short name"), max_length=64, unique=True)
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, default=Language.EN)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("tenant")
        verbose_name_plural = _("tenants")
        ordering = ["slug"]

    def __str__(self) -> str:
        return self.name


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Rules about sets of keys."""

    def live(self, now: dt.datetime | None = None) -> ApiKeyQuerySet:
        """Keys that are neither revoked nor expired."""
        moment = now or timezone.now()
        return self.filter(revoked_at=None).filter(models.Q(expires_at=None) | models.Q(expires_at__gt=moment))


class ApiKey(models.Model):
    """A key of a tenant. Only the SHA-256 of its secret is kept: the clear text is shown once, when it is made."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="keys")
    name = models.CharField(_("name"), max_length=100)
    prefix = models.CharField(_("prefix"), max_length=16, unique=True, editable=False)
    digest = models.BinaryField(_("digest"), max_length=32, editable=False)
    scopes = models.JSONField(_("scopes"), default=asking)
    groups = models.JSONField(_("access groups"), default=public_group, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), null=True, blank=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True, editable=False)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    replaces = models.ForeignKey(
        "self", verbose_name=_("replaces"), null=True, blank=True, editable=False, on_delete=models.SET_NULL
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        ordering = ["tenant", "-created_at"]

    def __str__(self) -> str:
        return f"{self.name} (ak_{self.prefix}_…)"

    def is_live(self, now: dt.datetime) -> bool:
        """Say whether the key works at `now`."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


class Version(models.Model):
    """A number per tenant and topic that grows with every committed change; processes reload what has a newer one."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="versions")
    topic = models.CharField(_("topic"), max_length=32)
    number = models.BigIntegerField(_("number"), default=0)

    class Meta:
        verbose_name = _("version")
        verbose_name_plural = _("versions")
        constraints = [models.UniqueConstraint(fields=["tenant", "topic"], name="one_version_per_topic")]

    def __str__(self) -> str:
        return f"{self.tenant_id}/{self.topic}: {self.number}"

    @classmethod
    def bump(cls, tenant: Tenant, topic: str) -> int:
        """Take the next number. The row stays locked until commit, so numbers are in commit order."""
        cls.objects.get_or_create(tenant=tenant, topic=topic)
        cls.objects.filter(tenant=tenant, topic=topic).update(number=F("number") + 1)
        return cls.objects.get(tenant=tenant, topic=topic).number

    @classmethod
    def numbers(cls, topic: str) -> dict[str, int]:
        """Map tenant slug to the current number of `topic`."""
        return dict(cls.objects.filter(topic=topic).values_list("tenant__slug", "number"))

"""Curated answers and the ways to ask for them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant, public_group
from assistant.knowledge.models.document import Domain


class FaqEntryQuerySet(models.QuerySet["FaqEntry"]):
    """Rules about sets of entries."""

    def of(self, tenant: Tenant | str) -> FaqEntryQuerySet:
        """Those of one tenant, given as row or slug."""
        return self.filter(tenant__slug=tenant) if isinstance(tenant, str) else self.filter(tenant=tenant)

    def published(self) -> FaqEntryQuerySet:
        """Those that may answer."""
        return self.filter(published=True)


class FaqEntry(models.Model):
    """A question with the answer that the company stands for. Entries in other languages share its `key`."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="faq_entries")
    key = models.SlugField(_("key"), max_length=100)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    domain = models.CharField(_("domain"), max_length=32, choices=Domain.choices, default=Domain.GENERAL)
    intent = models.SlugField(_("intent"), max_length=100, blank=True, default="faq")
    question = models.CharField(_("question"), max_length=500)
    variants = models.JSONField(_("other ways to ask"), default=list, blank=True)
    answer = models.TextField(_("answer"))
    source = models.CharField(_("source and licence"), max_length=500, blank=True)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    access = models.JSONField(_("access groups"), default=public_group)
    published = models.BooleanField(_("published"), default=True)
    hits = models.PositiveBigIntegerField(_("hits"), default=0, editable=False)
    version = models.BigIntegerField(_("version"), default=0, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = FaqEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("FAQ entry")
        verbose_name_plural = _("FAQ entries")
        ordering = ["tenant", "key", "language"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key", "language"], name="one_entry_per_key_and_language")
        ]

    def __str__(self) -> str:
        return self.question


class FaqVariant(models.Model):
    """One way to ask for an entry, derived from it when it is saved: folded for exact look-up, embedded for semantic.

    `vector` is the question embedding, float32 little-endian; None until an encoder was there to make it.
    """

    entry = models.ForeignKey(FaqEntry, on_delete=models.CASCADE, related_name="ways")
    text = models.CharField(max_length=500)
    folded = models.CharField(max_length=500, db_index=True)
    encoder = models.CharField(max_length=200, blank=True)
    vector = models.BinaryField(null=True)

    class Meta:
        verbose_name = _("way to ask")
        verbose_name_plural = _("ways to ask")
        constraints = [models.UniqueConstraint(fields=["entry", "folded"], name="a_way_to_ask_once_per_entry")]

    def __str__(self) -> str:
        return self.text

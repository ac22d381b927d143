"""What answers leaned on, kept so that it can be shown after the document was edited, withdrawn or deleted."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.chat.models import Turn
from assistant.knowledge.models import Revision


class Passage(models.Model):
    """A chunk as it read when an answer leaned on it; chunks themselves leave with their revision.

    `digest` is the SHA-256 of the text: the same place in the same revision reads otherwise once the chunker changed.
    """

    chunk = models.CharField(_("chunk"), max_length=64)
    digest = models.CharField(_("SHA-256"), max_length=64)
    revision = models.ForeignKey(Revision, verbose_name=_("revision"), on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("text"))
    headings = models.JSONField(_("headings"), default=list)
    page = models.PositiveIntegerField(_("page"), null=True)
    line = models.PositiveIntegerField(_("line"), null=True)
    last_page = models.PositiveIntegerField(_("last page"), null=True)
    last_line = models.PositiveIntegerField(_("last line"), null=True)

    class Meta:
        verbose_name = _("passage")
        verbose_name_plural = _("passages")
        constraints = [models.UniqueConstraint(fields=["chunk", "digest"], name="a_passage_once")]

    def __str__(self) -> str:
        return self.text[:80]


class CitationQuerySet(models.QuerySet["Citation"]):
    """Rules about sets of citations."""

    def of(self, tenant: str) -> CitationQuerySet:
        """Those of one tenant's answers, given as slug."""
        return self.filter(tenant__slug=tenant)


class Citation(models.Model):
    """Source number `n` of an answer. `used` says whether the text cites it as [n]; the others were only offered.

    `document` is no foreign key: what was cited stays cited. Curated answers are their own source and have no row;
    shown, `faq_key` names the entry.
    """

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="+")
    turn = models.ForeignKey(Turn, verbose_name=_("answer"), on_delete=models.CASCADE, related_name="citations")
    n = models.PositiveSmallIntegerField(_("number"))
    used = models.BooleanField(_("cited in the text"))
    chunk = models.CharField(_("chunk"), max_length=120)
    document = models.UUIDField(_("document"), null=True, db_index=True)
    revision = models.PositiveIntegerField(_("revision"))
    faq_key = models.CharField(_("curated answer"), max_length=100, blank=True)
    title = models.CharField(_("title"), max_length=500)
    page = models.PositiveIntegerField(_("page"), null=True)
    last_page = models.PositiveIntegerField(_("last page"), null=True)
    passage = models.ForeignKey(
        Passage, verbose_name=_("passage"), null=True, on_delete=models.SET_NULL, related_name="citations"
    )

    objects = CitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("citation")
        verbose_name_plural = _("citations")
        ordering = ["-turn__asked_at", "n"]
        constraints = [models.UniqueConstraint(fields=["turn", "n"], name="a_source_number_once_per_answer")]

    def __str__(self) -> str:
        return f"[{self.n}] {self.title}"

"""Contents that an editor prepares for a document: looked at and previewed, found by nobody."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.knowledge.models import Document


class Draft(models.Model):
    """The next contents of a document, one at most. Publishing it makes it a revision like any other."""

    document = models.OneToOneField(
        Document, verbose_name=_("document"), on_delete=models.CASCADE, related_name="draft"
    )
    filename = models.CharField(_("file name"), max_length=255)
    data = models.BinaryField(_("bytes"))
    uploader = models.CharField(_("uploaded by"), max_length=200, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-updated_at"]

    def __str__(self) -> str:
        return str(self.document)


class StaleDocument(Document):
    """The page of documents that need a look."""

    class Meta:
        proxy = True
        verbose_name = _("document that needs a look")
        verbose_name_plural = _("documents that need a look")

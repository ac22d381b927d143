"""Documents and their append-only revisions."""

from __future__ import annotations

import datetime as dt
import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant, public_group
from assistant.knowledge.texts import explain


class Domain(models.TextChoices):
    """Fields of knowledge that a document or a curated answer belongs to."""

    GENERAL = "general", _("General")
    FINANCE = "finance", _("Finance")
    MEDICAL = "medical", _("Medicine")
    CODE = "code", _("Software")
    SCIENCE = "science", _("Science")


class State(models.TextChoices):
    """What a reader can find of a document."""

    PENDING = "pending", _("being read")
    LIVE = "live", _("live")
    FAILED = "failed", _("failed")
    WITHDRAWN = "withdrawn", _("not published")


class DocumentQuerySet(models.QuerySet["Document"]):
    """Rules about sets of documents."""

    def of(self, tenant: Tenant | str) -> DocumentQuerySet:
        """Those of one tenant, given as row or slug, deleted ones left out."""
        owned = self.filter(tenant__slug=tenant) if isinstance(tenant, str) else self.filter(tenant=tenant)
        return owned.filter(deleted_at=None)


class Document(models.Model):
    """A document of a tenant. Its bytes are in its revisions; `revision` is the one whose chunks are live."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="documents")
    title = models.CharField(_("title"), max_length=300, blank=True)
    filename = models.CharField(_("file name"), max_length=255, editable=False)
    domain = models.CharField(_("domain"), max_length=32, choices=Domain.choices, default=Domain.GENERAL)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    access = models.JSONField(_("access groups"), default=public_group)
    tags = models.JSONField(_("tags"), default=list, blank=True)
    url = models.URLField(_("address of the original"), blank=True, max_length=500)
    origin = models.CharField(_("imported from"), max_length=500, blank=True, editable=False, db_index=True)
    origin_facts = models.JSONField(_("facts of the import"), default=dict, blank=True, editable=False)
    """What the import before knew: `sha256`, `given` (title, tags, ...), `stamp` (commit's blob, ETag), `vanished`."""
    owner = models.CharField(_("owner"), max_length=200, blank=True)
    licence = models.CharField(_("licence and source"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=16, choices=State.choices, default=State.PENDING, editable=False)
    revision = models.ForeignKey(
        "Revision",
        verbose_name=_("live revision"),
        null=True,
        editable=False,
        related_name="+",
        on_delete=models.SET_NULL,
    )
    checksum = models.CharField(_("SHA-256 of the newest revision"), max_length=64, editable=False)
    withdrawn = models.BooleanField(_("taken out of search"), default=False, editable=False)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
    error_code = models.CharField(_("error"), max_length=64, blank=True, editable=False)
    error_detail = models.JSONField(_("error detail"), default=dict, blank=True, editable=False)
    uploader = models.CharField(_("uploaded by"), max_length=200, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    deleted_at = models.DateTimeField(_("deleted"), null=True, editable=False)

    objects = DocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        ordering = ["-updated_at"]
        constraints = [
            # The database decides between two uploads of the same bytes at the same moment.
            models.UniqueConstraint(
                fields=["tenant", "checksum"], condition=models.Q(deleted_at=None), name="same_bytes_once_per_tenant"
            )
        ]

    def __str__(self) -> str:
        return self.title or self.filename

    def is_wanted(self, now: dt.datetime) -> bool:
        """Say whether readers should find it at this moment: not withdrawn, and within its time of validity."""
        begun = self.valid_from is None or self.valid_from <= now
        ended = self.valid_until is not None and self.valid_until <= now
        return not self.withdrawn and begun and not ended

    def error(self, language: str) -> str:
        """Say in the reader's language why the newest revision could not be read; empty when it could."""
        return explain(self.error_code, self.error_detail).of(language) if self.error_code else ""


class Revision(models.Model):
    """The bytes of a document at one time. Never changed, never deleted while the document's tenant exists.

    Up to 256 KiB lie in the row: they are committed, replicated and backed up with everything else, and most
    documents are that small. Larger ones lie under DATA_DIR/documents by checksum, so that the write-ahead log and
    the backups of the database stay small; the file is flushed to disk before the row that names it is written.
    """

    document = models.ForeignKey(
        Document, verbose_name=_("document"), on_delete=models.CASCADE, related_name="revisions"
    )
    number = models.PositiveIntegerField(_("number"))
    sha256 = models.CharField(_("SHA-256"), max_length=64, db_index=True)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    filename = models.CharField(_("file name"), max_length=255)
    data = models.BinaryField(_("bytes"), null=True)
    uploader = models.CharField(_("uploaded by"), max_length=200, blank=True)
    origin = models.CharField(_("imported from"), max_length=600, blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("revision")
        verbose_name_plural = _("revisions")
        ordering = ["document", "-number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="revision_numbers_are_unique")]

    def __str__(self) -> str:
        return f"{self.filename} #{self.number}"

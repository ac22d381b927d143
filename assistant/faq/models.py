"""Curated answers and the ways to ask for them."""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant, public_group
from assistant.faq.certified import (
    CalibrationPair,
    CertificateOrigin,
    PairOrigin,
    ThresholdCertificate,
    VerifierVersion,
)
from assistant.faq.curation import FaqSettings, FaqValue
from assistant.knowledge.models import Chunk
from assistant.knowledge.models.document import Domain

__all__ = [
    "AnswerEvidence",
    "CalibrationPair",
    "CertificateOrigin",
    "Content",
    "EntryState",
    "FaqEntry",
    "FaqSettings",
    "FaqValue",
    "FaqVariant",
    "GeneratedAnswer",
    "PairOrigin",
    "ThresholdCertificate",
    "VerifierVersion",
]


class EntryState(models.TextChoices):
    """How far an entry is on its way to the customers."""

    DRAFT = "draft", _("draft")
    REVIEW = "review", _("in review")
    APPROVED = "approved", _("approved")


@dataclass(frozen=True, slots=True)
class Content:
    """What is reviewed of an entry."""

    question: str
    variants: list[str]
    answer: str


class FaqEntryQuerySet(models.QuerySet["FaqEntry"]):
    """Rules about sets of entries."""

    def of(self, tenant: Tenant | str) -> FaqEntryQuerySet:
        """Those of one tenant, given as row or slug."""
        return self.filter(tenant__slug=tenant) if isinstance(tenant, str) else self.filter(tenant=tenant)

    def published(self) -> FaqEntryQuerySet:
        """Those that may answer, now or later: switched on, with an approved content, and not over."""
        approved = models.Q(state=EntryState.APPROVED) | models.Q(served__isnull=False)
        return self.filter(approved, published=True).exclude(valid_until__lte=timezone.now())


class FaqEntry(models.Model):
    """A question with the answer that the company stands for. Entries in other languages share its `key`.

    Only approved content is served. While an edit waits for approval, `served` holds the content approved before it.
    """

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
    state = models.CharField(_("state"), max_length=16, choices=EntryState.choices, default=EntryState.APPROVED)
    served = models.JSONField(_("content approved before"), null=True, editable=False)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("last edited by"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    approver = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("approved by"), null=True, blank=True, editable=False,
        on_delete=models.SET_NULL, related_name="+",
    )  # fmt: skip
    publish_at = models.DateTimeField(_("publish at"), null=True, blank=True)
    valid_from = models.DateTimeField(_("valid from"), null=True, blank=True)
    valid_until = models.DateTimeField(_("valid until"), null=True, blank=True)
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
        permissions = [("approve_faqentry", _("Can approve FAQ entries"))]

    def __str__(self) -> str:
        return self.question

    def content(self) -> Content:
        """Return what its fields say, approved or not."""
        return Content(self.question, list(self.variants), self.answer)

    def approved(self) -> Content | None:
        """Return what may be served: its fields, or what was approved before the last edit; None when nothing was."""
        if self.state == EntryState.APPROVED:
            return self.content()
        return None if self.served is None else Content(**self.served)

    def window(self) -> tuple[float, float]:
        """Return from when until when it may answer, in seconds since 1970; infinite where nothing is said."""
        starts = [moment.timestamp() for moment in (self.publish_at, self.valid_from) if moment is not None]
        until = self.valid_until.timestamp() if self.valid_until is not None else math.inf
        return max(starts, default=-math.inf), until


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


class GeneratedAnswerQuerySet(models.QuerySet["GeneratedAnswer"]):
    """Rules about sets of kept answers."""

    def standing(self) -> GeneratedAnswerQuerySet:
        """Those that may be served: not expired, not withdrawn, and every piece of evidence exactly as it was.

        The evidence is compared with the rows of the knowledge base in the same statement, so that an edit which is
        committed is an answer which is gone: there is no message that could be late or lost.
        """
        return self.filter(withdrawn=False, expires_at__gt=timezone.now()).exclude(Exists(_altered()))

    def judged(self) -> GeneratedAnswerQuerySet:
        """All of them, each with `stands`: whether it may be served."""
        return self.annotate(stands=Exists(GeneratedAnswer.objects.standing().filter(pk=OuterRef("pk"))))

    def fallen(self) -> GeneratedAnswerQuerySet:
        """Those that expired or whose evidence changed. Withdrawn ones stay: they are what must not come back."""
        return self.filter(withdrawn=False).filter(models.Q(expires_at__lte=timezone.now()) | Exists(_altered()))


class GeneratedAnswer(models.Model):
    """An answer that a model gave from documents, with all that it depends on.

    `key` is the SHA-256 of its scope (tenant, groups, domain, language, model, prompts, length) and of the folded
    question, `scope` that of the scope alone; `vector` the question's embedding by `encoder`, float32 little-endian.
    `body` is the reply as JSON; `seconds` what making it took, which with `hits` is what keeping it is worth.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=64, unique=True)
    scope = models.CharField(_("scope"), max_length=64, default="", db_index=True, editable=False)
    question = models.TextField(_("question"))
    encoder = models.CharField(_("encoder"), max_length=200, default="", blank=True, editable=False)
    vector = models.BinaryField(_("vector"), null=True, editable=False)
    groups = models.JSONField(_("access groups"), default=list)
    domain = models.CharField(_("domain"), max_length=32)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    model = models.CharField(_("model"), max_length=300)
    prompts = models.CharField(_("version of the prompts"), max_length=64)
    body = models.JSONField(_("answer"))
    seconds = models.FloatField(_("seconds it took"), default=0.0)
    hits = models.PositiveBigIntegerField(_("hits"), default=0)
    withdrawn = models.BooleanField(_("withdrawn as wrong"), default=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"), db_index=True)

    objects = GeneratedAnswerQuerySet.as_manager()

    class Meta:
        verbose_name = _("cached answer")
        verbose_name_plural = _("cached answers")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.question[:80]


class AnswerEvidence(models.Model):
    """A chunk that an answer leaned on, as it was: the checksum of its revision, its title, and who might read it."""

    answer = models.ForeignKey(GeneratedAnswer, on_delete=models.CASCADE, related_name="evidence")
    chunk = models.CharField(max_length=64, db_index=True)
    checksum = models.CharField(max_length=64)
    title = models.CharField(max_length=300, blank=True)
    access = models.JSONField(default=list)

    class Meta:
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")

    def __str__(self) -> str:
        return self.chunk


def _altered() -> models.QuerySet[AnswerEvidence]:
    """Evidence of an outer answer that is no longer what the knowledge base holds."""
    same = Chunk.objects.filter(
        pk=OuterRef("chunk"),
        revision__sha256=OuterRef("checksum"),
        document__title=OuterRef("title"),
        document__access=OuterRef("access"),
        document__deleted_at=None,
        document__withdrawn=False,
    ).exclude(document__valid_until__lte=timezone.now())
    return AnswerEvidence.objects.filter(answer=OuterRef("pk")).exclude(Exists(same))

"""What a threshold rests on: labelled pairs of questions, and the certificates issued on them."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant
from assistant.knowledge.models.document import Domain


class PairOrigin(models.TextChoices):
    """Who said whether two questions are the same."""

    FEEDBACK = "feedback", _("feedback on an answer")
    AGENT = "agent", _("correction by an agent")
    EDITOR = "editor", _("editor of the curated answers")
    IMPORTED = "imported", _("imported file")


class CalibrationPair(models.Model):
    """Two questions of a tenant and whether one answer fits both. `digest` names the pair whatever its order.

    Questions that are said to differ are never served for one another. With an `entry` somebody said that it was wrong
    for `question_a`: it does not answer that again, in whatever words of its own (`turn` is where that was said).
    """

    tenant = models.ForeignKey(
        Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="calibration_pairs"
    )
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    domain = models.CharField(_("domain"), max_length=32, choices=Domain.choices, default=Domain.GENERAL)
    question_a = models.CharField(_("one question"), max_length=1000)
    question_b = models.CharField(_("the other question"), max_length=1000)
    same = models.BooleanField(_("ask the same"))
    origin = models.CharField(_("said by"), max_length=16, choices=PairOrigin.choices)
    digest = models.CharField(_("digest of the pair"), max_length=64, editable=False)
    entry = models.ForeignKey(
        "faq.FaqEntry", verbose_name=_("wrong for"), null=True, blank=True, on_delete=models.SET_NULL,
        related_name="wrong_for", editable=False,
    )  # fmt: skip
    turn = models.UUIDField(_("turn"), null=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    judged_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("calibration pair")
        verbose_name_plural = _("calibration pairs")
        ordering = ["-created_at"]
        constraints = [models.UniqueConstraint(fields=["tenant", "digest"], name="a_pair_is_judged_once_per_tenant")]

    def __str__(self) -> str:
        return f"{self.question_a[:60]} / {self.question_b[:60]}"


class CertificateOrigin(models.TextChoices):
    """Whose pairs certified a threshold."""

    OWN = "own", _("the tenant's pairs of this domain")
    BORROWED_DOMAINS = "domains", _("borrowed: the tenant's pairs of all domains")
    BORROWED_SHIPPED = "shipped", _("borrowed: the pairs shipped with the product")
    NONE = "none", _("none: only equal words are served")


class ThresholdCertificate(models.Model):
    """How near two questions of a tenant must be in one language and domain, and why that may be believed.

    The newest row per tenant, language and domain is in force; older ones stay as the record. `threshold` is a score
    of the verifier whose checksum is `verifier`, over vectors of `encoder`; None serves equal words alone. `upper` is
    the Clopper-Pearson limit of the false-hit rate, `hit_rate` the share of same pairs at or above the threshold.

    `asked` ways to ask of the tenant's own entries were asked as if their entries were not there, `crossed` of them
    another entry would have answered at `lent`, the threshold that the pairs certify; it was raised where that is more
    than the bound allows (see `rivals`). `crossings` are the likeliest [asked, answered, score].
    """

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="certificates")
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    domain = models.CharField(_("domain"), max_length=32, choices=Domain.choices)
    threshold = models.FloatField(_("threshold"), null=True)
    bound = models.FloatField(_("bound of the false-hit rate"))
    confidence = models.FloatField(_("confidence"), default=0.95)
    false_hits = models.PositiveIntegerField(_("false hits among the different pairs"))
    different = models.PositiveIntegerField(_("different pairs"))
    same = models.PositiveIntegerField(_("pairs that ask the same"))
    upper = models.FloatField(_("upper limit of the false-hit rate"))
    hit_rate = models.FloatField(_("hit rate"), null=True)
    origin = models.CharField(_("issued on"), max_length=16, choices=CertificateOrigin.choices)
    known = models.PositiveIntegerField(_("pairs of the language at that time"), null=True)
    lent = models.FloatField(_("threshold by the pairs alone"), null=True)
    asked = models.PositiveIntegerField(_("own ways to ask"), default=0)
    crossed = models.PositiveIntegerField(_("of these answered by another entry"), default=0)
    crossings = models.JSONField(_("entries that answer each other's questions"), default=list)
    looked_at = models.DateTimeField(_("own entries compared"), null=True)
    verifier = models.CharField(_("verifier"), max_length=64)
    encoder = models.CharField(_("encoder"), max_length=200)
    issued_at = models.DateTimeField(_("issued"), auto_now_add=True)

    class Meta:
        verbose_name = _("threshold certificate")
        verbose_name_plural = _("threshold certificates")
        ordering = ["-issued_at", "-id"]
        indexes = [models.Index(fields=["tenant", "language", "domain", "-issued_at"], name="certificate_in_force")]

    def __str__(self) -> str:
        return f"{self.language}/{self.domain}: {self.threshold}"


class VerifierVersion(models.Model):
    """What a tenant's own feedback corrects in the shipped verifier, with the figures that let it go live or not.

    `auc` is the area under the curve on the tenant's pairs, `loss` the mean log loss, each pair judged unseen: by the
    shipped verifier before, with the correction after. `body` is a `tuning.Correction`, for the shipped weights with
    the checksum `verifier` over vectors of `encoder`.
    """

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="verifiers")
    number = models.PositiveIntegerField(_("version"))
    live = models.BooleanField(_("live"))
    pairs = models.PositiveIntegerField(_("pairs it learnt from"))
    same = models.PositiveIntegerField(_("pairs that ask the same"))
    auc_before = models.FloatField(_("area under the curve, shipped verifier"))
    auc_after = models.FloatField(_("area under the curve, with the correction"))
    loss_before = models.FloatField(_("log loss, shipped verifier"))
    loss_after = models.FloatField(_("log loss, with the correction"))
    verifier = models.CharField(_("verifier"), max_length=64)
    encoder = models.CharField(_("encoder"), max_length=200)
    body = models.BinaryField(_("weights"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("verifier of a tenant")
        verbose_name_plural = _("verifiers of tenants")
        ordering = ["tenant", "-number"]
        constraints = [models.UniqueConstraint(fields=["tenant", "number"], name="one_verifier_per_tenant_and_number")]

    def __str__(self) -> str:
        return f"{self.tenant} {self.number}"

"""Intents, their examples, and the trained classifiers as rows."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant
from assistant.intents.types import OUT_OF_SCOPE
from assistant.knowledge.models.document import Domain


class RouteChoice(models.TextChoices):
    """Where a question with this intent goes first."""

    FAQ = "faq", _("curated answers")
    DOMAIN = "domain", _("documents and model of the domain")
    SMALL_TALK = "small_talk", _("small talk")
    HUMAN = "human", _("a human")
    OUT_OF_SCOPE = "out_of_scope", _("out of scope")


class SlotKind(models.TextChoices):
    """What may be read out of a question. Values equal those of `slots.READERS`."""

    ORDER_NUMBER = "order_number", _("order number")
    AMOUNT = "amount", _("amount of money")
    DATE = "date", _("date")
    DRUG = "drug", _("drug")
    TICKER = "ticker", _("ticker symbol")


class Intent(models.Model):
    """Something that askers want. The intent named `oos` holds examples of what the assistant is not for."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="intents")
    name = models.SlugField(_("name"), max_length=100)
    route = models.CharField(_("route"), max_length=16, choices=RouteChoice.choices, default=RouteChoice.DOMAIN)
    domain = models.CharField(_("domain"), max_length=32, choices=Domain.choices, default=Domain.GENERAL)
    description = models.CharField(_("description"), max_length=300, blank=True)
    replies = models.JSONField(_("replies by language"), default=dict, blank=True)
    slots = models.JSONField(_("slots"), default=list, blank=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    class Meta:
        verbose_name = _("intent")
        verbose_name_plural = _("intents")
        ordering = ["tenant", "name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="intent_names_are_unique")]

    def __str__(self) -> str:
        return self.name

    @property
    def is_out_of_scope(self) -> bool:
        """Whether this intent collects what the assistant is not for."""
        return self.name == OUT_OF_SCOPE


class Example(models.Model):
    """A question that has this intent. `vector` is its question embedding, float32 little-endian."""

    intent = models.ForeignKey(Intent, verbose_name=_("intent"), on_delete=models.CASCADE, related_name="examples")
    text = models.CharField(_("text"), max_length=1000)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices, blank=True)
    encoder = models.CharField(_("encoder"), max_length=200, blank=True, editable=False)
    vector = models.BinaryField(_("vector"), null=True, editable=False)

    class Meta:
        verbose_name = _("example")
        verbose_name_plural = _("examples")
        ordering = ["intent", "id"]
        constraints = [models.UniqueConstraint(fields=["intent", "text"], name="an_example_once_per_intent")]

    def __str__(self) -> str:
        return self.text


class TrainedClassifier(models.Model):
    """A classifier as it was trained: arrays without objects (.npz), figures, and the version of the examples.

    At most one of a tenant and encoder is live. `gate` is `versions.Comparison` with the one that was live before,
    `report` is `report.Report`, `outcomes` is `versions.Outcomes`: what was right on questions not learnt from.
    """

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="classifiers")
    version = models.BigIntegerField(_("version"))
    encoder = models.CharField(_("encoder"), max_length=200)
    weights = models.BinaryField(_("weights"))
    examples = models.PositiveIntegerField(_("examples"))
    held_out_accuracy = models.FloatField(_("accuracy on held-out examples"), null=True)
    train_seconds = models.FloatField(_("seconds to train"))
    created_at = models.DateTimeField(_("trained"), auto_now_add=True)
    live = models.BooleanField(_("live"), default=False)
    fine_tuned = models.BooleanField(_("fine-tuned"), default=False)
    went_live_at = models.DateTimeField(_("went live"), null=True)
    went_live_by = models.CharField(_("by"), max_length=150, blank=True)
    gate = models.JSONField(_("compared with the one before"), null=True)
    report = models.JSONField(_("figures"), null=True)
    outcomes = models.BinaryField(_("held-out outcomes"), null=True)

    class Meta:
        verbose_name = _("trained classifier")
        verbose_name_plural = _("trained classifiers")
        ordering = ["tenant", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "version"], name="classifier_versions_are_unique"),
            models.UniqueConstraint(fields=["tenant", "encoder"], condition=Q(live=True), name="one_live_classifier"),
        ]

    def __str__(self) -> str:
        return f"{self.tenant} v{self.version}"

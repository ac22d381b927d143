"""Conversations, their turns, and hand-overs to a human. Written behind the answer; see `recorder`."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant


class ConversationQuerySet(models.QuerySet["Conversation"]):
    """Rules about sets of conversations."""

    def of(self, tenant: str) -> ConversationQuerySet:
        """Those of one tenant, given as slug."""
        return self.filter(tenant__slug=tenant)


class Conversation(models.Model):
    """Turns that belong together. Its id is made when its first question comes in, before any row exists."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="conversations")
    channel = models.CharField(_("channel"), max_length=32)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    title = models.CharField(_("first question"), max_length=200)
    created_at = models.DateTimeField(_("began"))
    updated_at = models.DateTimeField(_("last turn"))

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("conversation")
        verbose_name_plural = _("conversations")
        ordering = ["-updated_at", "id"]
        indexes = [models.Index(fields=["tenant", "-updated_at"], name="conversations_by_time")]

    def __str__(self) -> str:
        return self.title


class TurnStatus(models.TextChoices):
    """How a turn ended."""

    FINISHED = "finished", _("answered")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")
    STOPPED = "stopped", _("asker left")


class Turn(models.Model):
    """A question and what was answered. `answer` is the JSON answer as the caller got it; null when there was none."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    conversation = models.ForeignKey(
        Conversation, verbose_name=_("conversation"), on_delete=models.CASCADE, related_name="turns"
    )
    key_id = models.BigIntegerField(_("API key"), null=True)
    question = models.TextField(_("question"))
    standalone = models.TextField(_("question on its own"))
    text = models.TextField(_("answer"), blank=True)
    answer = models.JSONField(_("answer with its metadata"), null=True)
    status = models.CharField(_("status"), max_length=16, choices=TurnStatus.choices)
    code = models.CharField(_("reason code"), max_length=64, blank=True)
    layer = models.CharField(_("layer"), max_length=16, blank=True)
    intent = models.CharField(_("intent"), max_length=100, blank=True)
    domain = models.CharField(_("domain"), max_length=32, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=Language.choices)
    total_ms = models.FloatField(_("milliseconds"), null=True)
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("turn")
        verbose_name_plural = _("turns")
        ordering = ["conversation", "asked_at"]
        indexes = [models.Index(fields=["conversation", "asked_at"], name="turns_in_order")]

    def __str__(self) -> str:
        return self.question[:80]


class HandoffState(models.TextChoices):
    """Where a hand-over is."""

    REQUESTED = "requested", _("waiting for a colleague")
    ACCEPTED = "accepted", _("a colleague answers")
    CLOSED = "closed", _("closed")


OPEN = Q(state__in=[HandoffState.REQUESTED, HandoffState.ACCEPTED])


class Handoff(models.Model):
    """A conversation passed to a human. At most one is open at a time, so asking again never makes a second."""

    conversation = models.ForeignKey(
        Conversation, verbose_name=_("conversation"), on_delete=models.CASCADE, related_name="handoffs"
    )
    turn = models.ForeignKey(Turn, verbose_name=_("turn"), on_delete=models.CASCADE, related_name="+", editable=False)
    reason = models.CharField(_("reason"), max_length=64)
    state = models.CharField(_("state"), max_length=16, choices=HandoffState.choices, default=HandoffState.REQUESTED)
    requested_at = models.DateTimeField(_("requested"), default=timezone.now)

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(fields=["conversation"], condition=OPEN, name="one_open_handoff_per_conversation")
        ]

    def __str__(self) -> str:
        return f"{self.conversation_id} {self.state}"


class Rating(models.TextChoices):
    """What an asker or a colleague thinks of an answer."""

    UP = "up", _("helpful")
    DOWN = "down", _("wrong")


class Giver(models.TextChoices):
    """Who said what they think of an answer."""

    VISITOR = "visitor", _("visitor of the widget")
    API = "api", _("program with a key")
    AGENT = "agent", _("colleague in the admin")


class Feedback(models.Model):
    """A thumb for an answer, why, and what would have been right.

    The last word about a turn counts, but a colleague's is not overridden by anybody else's.
    """

    turn = models.OneToOneField(Turn, verbose_name=_("turn"), on_delete=models.CASCADE, related_name="feedback")
    rating = models.CharField(_("rating"), max_length=8, choices=Rating.choices)
    reason = models.TextField(_("reason"), blank=True)
    correction = models.TextField(_("correction"), blank=True)
    giver = models.CharField(_("given by"), max_length=16, choices=Giver.choices, default=Giver.API)
    author = models.CharField(_("colleague"), max_length=150, blank=True)
    given_at = models.DateTimeField(_("given"), default=timezone.now)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-given_at"]

    def __str__(self) -> str:
        return f"{self.rating} {self.turn}"

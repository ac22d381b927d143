"""What stands around curated answers: values for their placeholders, and a tenant's settings."""

from __future__ import annotations

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant

NAME = RegexValidator(r"^[a-z][a-z0-9_]{0,63}\Z", _("Lower-case letters, digits and _, beginning with a letter."))


class FaqValue(models.Model):
    """What `{{ name }}` stands for in the answers of a tenant; an empty language takes the other one's text."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="faq_values")
    name = models.CharField(_("name"), max_length=64, validators=[NAME])
    value_en = models.CharField(_("value (English)"), max_length=500, blank=True)
    value_zh = models.CharField(_("value (Chinese)"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("placeholder")
        verbose_name_plural = _("placeholders")
        ordering = ["tenant", "name"]
        constraints = [models.UniqueConstraint(fields=["tenant", "name"], name="one_value_per_placeholder")]

    def __str__(self) -> str:
        return "{{ " + self.name + " }}"

    def of(self, language: str) -> str:
        """Return the text for a language."""
        first, second = (self.value_zh, self.value_en) if language == "zh" else (self.value_en, self.value_zh)
        return first or second


class FaqSettings(models.Model):
    """How a tenant's curated answers are served."""

    tenant = models.OneToOneField(
        Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="faq_settings"
    )
    name_fallback = models.BooleanField(
        _("say when an answer exists in the other language only"),
        default=True,
        help_text=_("A sentence in the asker's language is added below such an answer."),
    )

    class Meta:
        verbose_name = _("settings of curated answers")
        verbose_name_plural = _("settings of curated answers")

    def __str__(self) -> str:
        return str(self.tenant)

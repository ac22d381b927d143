"""The web sites that may show the widget."""

from __future__ import annotations

import secrets

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant, public_group
from assistant.widget.origins import is_origin

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}\Z", _("A colour as #rrggbb."))


def new_public_id() -> str:
    """Return a name for the script tag; it is public, so it only has to be unique."""
    return f"site_{secrets.token_hex(6)}"


def new_secret() -> str:
    """Return a key for signing identities (256 bits)."""
    return secrets.token_urlsafe(32)


def both_languages() -> list[str]:
    """Return the languages a site offers unless told otherwise."""
    return [Language.EN.value, Language.ZH.value]


def check_origins(value: object) -> None:
    """Refuse anything but a list of exact origins."""
    items = value if isinstance(value, list) else [[value]]
    wrong = [str(item) for item in items if not is_origin(item)]
    if wrong:
        raise ValidationError(
            _("Not an exact origin: %(wrong)s. Write scheme, host and port only, as in https://shop.example."),
            params={"wrong": ", ".join(wrong)},
        )


def check_languages(value: object) -> None:
    """Refuse languages that the widget does not speak."""
    if not isinstance(value, list) or not value or any(item not in Language.values for item in value):
        raise ValidationError(_("Choose one or both of: %(known)s."), params={"known": ", ".join(Language.values)})


class Site(models.Model):
    """A web site with the widget on it: where it may appear, what it says, and whose knowledge answers."""

    tenant = models.ForeignKey(Tenant, verbose_name=_("tenant"), on_delete=models.CASCADE, related_name="sites")
    name = models.CharField(_("name"), max_length=100)
    public_id = models.SlugField(_("site id"), max_length=32, unique=True, default=new_public_id)
    enabled = models.BooleanField(_("enabled"), default=True)
    origins = models.JSONField(_("allowed origins"), default=list, blank=True, validators=[check_origins])
    groups = models.JSONField(_("access groups"), default=public_group, blank=True)
    languages = models.JSONField(_("languages"), default=both_languages, validators=[check_languages])
    title_en = models.CharField(_("title (English)"), max_length=60, blank=True)
    title_zh = models.CharField(_("title (Chinese)"), max_length=60, blank=True)
    greeting_en = models.CharField(_("greeting (English)"), max_length=200, blank=True)
    greeting_zh = models.CharField(_("greeting (Chinese)"), max_length=200, blank=True)
    suggestions_en = models.TextField(_("suggested questions (English), one a line"), blank=True)
    suggestions_zh = models.TextField(_("suggested questions (Chinese), one a line"), blank=True)
    accent = models.CharField(_("accent colour"), max_length=7, blank=True, validators=[COLOUR])
    require_identity = models.BooleanField(_("only signed-in visitors"), default=False)
    identity_secret = models.CharField(_("identity secret"), max_length=64, default=new_secret)

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("sites")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

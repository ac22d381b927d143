"""Sites in the admin, with the script tag to paste."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.widget.bundle import bundle
from assistant.widget.models import Site


@admin.register(Site)
class SiteAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "public_id", "tenant", "enabled", "require_identity"]
    list_filter = ["tenant", "enabled"]
    search_fields = ["name", "public_id"]
    readonly_fields = ["script_tag"]
    fieldsets = [
        (None, {"fields": ["name", "tenant", "enabled", "public_id", "script_tag"]}),
        (_("Who may use it"), {"fields": ["origins", "groups", "require_identity", "identity_secret"]}),
        (
            _("What it shows"),
            {
                "fields": [
                    "languages", "title_en", "title_zh", "greeting_en", "greeting_zh",
                    "suggestions_en", "suggestions_zh", "accent",
                ]
            },
        ),
    ]  # fmt: skip

    @admin.display(description=_("script tag"))
    def script_tag(self, site: Site) -> SafeString:
        """Show what the site's pages must contain."""
        return format_html("<code>{}</code>", script_tag(site.public_id))


def script_tag(public_id: str) -> str:
    """Return the one line that puts the widget on a page."""
    source = f"{settings.HOUSE.public_url.rstrip('/')}/widget/v1/widget.js"
    return (
        f'<script src="{source}" data-site="{public_id}" integrity="{bundle().integrity}" '
        'crossorigin="anonymous" defer></script>'
    )

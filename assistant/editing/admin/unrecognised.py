"""The page of questions that no intent fits: one press makes a group examples of an intent."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from assistant.editing.admin.findings import FindingsAdmin
from assistant.editing.models import Run, Unrecognised
from assistant.editing.models.run import Kind
from assistant.editing.unrecognised import labelled
from assistant.intents import services
from assistant.intents.models import Example, Intent
from retrieval.normalise import fold

LONGEST = 1000
"""Characters an example may have."""


@admin.register(Unrecognised)
class UnrecognisedAdmin(FindingsAdmin):
    kind = Kind.UNRECOGNISED
    template = "admin/editing/unrecognised.html"

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(require_POST(self.label))
        return [path("label/<int:pk>/", guarded, name="editing_unrecognised_label"), *super().get_urls()]

    def rows(self, run: Run) -> list[dict[str, Any]]:
        """Each group that is not labelled yet, with the tenant's intents, the nearest first."""
        known = labelled(run.tenant) if run.tenant is not None else set()
        names = sorted(Intent.objects.filter(tenant=run.tenant).values_list("name", flat=True))
        return [
            {
                **group,
                "last": parse_datetime(group["last"]),
                "address": reverse("admin:editing_unrecognised_label", args=[run.pk]),
                "intents": sorted(names, key=lambda name, near=group["nearest"]: name != near),  # type: ignore[misc]
            }
            for group in run.result["groups"]
            if fold(group["question"]) not in known
        ]

    def label(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Add a group's wordings to an intent; needs the right to add examples."""
        if not request.user.has_perm("intents.add_example"):
            raise PermissionDenied
        run = get_object_or_404(Run.objects.select_related("tenant"), pk=pk, kind=self.kind, tenant__isnull=False)
        intent = get_object_or_404(Intent, tenant=run.tenant, name=request.POST.get("intent", ""))
        group = next((one for one in run.result["groups"] if one["question"] == request.POST.get("question")), None)
        if group is None or run.tenant is None:
            raise Http404
        texts = [text for text in (group["question"], *group["others"]) if len(text) <= LONGEST]
        before = Example.objects.filter(intent=intent).count()
        services.save_intent(run.tenant, intent.name, [(text, group["language"]) for text in texts])
        added = Example.objects.filter(intent=intent).count() - before
        facts = {"count": added, "intent": intent.name}
        self.message_user(
            request, _("%(count)d examples added to %(intent)s; training begins.") % facts, messages.SUCCESS
        )
        list_page = reverse("admin:editing_unrecognised_changelist")
        return HttpResponseRedirect(f"{list_page}?tenant={run.tenant.slug}")

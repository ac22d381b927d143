"""Pages of what the worker found for a tenant: coverage gaps, and duplicates and contradictions."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.editing.admin.lineage import LookedAt
from assistant.editing.admin.runs import RELOAD_S
from assistant.editing.admin.words import words
from assistant.editing.models import Gaps, Run, Twins
from assistant.editing.models.run import Kind
from assistant.knowledge.models import Document
from assistant.knowledge.models.job import JobState

PAGE = 25


class FindingsAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    """The newest finished run of a kind for the chosen tenant, page by page, and a button to look again."""

    kind: ClassVar[Kind]
    template: ClassVar[str]

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, object] | None = None) -> HttpResponse:
        """Show the findings; a POST asks the worker to look again, and the page follows it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        tenants = list(Tenant.objects.all())
        tenant = next((one for one in tenants if one.slug == request.GET.get("tenant")), next(iter(tenants), None))
        if request.method == "POST" and tenant is not None:
            Run.objects.ask(self.kind, tenant=tenant, by=request.user.get_username())
            self.message_user(request, _("Asked for; the worker begins within seconds."))
            return HttpResponseRedirect(request.get_full_path())
        run = Run.objects.newest(self.kind, tenant) if tenant is not None else None
        context = {
            **self.admin_site.each_context(request),
            "title": str(self.model._meta.verbose_name_plural).capitalize(),  # noqa: SLF001 - Django's public name
            "words": words(),
            "about": words()[f"about_{self.kind.value}"],
            "opts": self.model._meta,  # noqa: SLF001 - Django's public name
            "tenants": tenants,
            "tenant": tenant,
            "run": run,
            "busy": self._busy(tenant),
            "page": Paginator(self.rows(run) if run else [], PAGE).get_page(request.GET.get("p")),
            **(extra_context or {}),
        }
        response = TemplateResponse(request, self.template, context)
        if context["busy"] is not None:
            response.headers["Refresh"] = str(RELOAD_S)
        return response

    def rows(self, run: Run) -> list[dict[str, Any]]:
        """Return what the page lists."""
        raise NotImplementedError

    def _busy(self, tenant: Tenant | None) -> Run | None:
        open_runs = Run.objects.filter(kind=self.kind, tenant=tenant, state__in=[JobState.QUEUED, JobState.RUNNING])
        return open_runs.first()


@admin.register(Gaps)
class GapsAdmin(FindingsAdmin):
    kind = Kind.GAPS
    template = "admin/editing/gaps.html"

    def rows(self, run: Run) -> list[dict[str, Any]]:
        """Each gap with one press to a curated answer or a draft document, filled in as far as it can be."""
        return [{**gap, "last": parse_datetime(gap["last"]), **self._presses(run, gap)} for gap in run.result["gaps"]]

    def _presses(self, run: Run, gap: dict[str, Any]) -> dict[str, str]:
        question, others = gap["question"], gap["others"][:10]
        entry = {"tenant": run.tenant_id, "language": gap["language"], "question": question[:500]}
        entry["variants"] = "\n".join(other[:500] for other in others)
        lines = [f"# {question}", "", *(f"- {other}" for other in others)]
        document = {"tenant": run.tenant_id, "language": gap["language"], "title": question[:300], "draft": "1"}
        document["text"] = "\n".join(lines)
        return {
            "entry": f"{reverse('admin:faq_faqentry_add')}?{urlencode(entry)}",
            "document": f"{reverse('admin:knowledge_document_add')}?{urlencode(document)}",
        }


@admin.register(Twins)
class TwinsAdmin(FindingsAdmin):
    kind = Kind.TWINS
    template = "admin/editing/twins.html"

    def rows(self, run: Run) -> list[dict[str, Any]]:
        """Pairs whose documents are both still there, as they read today."""
        pairs: list[dict[str, Any]] = run.result["twins"]
        named = {pair[side]["document"] for pair in pairs for side in ("first", "second")}
        there = Document.objects.filter(pk__in=named, tenant=run.tenant, deleted_at=None).values_list("pk", flat=True)
        here = set(map(str, there))
        return [
            {**pair, "sides": [(pair[side], [pair["doubt"][side]]) for side in ("first", "second")]}
            for pair in pairs
            if {pair["first"]["document"], pair["second"]["document"]} <= here
        ]

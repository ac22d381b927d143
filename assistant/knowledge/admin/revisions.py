"""Revisions under their document: download, see what changed, go back to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from assistant.errors import AssistantError
from assistant.knowledge import blobs, publishing
from assistant.knowledge.admin.forms import in_reader_language
from assistant.knowledge.comparison import compare
from assistant.knowledge.models import Revision
from retrieval.errors import UnreadableDocument
from retrieval.messages import explain

if TYPE_CHECKING:
    from assistant.knowledge.admin.documents import DocumentAdmin


class RevisionInline(admin.TabularInline):  # type: ignore[type-arg]
    """The revisions of a document, to read, compare, download and go back to, never to change."""

    model = Revision
    fields = ("number", "filename", "size", "sha256", "uploader", "created_at", "download", "changes", "go_back")
    readonly_fields = fields
    extra = 0
    can_delete = False
    ordering = ["-number"]

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Revision]:
        return super().get_queryset(request).defer("data")

    @admin.display(description=_("download"))
    def download(self, revision: Revision) -> SafeString:
        address = reverse("admin:knowledge_revision_download", args=[revision.pk])
        return format_html('<a href="{}">{}</a>', address, _("download"))

    @admin.display(description=_("changes"))
    def changes(self, revision: Revision) -> SafeString | str:
        if revision.number == 1:
            return "-"
        address = reverse("admin:knowledge_revision_changes", args=[revision.pk])
        return format_html('<a href="{}">{}</a>', address, _("what changed"))

    @admin.display(description=_("go back"))
    def go_back(self, revision: Revision) -> SafeString | str:
        if revision.sha256 == revision.document.checksum:
            return "-"
        address = reverse("admin:knowledge_revision_roll_back", args=[revision.pk])
        return format_html(
            '<button type="submit" class="button" formaction="{}" formmethod="post" formnovalidate>{}</button>',
            address,
            _("go back to this"),
        )


class RevisionViews:
    """The pages behind those links, for whoever may see or change the document."""

    def __init__(self, documents: DocumentAdmin) -> None:
        self._documents = documents

    def urls(self) -> list[URLPattern]:
        """Their addresses, for the admin's own check that a member of staff is signed in."""
        guarded = self._documents.admin_site.admin_view
        return [
            path("revision/<int:pk>/", guarded(self.download), name="knowledge_revision_download"),
            path("revision/<int:pk>/changes/", guarded(self.changes), name="knowledge_revision_changes"),
            path("revision/<int:pk>/back/", guarded(require_POST(self.roll_back)), name="knowledge_revision_roll_back"),
        ]

    def download(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Send the bytes of a revision as they were uploaded, never to be shown by the browser itself."""
        revision = self._revision(request, pk)
        response = HttpResponse(blobs.read(revision), content_type="application/octet-stream")
        response["Content-Disposition"] = f"attachment; filename=revision-{revision.number}"
        response["X-Content-Type-Options"] = "nosniff"
        return response

    def changes(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show what a revision changed of the one before it."""
        revision = self._revision(request, pk)
        earlier = get_object_or_404(Revision, document=revision.document, number=revision.number - 1)
        context = {
            **self._documents.admin_site.each_context(request),
            "title": str(revision),
            "revision": revision,
            "equal": _("Both revisions read the same."),
        }
        try:
            context["lines"] = compare(earlier, revision)
        except UnreadableDocument as error:
            context["error"] = explain(error, (get_language() or "en")[:2])
        return TemplateResponse(request, "admin/knowledge/changes.html", context)

    def roll_back(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Make a revision's bytes the newest."""
        revision = self._revision(request, pk, change=True)
        document = revision.document
        try:
            made = publishing.roll_back(document, revision.number, uploader=request.user.get_username())
        except AssistantError as error:
            self._documents.message_user(request, in_reader_language(error), messages.ERROR)
        else:
            self._documents.log_change(request, document, f"#{revision.number} -> #{made.number}")
            self._documents.message_user(request, _("Queued; the present revision answers until the old one was read."))
        return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))

    def _revision(self, request: HttpRequest, pk: int, *, change: bool = False) -> Revision:
        revision = get_object_or_404(Revision.objects.select_related("document"), pk=pk)
        may = self._documents.has_change_permission if change else self._documents.has_view_permission
        if not may(request, revision.document):
            raise PermissionDenied
        return revision

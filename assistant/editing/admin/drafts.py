"""The draft of a document: write it, see what it would change, publish or discard it."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from assistant.editing import drafts
from assistant.editing.admin.lineage import LookedAt
from assistant.editing.admin.words import words
from assistant.editing.models import Draft, Run
from assistant.editing.models.run import Kind
from assistant.errors import AssistantError
from assistant.knowledge import services
from assistant.knowledge.admin.forms import in_reader_language
from assistant.knowledge.models import Document
from assistant.knowledge.models.job import JobState

OPEN = (JobState.QUEUED, JobState.RUNNING)


class DraftForm(forms.Form):
    """A file or a text."""

    file = forms.FileField(label=_("file"), required=False)
    text = forms.CharField(label=_("or text"), required=False, widget=forms.Textarea(attrs={"rows": 14, "cols": 90}))

    def contents(self, document: Document) -> tuple[str, bytes]:
        """Return file name and bytes; a typed text is Markdown."""
        upload = self.cleaned_data.get("file")
        if upload is not None:
            return upload.name or document.filename, upload.read()
        return services.text_filename(document.title), self.cleaned_data["text"].encode()


@admin.register(Draft)
class DraftAdmin(LookedAt, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["page", "filename", "uploader", "updated_at"]
    list_display_links = None
    list_select_related = ["document"]

    def get_urls(self) -> list[URLPattern]:
        guarded = self.admin_site.admin_view(self.of_document)
        return [path("of/<uuid:pk>/", guarded, name="editing_draft_of"), *super().get_urls()]

    @admin.display(description=_("document"), ordering="document__title")
    def page(self, draft: Draft) -> SafeString:
        return format_html('<a href="{}">{}</a>', _address(draft.document), draft.document)

    def of_document(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Show the draft of a document and its preview; a POST keeps, previews, publishes or discards it."""
        if not request.user.has_perm("knowledge.change_document"):
            raise PermissionDenied
        document = get_object_or_404(Document.objects.select_related("tenant"), pk=pk, deleted_at=None)
        form = DraftForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid():
            try:
                return self._act(request, document, form)
            except AssistantError as error:
                self.message_user(request, in_reader_language(error), messages.ERROR)
                return HttpResponseRedirect(_address(document))
        return TemplateResponse(request, "admin/editing/draft.html", self._context(request, document, form))

    def _act(self, request: HttpRequest, document: Document, form: DraftForm) -> HttpResponse:
        who = request.user.get_username()
        draft = Draft.objects.filter(document=document).first()
        match request.POST.get("do"):
            case "publish" if draft is not None:
                drafts.publish(draft, uploader=who)
                self.message_user(request, _("Queued; the present revision answers until the draft was read."))
                return HttpResponseRedirect(reverse("admin:knowledge_document_change", args=[document.pk]))
            case "discard" if draft is not None:
                draft.delete()
                self.message_user(request, _("The draft is gone; the document is as it was."))
            case "keep":
                drafts.keep(document, *form.contents(document), uploader=who)
                self._preview(request, document)
            case "preview":
                self._preview(request, document)
        return HttpResponseRedirect(_address(document))

    def _preview(self, request: HttpRequest, document: Document) -> None:
        by = request.user.get_username()
        Run.objects.ask(Kind.PREVIEW, tenant=document.tenant, by=by, subject=str(document.pk))
        self.message_user(request, _("Asked for; the worker begins within seconds."))

    def _context(self, request: HttpRequest, document: Document, form: DraftForm) -> dict[str, object]:
        about = Run.objects.filter(kind=Kind.PREVIEW, tenant=document.tenant, subject=str(document.pk))
        draft = Draft.objects.filter(document=document).first()
        return {
            **self.admin_site.each_context(request),
            "title": _("Draft and preview"),
            "words": words(),
            "document": document,
            "draft": draft,
            "may_preview": draft is not None or document.revision_id is None,
            "form": form,
            "busy": about.filter(state__in=OPEN).first(),
            "run": about.exclude(state__in=OPEN).first(),
        }


def _address(document: Document) -> str:
    return reverse("admin:editing_draft_of", args=[document.pk])

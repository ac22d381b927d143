"""Documents: upload or type, see what became of them, download any revision."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.errors import AssistantError
from assistant.knowledge import publishing, services
from assistant.knowledge.admin.exports import TITLE as EXPORT_TITLE
from assistant.knowledge.admin.exports import ExportViews, may_export
from assistant.knowledge.admin.forms import DocumentForm, in_reader_language
from assistant.knowledge.admin.imports import TITLE, ImportViews
from assistant.knowledge.admin.revisions import RevisionInline, RevisionViews
from assistant.knowledge.models import Document


@admin.register(Document)
class DocumentAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    form = DocumentForm
    inlines = [RevisionInline]
    list_display = ["__str__", "tenant", "domain", "language", "state", "revision_number", "chunk_count", "updated_at"]
    list_filter = ["tenant", "state", "domain", "language"]
    search_fields = ["title", "filename", "tags"]
    list_select_related = ["tenant", "revision"]
    readonly_fields = ["state", "error_text", "revision_number", "uploader", "created_at", "updated_at", "traces"]
    fieldsets = [
        (None, {"fields": ["tenant", "title", "file", "text"]}),
        (_("Description"), {"fields": ["domain", "language", "access", "tags", "owner", "url", "licence"]}),
        (_("Validity"), {"fields": ["valid_from", "valid_until"]}),
        (_("State"), {"fields": [*readonly_fields]}),
    ]
    actions = ["read_again", "withdraw", "publish"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        found: QuerySet[Document] = super().get_queryset(request).filter(deleted_at=None)
        return found.annotate(chunk_total=Count("chunks"))

    def get_urls(self) -> list[URLPattern]:
        return [
            *RevisionViews(self).urls(), *ImportViews(self).urls(), *ExportViews(self).urls(), *super().get_urls(),
        ]  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        """Offer to keep a new document out of search; a present one is taken out by the action of the list."""
        if obj is not None:
            return self.fieldsets
        first, *others = self.fieldsets
        return [(first[0], {"fields": [*first[1]["fields"], "draft"]}), *others]

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> list[str]:
        return [*self.readonly_fields, "tenant"] if obj is not None else list(self.readonly_fields)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        titles = {"import_title": TITLE, "export_title": EXPORT_TITLE if may_export(request) else ""}
        return super().changelist_view(request, {**(extra_context or {}), **titles})

    @admin.display(description=_("revision"))
    def revision_number(self, document: Document) -> str:
        return str(document.revision.number) if document.revision is not None else "-"

    @admin.display(description=_("chunks"), ordering="chunk_total")
    def chunk_count(self, document: Any) -> int:
        return int(document.chunk_total)

    @admin.display(description=_("traces"))
    def traces(self, document: Document) -> SafeString | str:
        """Link to the answers that used it and to who changed it; the pages belong to rooms above and below."""
        if document._state.adding:  # noqa: SLF001 - Django's public name
            return "-"
        used = f"{reverse('admin:editing_citation_changelist')}?document={document.pk}"
        changed = f"{reverse('admin:audit_entry_changelist')}?kind=knowledge.document&object_id={document.pk}"
        draft = reverse("admin:editing_draft_of", args=[document.pk])
        links = ((used, _("answers that used it")), (changed, _("who changed what")), (draft, _("draft and preview")))
        return format_html_join(" · ", '<a href="{}">{}</a>', links)

    @admin.display(description=_("what went wrong"))
    def error_text(self, document: Document) -> str:
        return document.error(get_language() or "en") or "-"

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> HttpResponse:
        return self._explained(request, lambda: super(DocumentAdmin, self).add_view(request, form_url, extra_context))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        view = super().change_view
        return self._explained(request, lambda: view(request, object_id, form_url, extra_context))

    def save_model(self, request: HttpRequest, obj: Document, form: DocumentForm, change: bool) -> None:
        name, data = form.contents()
        who = request.user.get_username()
        if change:
            services.describe(obj)
            if data:
                services.replace(obj, name or services.text_filename(obj.title), data, uploader=who)
            return
        made = services.add_document(
            obj.tenant,
            name or services.text_filename(obj.title),
            data,
            title=obj.title,
            domain=obj.domain,
            language=obj.language or None,
            access=obj.access,
            tags=obj.tags,
            url=obj.url,
            licence=obj.licence,
            owner=obj.owner,
            valid_from=obj.valid_from,
            valid_until=obj.valid_until,
            uploader=who,
        )
        obj.pk = made.pk  # what the admin's log and redirect name
        if form.cleaned_data["draft"]:
            publishing.withdraw(made)

    def get_deleted_objects(
        self, objs: Any, request: HttpRequest
    ) -> tuple[list[str], dict[str, int], set[str], list[str]]:
        """List the documents alone: their revisions and jobs stay, so nobody needs the right to delete those."""
        names = [str(document) for document in objs]
        return names, {str(Document._meta.verbose_name_plural): len(names)}, set(), []  # noqa: SLF001 - Django's public name

    def delete_model(self, request: HttpRequest, obj: Document) -> None:
        services.delete(obj)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset:
            services.delete(document)

    @admin.action(description=_("Read the chosen documents again"), permissions=["change"])
    def read_again(self, request: HttpRequest, chosen: QuerySet[Document]) -> None:
        for document in chosen:
            services.reingest(document)
        self.message_user(request, _("Queued; they answer as before until they were read."))

    @admin.action(description=_("Take the chosen documents out of search"), permissions=["change"])
    def withdraw(self, request: HttpRequest, chosen: QuerySet[Document]) -> None:
        for document in chosen:
            publishing.withdraw(document)
            self.log_change(request, document, "withdrawn")
        self.message_user(request, _("No search finds them any more; their revisions are kept."))

    @admin.action(description=_("Publish the chosen documents again"), permissions=["change"])
    def publish(self, request: HttpRequest, chosen: QuerySet[Document]) -> None:
        for document in chosen:
            publishing.publish(document)
            self.log_change(request, document, "published")
        self.message_user(request, _("Queued; they are found once they were read."))

    def _explained(self, request: HttpRequest, view: Any) -> HttpResponse:
        """Turn a refusal of the services into a message on the same page."""
        try:
            response: HttpResponse = view()
        except AssistantError as error:
            self.message_user(request, in_reader_language(error), messages.ERROR)
            return HttpResponseRedirect(request.path + (f"?{IS_POPUP_VAR}=1" if IS_POPUP_VAR in request.GET else ""))
        return response

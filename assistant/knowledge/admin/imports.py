"""Import a zip in the admin: a form, then what became of each file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Language, Tenant
from assistant.audit.actor import acting
from assistant.errors import AssistantError
from assistant.knowledge.admin.forms import WordsField, in_reader_language
from assistant.knowledge.imports.archive import Archive
from assistant.knowledge.imports.bringing import Manner, bring
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import Outcome
from assistant.knowledge.models.document import Domain

if TYPE_CHECKING:
    from assistant.knowledge.admin.documents import DocumentAdmin

TITLE = _("Import a zip of documents")
_OUTCOMES = {
    "added": _("added"),
    "changed": _("new revision"),
    "described": _("description changed"),
    "moved": _("moved"),
    "withdrawn": _("taken out of search"),
    "unchanged": _("unchanged"),
    "vanished": _("no longer there"),
    "deleted": _("deleted here before"),
    "duplicate": _("here already"),
    "skipped": _("left out"),
    "refused": _("not taken"),
}


class ImportForm(forms.Form):
    """A zip and what to know about all its files."""

    tenant = forms.ModelChoiceField(label=_("tenant"), queryset=Tenant.objects.all())
    file = forms.FileField(label=_("zip file"), help_text=_("A manifest.csv in it says more about single files."))
    name = forms.CharField(
        label=_("name of the collection"),
        max_length=200,
        required=False,
        help_text=_("The same name again updates it; left empty, it is the file name."),
    )
    domain = forms.ChoiceField(label=_("domain"), choices=[("", "---------"), *Domain.choices], required=False)
    language = forms.ChoiceField(label=_("language"), choices=[("", "---------"), *Language.choices], required=False)
    access = WordsField(label=_("access groups"), initial="public")
    tags = WordsField(label=_("tags"), required=False)
    owner = forms.CharField(label=_("owner"), max_length=200, required=False)
    valid_from = forms.SplitDateTimeField(label=_("valid from"), widget=AdminSplitDateTime, required=False)
    valid_until = forms.SplitDateTimeField(label=_("valid until"), widget=AdminSplitDateTime, required=False)
    withdraw_vanished = forms.BooleanField(label=_("take out of search what is no longer in the zip"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a time that ends before it begins."""
        cleaned = super().clean() or self.cleaned_data
        begin, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begin and end and end <= begin:
            self.add_error("valid_until", _("It ends before it begins."))
        return cleaned

    def outcomes(self, uploader: str) -> list[Outcome]:
        """Import. Raises AssistantError when the zip as a whole cannot be."""
        said = {name: value for name, value in self.cleaned_data.items() if value}
        file: UploadedFile = said.pop("file")
        tenant: Tenant = said.pop("tenant")
        place = Archive(file, said.pop("name", None) or file.name or "upload.zip")
        withdraw = said.pop("withdraw_vanished", False)
        with acting("import"):
            return list(bring(place, tenant, Manner(Given.model_validate(said), uploader, withdraw)))


class ImportViews:
    """The page, for whoever may add documents."""

    def __init__(self, documents: DocumentAdmin) -> None:
        self._documents = documents

    def urls(self) -> list[URLPattern]:
        """Its address."""
        guarded = self._documents.admin_site.admin_view
        return [path("import/", guarded(self.import_zip), name="knowledge_document_import")]

    def import_zip(self, request: HttpRequest) -> HttpResponse:
        """Show the form, or import and show what became of each file."""
        if not (self._documents.has_add_permission(request) and self._documents.has_change_permission(request)):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        context: dict[str, Any] = {
            **self._documents.admin_site.each_context(request),
            "opts": self._documents.opts,
            "title": TITLE,
            "heads": [_("file"), _("outcome"), _("what went wrong")],
            "empty": _("The zip has no files."),
            "form": form,
        }
        if request.method == "POST" and form.is_valid():
            try:
                outcomes = form.outcomes(request.user.get_username())
            except AssistantError as error:
                form.add_error("file", in_reader_language(error))
            else:
                context["rows"] = [_row(outcome) for outcome in outcomes]
        return TemplateResponse(request, "admin/knowledge/import.html", context)


def _row(outcome: Outcome) -> dict[str, object]:
    reason = outcome.text.of(get_language() or "en") if outcome.text else ""
    said = _OUTCOMES[outcome.what.value]
    return {"path": outcome.path, "outcome": said, "reason": reason, "document": outcome.document}

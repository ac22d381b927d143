"""Take everything of a tenant out of the house in the admin: a form, then the zip as a download."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from assistant.accounts.models import Tenant
from assistant.knowledge.blobs import BlobDamaged
from assistant.knowledge.models import TenantExport
from assistant.knowledge.transfer.export import export

if TYPE_CHECKING:
    from assistant.knowledge.admin.documents import DocumentAdmin

TITLE = _("Export a tenant")
PERMISSION = "knowledge.add_tenantexport"


class ExportForm(forms.Form):
    """Whose documents, curated answers and intents."""

    tenant = forms.ModelChoiceField(label=_("tenant"), queryset=Tenant.objects.all())


class ExportViews:
    """The page, for whoever was given the right to export tenants; each export is written down."""

    def __init__(self, documents: DocumentAdmin) -> None:
        self._documents = documents

    def urls(self) -> list[URLPattern]:
        """Its address."""
        guarded = self._documents.admin_site.admin_view
        return [path("export/", guarded(self.export_tenant), name="knowledge_document_export")]

    def export_tenant(self, request: HttpRequest) -> HttpResponseBase:
        """Show the form, or send the zip: all documents, whatever groups may read them."""
        if not may_export(request):
            raise PermissionDenied
        form = ExportForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                return _download(form.cleaned_data["tenant"], request.user.get_username())
            except (OSError, BlobDamaged) as error:
                form.add_error(None, _("Nothing was exported: %(reason)s") % {"reason": error})
        context: dict[str, Any] = {
            **self._documents.admin_site.each_context(request),
            "opts": self._documents.opts,
            "title": TITLE,
            "form": form,
        }
        return TemplateResponse(request, "admin/knowledge/import.html", context)


def may_export(request: HttpRequest) -> bool:
    """Say whether this person may take a whole tenant out of the house."""
    return request.user.has_perm(PERMISSION)


def _download(tenant: Tenant, asked_by: str) -> FileResponse:
    """Make the zip on disk, write down that it was made, and send it; the file goes with the response."""
    file = tempfile.TemporaryFile()  # noqa: SIM115 - the response closes it
    try:
        counts = export(tenant, file)
        size = file.tell()
        TenantExport.objects.create(tenant=tenant, asked_by=asked_by, counts=counts, size=size)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    name = f"{tenant.slug}-{timezone.now():%Y%m%d-%H%M}.zip"
    return FileResponse(file, as_attachment=True, filename=name, content_type="application/zip")

"""The form of a document: a file or a typed text, and words separated by commas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AdminSplitDateTime
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from assistant.errors import AssistantError
from assistant.knowledge.models import Document


class WordsField(forms.CharField):
    """A list of words, typed with commas between them (Chinese ones too)."""

    def prepare_value(self, value: Any) -> Any:
        """Show a list as text."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Read the text as a list, sorted, each word once."""
        text = super().clean(value).replace("，", ",").replace("、", ",")
        return sorted({word.strip() for word in text.split(",") if word.strip()})


class DocumentForm(forms.ModelForm):  # type: ignore[type-arg]
    """Takes either a file or a text; both empty leaves the contents as they are."""

    file = forms.FileField(
        label=_("file"),
        required=False,
        help_text=_(
            "pdf, docx, xlsx, pptx, epub, html, md, csv, tsv, txt, png, jpg, jpeg, tif, tiff, webp, bmp or source code"
        ),
    )
    text = forms.CharField(
        label=_("or text"), required=False, widget=forms.Textarea(attrs={"rows": 12}), help_text=_("Markdown")
    )
    access = WordsField(
        label=_("access groups"),
        initial="public",
        help_text=_("Who may see it, separated by commas; “public” is everybody of the tenant."),
    )
    tags = WordsField(label=_("tags"), required=False, help_text=_("Separated by commas."))
    draft = forms.BooleanField(
        label=_("not yet"), required=False, help_text=_("Keep it out of search until it is published.")
    )

    class Meta:
        model = Document
        fields = [
            "tenant",
            "title",
            "domain",
            "language",
            "access",
            "tags",
            "owner",
            "url",
            "licence",
            "valid_from",
            "valid_until",
        ]
        field_classes = {"valid_from": forms.SplitDateTimeField, "valid_until": forms.SplitDateTimeField}
        widgets = {"valid_from": AdminSplitDateTime, "valid_until": AdminSplitDateTime}

    def clean(self) -> dict[str, Any]:
        """Ask for contents where there are none, and for one kind of them."""
        cleaned = super().clean() or self.cleaned_data
        begin, end = cleaned.get("valid_from"), cleaned.get("valid_until")
        if begin and end and end <= begin:
            self.add_error("valid_until", _("It ends before it begins."))
        upload, text = cleaned.get("file"), cleaned.get("text")
        if upload and text:
            raise forms.ValidationError(_("Give a file or a text, not both."))
        if not Document.objects.filter(pk=self.instance.pk).exists():
            if not upload and not text and "file" not in self.errors:
                raise forms.ValidationError(_("Choose a file or type a text."))
            if text and not cleaned.get("title"):
                self.add_error("title", _("A typed text needs a title."))
        return cleaned

    def contents(self) -> tuple[str | None, bytes]:
        """Return the uploaded file's name and bytes, or None and the typed text's bytes (empty when none was given)."""
        upload: UploadedFile | None = self.cleaned_data.get("file")
        if upload is not None:
            return upload.name or "document", upload.read()
        return None, self.cleaned_data.get("text", "").encode()


def in_reader_language(error: AssistantError) -> str:
    """Say what went wrong in the language that this page is shown in."""
    return error.text.of(get_language() or "en")

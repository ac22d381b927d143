"""The form of a document: words with commas, and one kind of contents."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from assistant.accounts.models import Tenant
from assistant.errors import NotFound, Text
from assistant.knowledge.admin.forms import DocumentForm, WordsField, in_reader_language

WORD = st.text(alphabet="abc中文xyz- 9", min_size=1, max_size=8).map(str.strip).filter(bool)


@given(st.sets(WORD, min_size=1))
def test_words_that_were_shown_are_read_back_the_same(words: set[str]) -> None:
    field = WordsField()
    assert field.clean(field.prepare_value(sorted(words))) == sorted(words)


@pytest.mark.parametrize("typed", ["staff, public", "staff，public", "staff、public", " public ,, staff ,public,"])
def test_chinese_commas_doubles_and_gaps_make_no_difference(typed: str) -> None:
    assert WordsField().clean(typed) == ["public", "staff"]


def test_no_words_are_refused_only_where_some_are_needed() -> None:
    assert WordsField(required=False).clean("") == []
    with pytest.raises(ValidationError):
        WordsField().clean("")


@pytest.fixture
def asked(db: None) -> dict[str, Any]:
    tenant = Tenant.objects.create(slug="acme", name="Acme")
    return {"tenant": tenant.pk, "title": "Hours", "domain": "general", "language": "en", "access": "public"}


def test_a_new_document_needs_contents(asked: dict[str, Any]) -> None:
    form = DocumentForm(asked)
    assert form.non_field_errors() == ["Choose a file or type a text."]


def test_the_same_is_said_in_chinese_to_a_chinese_reader(asked: dict[str, Any]) -> None:
    with translation.override("zh-hans"):
        assert DocumentForm(asked).non_field_errors() == ["请选择文件或输入文本。"]


def test_a_file_and_a_text_at_once_are_refused(asked: dict[str, Any]) -> None:
    form = DocumentForm({**asked, "text": "open"}, {"file": SimpleUploadedFile("a.md", b"open")})
    assert form.non_field_errors() == ["Give a file or a text, not both."]


def test_a_typed_text_needs_a_title_and_a_file_does_not(asked: dict[str, Any]) -> None:
    assert set(DocumentForm({**asked, "title": "", "text": "open"}).errors) == {"title"}
    assert not DocumentForm({**asked, "title": ""}, {"file": SimpleUploadedFile("a.md", b"open")}).errors


def test_an_empty_file_is_named_as_the_fault_and_not_a_missing_one(asked: dict[str, Any]) -> None:
    form = DocumentForm(asked, {"file": SimpleUploadedFile("a.md", b"")})
    assert set(form.errors) == {"file"}


def test_contents_are_the_files_name_and_bytes_or_the_texts_bytes_alone(asked: dict[str, Any]) -> None:
    upload = DocumentForm(asked, {"file": SimpleUploadedFile("营业.md", "九点".encode())})
    typed = DocumentForm({**asked, "text": "九点"})
    assert upload.is_valid()
    assert typed.is_valid()
    assert upload.contents() == ("营业.md", "九点".encode())
    assert typed.contents() == (None, "九点".encode())


def test_a_refusal_is_told_in_the_language_of_the_page() -> None:
    error = NotFound(Text(en="gone", zh="没有了"))
    with translation.override("zh-hans"):
        assert in_reader_language(error) == "没有了"
    with translation.override("en"):
        assert in_reader_language(error) == "gone"

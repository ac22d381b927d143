"""Every reason exists in both languages and takes the same facts."""

from __future__ import annotations

import string

import pytest

from assistant.knowledge.imports import texts
from assistant.knowledge.imports.types import What

ALL = {**texts._SKIPPED, **texts._REFUSED}


def facts(text: str) -> set[str]:
    return {field for _, field, _, _ in string.Formatter().parse(text) if field}


@pytest.mark.parametrize("code", sorted(ALL))
def test_both_languages_say_the_same(code: str) -> None:
    assert facts(ALL[code].en) == facts(ALL[code].zh)
    assert any("\u4e00" <= character <= "\u9fff" for character in ALL[code].zh)


def test_a_reason_names_its_facts_and_its_kind() -> None:
    reason = texts.refused("http_status", status=500)
    assert (reason.what, reason.text.en, str(reason)) == (What.REFUSED, "The server answered 500.", reason.text.en)
    assert texts.skipped("not_a_document", suffix=".mp4").what is What.SKIPPED

"""The general domain has no rules of its own; what it shares is tested in test_grounded."""

from __future__ import annotations

from domains.general.domain import General


def test_it_answers_freely_where_others_must_have_evidence() -> None:
    assert (General().name, General().requires_evidence, General().by_sentence) == ("general", False, False)

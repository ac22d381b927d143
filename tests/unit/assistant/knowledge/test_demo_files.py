"""What was loaded is remembered by its contents."""

from __future__ import annotations

from pathlib import Path

from assistant.accounts.models import Tenant
from assistant.knowledge.demo_files import FOLDER, fingerprint, is_loaded, loaded, rows


def test_a_fingerprint_follows_the_contents_and_the_names(tmp_path: Path) -> None:
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    a.write_text("1")
    b.write_text("2")
    first = fingerprint([a, b])
    assert 0 <= first < 2**63
    assert first == fingerprint([a, b]) != fingerprint([b, a])
    b.write_text("3")
    assert fingerprint([a, b]) != first


def test_a_state_is_loaded_once_and_a_new_state_again(tenant: Tenant, other: Tenant) -> None:
    assert not is_loaded(tenant, "faq", 7)
    loaded(tenant, "faq", 7)
    assert is_loaded(tenant, "faq", 7)
    assert not is_loaded(tenant, "faq", 8)
    assert not is_loaded(tenant, "documents", 7)
    assert not is_loaded(other, "faq", 7)


def test_blank_lines_are_no_rows(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1}\n\n{"a": "二"}\n', encoding="utf-8")
    assert rows([path]) == [{"a": 1}, {"a": "二"}]


def test_the_demo_lies_beside_the_code() -> None:
    assert (FOLDER / "documents.jsonl").is_file()

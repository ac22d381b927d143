"""By a search of the sources: the key is read in one place, sent in one place, and held where nothing prints it."""

from __future__ import annotations

import re
from pathlib import Path

from clients.lsp import api
from clients.lsp.settings import Settings

SOURCES = {path.name: path.read_text() for path in Path(api.__file__).parent.glob("*.py")}


def users(pattern: str) -> set[str]:
    return {name for name, text in SOURCES.items() if re.search(pattern, text)}


def test_the_key_is_read_for_a_request_and_sent_to_the_address_alone() -> None:
    assert users(r"settings\.key\(\)") == {"work.py"}
    assert users(r"\.key\b(?!\()") == {"api.py"}
    assert users(r"[Bb]earer ") == {"api.py"}
    assert SOURCES["api.py"].count("follow_redirects=False") == 1


def test_nothing_that_is_logged_or_shown_names_the_key() -> None:
    for name, text in SOURCES.items():
        assert not re.search(r"(log\w*\.\w+|print|say|show_message)\([^)]*\b(key|token)\b", text), name


def test_no_setting_holds_a_key_and_what_holds_it_does_not_print_it() -> None:
    assert "ak_1" not in repr(api.Asking("http://127.0.0.1", "ak_1", "en"))
    fields = set(Settings.__dataclass_fields__)
    assert {name for name in fields if re.search("key|token|secret|password", name)} == {"token_file"}

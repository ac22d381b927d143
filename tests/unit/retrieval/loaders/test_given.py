from __future__ import annotations

from pathlib import Path

import pytest

from retrieval.loaders.given import as_file, safe_name


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("rules.md", "rules.md"),
        ("退款 规则.md", "退款 规则.md"),
        ("../../etc/passwd.txt", "passwd.txt"),
        (".hidden.md", "_hidden.md"),
        ("a\nb.md", "a_b.md"),
        ("a*?<>|.csv", "a_____.csv"),
        ("", "document"),
        ("/", "document"),
    ],
)
def test_a_name_given_by_somebody_else_leads_nowhere(given: str, kept: str) -> None:
    assert safe_name(given) == kept


@pytest.mark.parametrize("letter", ["x", "长"])
def test_a_long_name_is_cut_in_front_and_keeps_its_suffix(letter: str) -> None:
    name = safe_name(letter * 300 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name) == 60
    assert len(name.encode()) < 255


def test_bytes_lie_in_a_file_while_they_are_read_and_no_longer() -> None:
    with as_file(b"five days", "../rules.md") as path:
        assert (path.name, path.read_bytes()) == ("rules.md", b"five days")
        folder = path.parent
    assert not folder.exists()


def test_a_file_that_lies_somewhere_stays_there(tmp_path: Path) -> None:
    given = tmp_path / "upload-17"
    given.write_bytes(b"five days")
    with as_file(given, "rules.md") as path:
        assert path == given
    assert given.exists()

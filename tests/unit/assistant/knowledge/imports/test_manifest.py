"""Tables about files: a bad row costs its file, a bad table the import, before anything was changed."""

from __future__ import annotations

import pytest

from assistant.errors import InvalidInput
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.manifest import first, read_manifest
from assistant.knowledge.imports.types import NotTaken

CSV = "path,title,access,tags\nleave.md,Leave,staff;hr,\n./sub\\pay.md,薪酬,,money\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_table_as_excel_saves_it_is_read(encoding: str) -> None:
    read = read_manifest("manifest.csv", CSV.encode(encoding))
    assert read == {
        "leave.md": Given(title="Leave", access=["hr", "staff"]),
        "sub/pay.md": Given(title="薪酬", tags=["money"]),
    }


def test_lines_of_json_are_read() -> None:
    text = '{"path": "a.md", "tags": ["x"], "domain": "finance"}\n\n{"path": "b.md"}\n'
    assert read_manifest("manifest.jsonl", text.encode()) == {
        "a.md": Given(tags=["x"], domain="finance"),
        "b.md": Given(),
    }


def test_a_row_that_cannot_be_used_is_told_at_its_file() -> None:
    read = read_manifest("manifest.csv", b"path,domain\na.md,law\nb.md,finance\n")
    assert isinstance(read["a.md"], NotTaken)
    assert "domain: Value error, one of general" in read["a.md"].text.en
    assert "domain" in read["a.md"].text.zh
    assert read["b.md"] == Given(domain="finance")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("manifest.csv", b"path,ownr\na.md,Ann\n", "not ownr"),
        ("manifest.csv", b"file,title\na.md,A\n", "its columns are path"),
        ("manifest.csv", b"", "its columns are path"),
        ("manifest.jsonl", b'{"path": "a.md"}\n{"path"', "line 2 is not JSON"),
        ("manifest.jsonl", b'["a.md"]', "line 1 is not an object"),
        ("manifest.jsonl", b'{"title": "A"}', "a row without path"),
        ("manifest.csv", b"path\n\xff\xff\xff\n", "not UTF-8"),
    ],
)
def test_a_table_that_is_wrong_as_a_whole_is_refused(name: str, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as refusal:
        read_manifest(name, data)
    assert refusal.value.code == "bad_manifest"


def test_the_first_table_there_is_counts_and_none_says_nothing() -> None:
    files = {"manifest.jsonl": b'{"path": "a.md"}'}
    assert first(files.get) == {"a.md": Given()}
    assert first({}.get) == {}

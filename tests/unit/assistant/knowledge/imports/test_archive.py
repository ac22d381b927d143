"""Zips of every kind, also those that mean harm."""

from __future__ import annotations

import io
import struct
import zipfile
from pathlib import Path

import pytest

from assistant.errors import InvalidInput
from assistant.knowledge.imports.archive import Archive, ArchiveLimits
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import NotTaken


def packed(files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> io.BytesIO:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return file


def with_raw_name(name: bytes, data: bytes = b"text") -> io.BytesIO:
    """A zip whose single name has the given bytes and no mark of UTF-8, as Windows programs write it."""
    stand_in = "x" * (len(name) - 3) + ".md"
    raw = packed({stand_in: data}).getvalue()
    return io.BytesIO(raw.replace(stand_in.encode(), name))


def codes(archive: Archive) -> dict[str, str]:
    return {found.path: found.problem.code if found.problem else "" for found in archive.list()}


def refusal(archive: Archive, path: str) -> str:
    with pytest.raises(NotTaken) as reason:
        archive.read(path, {})
    assert reason.value.text.zh
    return reason.value.code


def test_files_are_listed_by_path_and_read(tmp_path: Path) -> None:
    path = tmp_path / "handbook.zip"
    path.write_bytes(packed({"b/leave.md": b"Leave", "a.txt": b"A", "c/": b"", "__MACOSX/a.txt": b"?"}).getvalue())
    archive = Archive(path, "handbook.zip")
    assert archive.name == "zip:handbook.zip"
    assert codes(archive) == {"a.txt": "", "b/leave.md": ""}
    contents = archive.read("b/leave.md", {})
    assert (contents.filename, contents.data) == ("leave.md", b"Leave")


@pytest.mark.parametrize("name", ["../evil.md", "/etc/evil.md", "a/../../evil.md", "C:/evil.md", "..\\evil.md"])
def test_names_that_lead_out_are_refused_and_the_rest_is_read(name: str) -> None:
    assert codes(Archive(packed({name: b"x", "good.md": b"y"}), "a.zip")) == {
        name.replace("\\", "/"): "unsafe_path",
        "good.md": "",
    }


def test_links_are_left_out() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        link = zipfile.ZipInfo("link.md")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    assert codes(Archive(file, "a.zip")) == {"link.md": "link"}


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("员工手册.md".encode("gb18030"), "员工手册.md"),
        ("制度/请假 办法.md".encode("gb18030"), "制度/请假 办法.md"),
        ("员工手册.md".encode(), "员工手册.md"),
        ("für alle.md".encode("cp437"), "für alle.md"),
        ("Füße.md".encode(), "Füße.md"),
        (b"plain.md", "plain.md"),
    ],
)
def test_names_are_read_in_the_encoding_they_were_written_in(raw: bytes, name: str) -> None:
    assert list(codes(Archive(with_raw_name(raw), "a.zip"))) == [name]


def test_a_name_marked_as_utf8_is_taken_as_that() -> None:
    assert list(codes(Archive(packed({"员工手册.md": b"x"}), "a.zip"))) == ["员工手册.md"]


def test_a_file_that_unpacks_without_end_is_refused() -> None:
    archive = Archive(packed({"bomb.txt": b"\0" * 20_000_000, "good.md": b"y"}), "a.zip")
    assert refusal(archive, "bomb.txt") == "bomb"
    assert archive.read("good.md", {}).data == b"y"


def test_a_size_that_lies_does_not_help(tmp_path: Path) -> None:
    raw = packed({"liar.txt": bytes(range(256)) * 40}).getvalue()
    lied = raw.replace(struct.pack("<L", 256 * 40), struct.pack("<L", 10))
    assert refusal(Archive(io.BytesIO(lied), "a.zip", ArchiveLimits(file=5)), "liar.txt") in {"too_large", "damaged"}


def test_one_file_and_all_together_have_a_limit() -> None:
    files = {f"{number}.txt": bytes([number + 65]) * 600 for number in range(3)}
    archive = Archive(packed(files, zipfile.ZIP_STORED), "a.zip", ArchiveLimits(file=1000, total=1500))
    assert len(archive.read("0.txt", {}).data) + len(archive.read("1.txt", {}).data) == 1200
    assert refusal(archive, "2.txt") == "too_much"
    assert refusal(Archive(packed(files), "a.zip", ArchiveLimits(file=500)), "0.txt") == "too_large"


def test_too_many_files_are_refused_before_any_is_read() -> None:
    with pytest.raises(InvalidInput, match="more than 2 files") as error:
        Archive(packed(dict.fromkeys(("a.md", "b.md", "c.md"), b"")), "a.zip", ArchiveLimits(members=2))
    assert error.value.code == "too_many_files"


def test_a_locked_file_is_refused() -> None:
    raw = bytearray(packed({"secret.md": b"x"}).getvalue())
    raw[6] |= 1
    raw[raw.index(b"PK\1\2") + 8] |= 1
    assert codes(Archive(io.BytesIO(bytes(raw)), "a.zip")) == {"secret.md": "encrypted"}


def test_a_broken_file_is_refused_and_the_others_are_read() -> None:
    raw = bytearray(packed({"a.txt": b"first text", "b.txt": b"second"}, zipfile.ZIP_STORED).getvalue())
    raw[raw.index(b"first")] ^= 0xFF
    archive = Archive(io.BytesIO(bytes(raw)), "a.zip")
    assert refusal(archive, "a.txt") == "damaged"
    assert archive.read("b.txt", {}).data == b"second"


@pytest.mark.parametrize("data", [b"", b"not a zip at all", b"PK\3\4" + b"\0" * 40])
def test_what_is_no_zip_is_said_to_be_none(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"x\.zip is not a zip") as error:
        Archive(io.BytesIO(data), "x.zip")
    assert error.value.code == "not_a_zip"


def test_the_second_of_two_files_with_one_name_is_refused() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("a.md", "first")
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("a.md", "second")
    read = Archive(file, "a.zip")
    assert sorted((found.problem.code if found.problem else "") for found in read.list()) == ["", "same_name_twice"]
    assert read.read("a.md", {}).data == b"first"


def test_the_table_at_the_top_is_read() -> None:
    archive = Archive(packed({"manifest.csv": b"path,title\na.md,First\n", "a.md": b"x"}), "a.zip")
    assert archive.given() == {"a.md": Given(title="First")}
    assert list(codes(archive)) == ["a.md"]

"""What a folder gives, and what it does not."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from assistant.errors import InvalidInput
from assistant.knowledge.imports import folder as module
from assistant.knowledge.imports.folder import Folder
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import NotTaken


def fill(root: Path, *paths: str) -> Path:
    for path in paths:
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"text of {path}")
    return root


def codes(folder: Folder) -> dict[str, str]:
    return {found.path: found.problem.code if found.problem else "" for found in folder.list()}


def test_all_files_below_are_listed_by_path_and_clutter_is_not(tmp_path: Path) -> None:
    fill(tmp_path, "b.md", "a/中文 名.txt", "a/.hidden.md", ".git/config", "__MACOSX/b.md", "Thumbs.db", "film.mp4")
    assert codes(Folder(tmp_path)) == {"a/中文 名.txt": "", "b.md": "", "film.mp4": "not_a_document"}


def test_links_are_told_and_never_followed(tmp_path: Path) -> None:
    outside = fill(tmp_path / "outside", "secret.md")
    inside = fill(tmp_path / "inside", "a.md")
    (inside / "link.md").symlink_to(outside / "secret.md")
    (inside / "folder").symlink_to(outside)
    (inside / "round").symlink_to(inside)
    assert codes(Folder(inside)) == {"a.md": "", "folder": "link", "link.md": "link", "round": "link"}
    with pytest.raises(NotTaken):
        Folder(inside).read("link.md", {})


def test_a_pipe_does_not_hold_the_import_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    assert codes(Folder(tmp_path)) == {}


def test_a_file_over_the_limit_is_refused_without_being_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = Folder(fill(tmp_path, "a.md"))
    monkeypatch.setattr(folder, "_limit", 4)
    with pytest.raises(NotTaken, match="too large"):
        folder.read("a.md", {})


def test_a_file_that_went_away_meanwhile_is_that_files_fault_alone(tmp_path: Path) -> None:
    with pytest.raises(NotTaken, match="No such file") as reason:
        Folder(tmp_path).read("gone.md", {})
    assert reason.value.code == "unreadable"


def test_a_subfolder_that_cannot_be_read_is_told_and_the_rest_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path, "a.md", "closed/b.md", "z.md")
    scandir = os.scandir

    def guarded(path: Path) -> object:
        if Path(path).name == "closed":
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(module.os, "scandir", guarded)
    assert codes(Folder(tmp_path)) == {"a.md": "", "closed/": "unreadable", "z.md": ""}


def test_the_table_beside_the_files_is_read_and_is_no_document(tmp_path: Path) -> None:
    fill(tmp_path, "a.md", "sub/manifest.csv")
    (tmp_path / "manifest.csv").write_text("path,title\na.md,First\n")
    folder = Folder(tmp_path)
    assert folder.given() == {"a.md": Given(title="First")}
    assert list(codes(folder)) == ["a.md", "sub/manifest.csv"]


def test_it_is_named_by_its_path_or_as_told(tmp_path: Path) -> None:
    assert Folder(tmp_path).name == f"folder:{tmp_path.resolve()}"
    assert Folder(tmp_path, name="handbook").name == "folder:handbook"


def test_a_folder_that_is_not_there_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="nowhere") as error:
        Folder(tmp_path / "nowhere")
    assert error.value.code == "no_such_folder"

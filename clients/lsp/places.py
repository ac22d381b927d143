"""Where things lie: the folder that imports start from, the neighbours a module needs, the file for its tests."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

MOST_FILES = 200
MOST_CHARACTERS = 180 * 1024
"""The server takes 200 KiB together, and JSON makes them longer."""

Read = Callable[[Path], str | None]
"""The text of a file as the editor has it, unsaved changes included."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """Texts by path below the import root, and which of them is to be tested."""

    files: dict[str, str]
    target: str
    root: Path


def import_root(path: Path) -> Path:
    """Return the first folder above a module that is no package."""
    folder = path.parent
    while (folder / "__init__.py").exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def gathered(path: Path, text: str, read: Read, root: Path | None = None) -> Gathered:
    """Return the module with what it imports of the project; what does not fit within the limits is left out.

    `root` is the folder that imports start from, where it is known.
    """
    root = root or import_root(path)
    target = path.relative_to(root).as_posix()
    files = {target: text}
    size = len(text)
    queue, seen = [target], {target}
    while queue:
        for name in _neighbours(files[queue[0]], queue.pop(0)):
            if name in seen or len(files) >= MOST_FILES:
                continue
            seen.add(name)
            content = read(root / name)
            if content is not None and size + len(content) <= MOST_CHARACTERS:
                files[name] = content
                size += len(content)
                queue.append(name)
    return Gathered(files, target, root)


def _neighbours(text: str, name: str) -> Iterator[str]:
    package = name.split("/")[:-1]
    for count in range(len(package)):
        yield "/".join([*package[: count + 1], "__init__.py"])
    for module in imported(text, name):
        steps = module.split(".")
        for count in range(len(steps)):
            place = "/".join(steps[: count + 1])
            yield f"{place}.py"
            yield f"{place}/__init__.py"


def imported(text: str, name: str) -> list[str]:
    """Return the modules that a text may import, absolute; of a text that does not parse, none."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return []
    found: dict[str, None] = {}
    package = name.split("/")[:-1]
    for node in nodes:
        if isinstance(node, ast.Import):
            found.update(dict.fromkeys(alias.name for alias in node.names))
        elif isinstance(node, ast.ImportFrom) and node.level <= len(package) + 1:
            base = package[: len(package) - node.level + 1] if node.level else []
            start = [*base, *([node.module] if node.module else [])]
            if start:
                found[".".join(start)] = None
            found.update(dict.fromkeys(".".join([*start, a.name]) for a in node.names if a.name != "*"))
    return list(found)


def upward(folder: Path, workspace: Path) -> list[Path]:
    """Return a folder and those above it within the workspace, the nearest first."""
    if not folder.is_relative_to(workspace):
        return [folder]
    return [folder, *(one for one in folder.parents if one.is_relative_to(workspace))]


def below(path: Path, root: Path, workspace: Path) -> str:
    """Return the path under which a file is sent."""
    for base in (root, workspace):
        if path.is_relative_to(base):
            return path.relative_to(base).as_posix()
    return path.name


def modules_of(path: Path, text: str, workspace: Path) -> list[Path]:
    """Return files of the project that a Python test file imports, below the folders that imports may start from."""
    roots = [import_root(path)]
    for folder in upward(path.parent, workspace):
        roots += [folder, folder / "src"]
    found: dict[Path, None] = {}
    for module in imported(text, path.relative_to(roots[0]).as_posix()):
        steps = module.split(".")
        for count in range(len(steps)):
            for root in dict.fromkeys(roots):
                place = root.joinpath(*steps[: count + 1])
                for file in (place.with_name(f"{place.name}.py"), place / "__init__.py"):
                    if file != path and file.is_file():
                        found[file] = None
    return list(found)


def path_of_tests(source: Path, generated: str, workspace: Path, setting: str) -> Path:
    """Return where a generated file goes: the setting's folder, else `tests` where there is one, else beside it."""
    name = Path(generated).name
    if not source.is_relative_to(workspace):
        return source.with_name(name)
    if setting:
        return under_setting(source, name, workspace, setting)
    tests = workspace / "tests"
    if not tests.is_dir():
        return source.with_name(name)
    root = import_root(source)
    inside = source.parent.relative_to(root) if root.is_relative_to(workspace) else Path()
    mirrored = [folder for folder in (tests / "unit" / inside, tests / inside, tests / "unit") if folder.is_dir()]
    return (mirrored[0] if mirrored else tests) / name


def under_setting(source: Path, name: str, workspace: Path, setting: str) -> Path:
    """Return the path of a name in the folder that is set for tests."""
    folder = source.parent.relative_to(workspace).as_posix()
    return workspace / setting.replace("${folder}", folder).strip("/") / name

"""The files that a command hands to the generator: a module alone, or with its project around it."""

from __future__ import annotations

from pathlib import Path

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Project
from domains.codegen.javascript.gating import SETTINGS
from domains.codegen.languages import language_of

_MOST, _LARGEST = 400, 1024 * 1024
_LEFT_OUT = {"node_modules", "__pycache__", "build", "dist", "venv"}
_SCRIPTS = {".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".json"}
_KEPT = {
    "python": {".py", ".toml", ".txt", ".cfg", ".ini"}, "javascript": _SCRIPTS, "typescript": _SCRIPTS,
    "java": {".java"},
}  # fmt: skip


def project(file: Path, tests: Path | None, root: Path | None) -> tuple[Project, tuple[str, ...]]:
    """Return the project and the paths of test files to add to. Raises SourceBroken, OSError."""
    if root is None:
        files = {path.name: path.read_bytes() for path in (file, tests) if path is not None}
        return Project(files, file.name), (() if tests is None else (tests.name,))
    kept = _KEPT[language_of(file.name) or "python"]
    files = {str(path.relative_to(root)): path.read_bytes() for path in _listed(root, kept)}
    inside = [_within(path, root) for path in (file, tests) if path is not None]
    files |= {name: (root / name).read_bytes() for name in inside}
    return Project(files, inside[0]), tuple(inside[1:])


def _listed(root: Path, kept: set[str]) -> list[Path]:
    found = [
        path for path in sorted(root.rglob("*"))
        if (path.suffix in kept or path.name in SETTINGS) and path.is_file() and path.stat().st_size <= _LARGEST
        and not any(part in _LEFT_OUT or part.startswith(".") for part in path.relative_to(root).parent.parts)
        and (path.name in SETTINGS or not path.name.startswith("."))
    ]  # fmt: skip
    if len(found) > _MOST:
        raise SourceBroken(f"{root} holds more than {_MOST} files; give a folder nearer to the module with --root.")
    return found


def _within(path: Path, root: Path) -> str:
    try:
        return str(path.resolve().relative_to(root.resolve()))
    except ValueError as error:
        raise SourceBroken(
            f"{path} does not lie in {root}; --root names a folder that holds module and tests."
        ) from error

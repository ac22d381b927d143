"""The file of tests that a project has for a source already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from clients.lsp.neighbours import classes, modules, path_beside
from clients.lsp.places import Read, import_root, imported, path_of_tests, upward

_FOLDERS = ("tests", "test")
_JEST_FOLDERS = ("__tests__", *_FOLDERS)
_RELATED = {
    "js": ("js", "jsx"), "jsx": ("jsx", "js"), "ts": ("ts", "tsx", "js"), "tsx": ("tsx", "ts"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TestFile:
    """A file of tests."""

    __test__ = False  # pytest takes classes of this name for its own

    path: Path
    text: str


def file_of_tests(source: Path, language: str, workspace: Path, setting: str, read: Read) -> TestFile | None:
    """Return the tests of a source; None where there are none.

    First looked for where new ones would go; a file that lies elsewhere must use the source, since others may have its
    name. With a folder set there is no elsewhere.
    """
    usual = _usual(source, language, workspace, setting)
    elsewhere = [] if setting else _around(source, language, workspace)
    for folder in dict.fromkeys([usual, *elsewhere]):
        for path in (folder / name for name in _named(source, folder, language)):
            text = None if path == source else read(path)
            if text is None:
                continue
            found = TestFile(path, text)
            if folder == usual or _uses(found, source, language, workspace):
                return found
    return None


def root_for(tests: TestFile, source: Path, workspace: Path) -> Path | None:
    """Return the folder below which a Python file of tests imports the source; None when it does not.

    That is the import root, or one above where the folders between are packages without `__init__.py`.
    """
    module = source.parent if source.name == "__init__.py" else source.with_suffix("")
    for root in dict.fromkeys([import_root(source), *upward(source.parent, workspace)]):
        inside = tests.path.is_relative_to(root)
        name = (tests.path.relative_to(root) if inside else Path(tests.path.name)).as_posix()
        if ".".join(module.relative_to(root).parts) in imported(tests.text, name):
            return root
    return None


def usual_name(source: Path, language: str, *, more: bool = False) -> str:
    """Return the name of the file that a source's tests get where there is none, `more` for one beside it."""
    name = _named(source, source.parent, language)[0]
    if not more:
        return name
    if language == "python":
        return f"{name.removesuffix('.py')}_more.py"
    return f"{source.stem}MoreTest.java" if language == "java" else name.replace(".test.", ".more.test.")


def _uses(tests: TestFile, source: Path, language: str, workspace: Path) -> bool:
    if language == "python":
        return root_for(tests, source, workspace) is not None
    near = classes(tests.text, tests.path) if language == "java" else modules(tests.text, tests.path)
    return source in near


def _usual(source: Path, language: str, workspace: Path, setting: str) -> Path:
    name = usual_name(source, language)
    if language == "python":
        return path_of_tests(source, name, workspace, setting).parent
    return path_beside(source, name, language, workspace, setting).parent


def _named(source: Path, folder: Path, language: str) -> list[str]:
    stem, ending = source.stem, source.suffix.removeprefix(".")
    if language == "python":
        return [f"test_{stem}.py", f"{stem}_test.py"]
    if language == "java":
        return [f"{stem}Test.java", f"{stem}Tests.java"]
    bare = folder.name in _JEST_FOLDERS or "__tests__" in folder.parts
    kinds = [".test", ".spec", *([""] if bare else [])]
    return [f"{stem}{kind}.{end}" for end in _RELATED.get(ending, (ending,)) for kind in kinds]


def _around(source: Path, language: str, workspace: Path) -> list[Path]:
    """Return the source's folder, and folders of tests in it and in those above: as deep as the source, or flat."""
    own = source.parent
    python = tuple(kind for one in _FOLDERS for kind in (f"{one}/unit", one))
    kinds = {"python": python, "java": _FOLDERS}.get(language, _JEST_FOLDERS)
    root = import_root(source) if language == "python" else own
    inside = own.relative_to(root)
    return [own] + [
        above / kind / more
        for above in upward(own, workspace)
        for kind in kinds
        for more in (own.relative_to(above), inside, Path())
    ]

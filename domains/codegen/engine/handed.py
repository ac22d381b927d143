"""The test file that new tests are added to, as the caller handed it in: read alike in every language."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.types import Options, Project

Read = TypeVar("Read")


def handed(project: Project, options: Options, read: Callable[[str, str], Read]) -> Read | None:
    """Return what `read` makes of the path and text of the first existing test file; None where none is asked for.

    Raises SourceBroken, which names the file, and whatever else `read` raises.
    """
    if not options.existing:
        return None
    path = options.existing[0]
    if path not in project.files:
        raise SourceBroken(f"{path} is not among the files")
    try:
        return read(path, project.files[path].decode("utf-8"))
    except SyntaxError as error:
        raise SourceBroken(f"{path}: {error.msg}", error.lineno or 0, error.offset or 0) from error
    except SourceBroken as error:
        raise SourceBroken(f"{path}: {error}", error.line, error.column) from error
    except ValueError as error:
        raise SourceBroken(f"{path} cannot be read: {error}") from error

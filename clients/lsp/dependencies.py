"""Whether a Python project has Hypothesis: properties are then written with `@given`."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

from clients.lsp.places import Read

_LISTS = (
    "pyproject.toml",
    *(f"{name}.txt" for name in ("requirements", "requirements-dev", "requirements-test", "dev-requirements")),
    "test-requirements.txt",
    *(f"requirements/{name}.txt" for name in ("base", "dev", "test", "tests")),
    *("setup.cfg", "setup.py", "tox.ini", "Pipfile"),
)
"""Lists of packages. They are read here and not sent: they may hold addresses with passwords."""
_NAMED = re.compile(r"^[\s\"'\[]*hypothesis\b|[\"']hypothesis\b", re.MULTILINE)


def listed(path: Path, workspace: Path, read: Read) -> dict[str, str]:
    """Return what tells the server of it: a list that names this one package, where a list of the project does."""
    around = [folder for folder in path.parents if folder.is_relative_to(workspace)] or [path.parent]
    for folder, name in product(around, _LISTS):
        if _NAMED.search(read(folder / name) or ""):
            return {"requirements.txt": "hypothesis\n"}
    return {}

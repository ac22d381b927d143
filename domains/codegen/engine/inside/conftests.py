"""The program of the sandbox that runs one empty test beside the project's conftest.py files, by pytest itself.

Reads a plan, writes one line of JSON: whether the test passed, else why not and which file is to blame.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
from collections.abc import Generator
from pathlib import PurePosixPath
from typing import Any

REPORT_FD = 3
_CONFTEST = "conftest.py"
_MOST = 600


class Watch:
    """A plug-in of pytest: notes what went wrong, and in which file."""

    def __init__(self) -> None:
        self.ends: set[str] = set()
        self.file = ""
        self.why = ""

    def loading(self) -> Generator[None, Any, Any]:
        """Note the file that cannot be loaded; pytest tells it with the error."""
        try:
            return (yield)
        except BaseException as error:
            self.note(error)
            raise

    def note(self, error: BaseException) -> None:
        """Keep the first error, and whose it is."""
        cause = getattr(error, "cause", error)
        self.why = self.why or f"{type(cause).__name__}: {cause}"
        self.file = self.file or str(getattr(error, "path", "")) or _running(error)

    def pytest_runtest_logreport(self, report: Any) -> None:  # noqa: ANN401 - pytest's own type, absent on the host
        """Note how set-up, call and tear-down ended."""
        self.ends.add(report.outcome)
        if report.outcome == "failed" and not self.why:
            lines = [line for line in str(report.longrepr).split("\n") if line.startswith("E ")]
            self.why = lines[0].removeprefix("E").strip() if lines else "a fixture of its own fails"
            self.file = _blamed(report.longrepr)

    def pytest_internalerror(self, excinfo: Any) -> None:  # noqa: ANN401
        """Note a hook that fails."""
        self.note(excinfo.value)

    def told(self) -> dict[str, Any]:
        """Return what was found; a hook that fails when the test has passed does not matter: the gate minds none."""
        why = self.why or f"tests beside it are {' and '.join(sorted(self.ends)) or 'not run'}"
        return {"passed": self.ends == {"passed"}, "file": self.file, "why": why[:_MOST]}


def _running(error: BaseException) -> str:
    """Return the last conftest.py among the functions that an error came through; empty where none is."""
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(error.__traceback__)]
    return next((file for file in reversed(files) if PurePosixPath(file).name == _CONFTEST), "")


def _blamed(longrepr: Any) -> str:  # noqa: ANN401 - one of several types of pytest
    """Return the last conftest.py on the way to an error; empty where none is."""
    entries = getattr(getattr(longrepr, "reprtraceback", None), "reprentries", [])
    places = [str(entry.reprfileloc.path) for entry in entries if getattr(entry, "reprfileloc", None) is not None]
    return next((os.path.abspath(one) for one in reversed(places) if PurePosixPath(one).name == _CONFTEST), "")  # noqa: PTH100 - links stay


def main() -> None:
    """Run what the plan on standard input names."""
    plan: dict[str, Any] = json.loads(sys.stdin.read())
    sys.path[:0] = plan["path"]
    import pytest

    watch = Watch()
    Watch.pytest_load_initial_conftests = pytest.hookimpl(wrapper=True)(Watch.loading)  # type: ignore[attr-defined]
    try:
        pytest.main(["-q", "-p", "no:cacheprovider", "-p", "no:warnings", *plan["arguments"], *plan["tests"]],
                    plugins=[watch])  # fmt: skip
    except BaseException as error:  # noqa: BLE001 - a project's file may end the program in any way
        watch.note(error)
    data = json.dumps(watch.told()).encode()
    while data:
        data = data[os.write(REPORT_FD, data) :]

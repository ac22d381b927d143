"""The conftest.py files that pytest cannot load in the sandbox are left away, each with its reason; no other one is."""

from __future__ import annotations

import threading
import time

import pytest

from domains.codegen.engine.conftests import loadable
from domains.codegen.engine.errors import Cancelled
from domains.codegen.engine.types import Project
from sandbox import Sandbox

WHOLE = "import pytest\n\n\n@pytest.fixture\ndef price():\n    return 1\n"
FAILING = "import pytest\n\n\n@pytest.fixture(autouse=True)\ndef base():\n    raise OSError('no server')\n"
SKIPS = (
    "import pytest\n\n\ndef pytest_collection_modifyitems(items):\n"
    "    for item in items:\n        item.add_marker(pytest.mark.skip(reason='not here'))\n"
)
WRITES = (
    "from pathlib import Path\n\n\ndef pytest_sessionfinish():\n    Path(__file__).with_name('ran').write_text('')\n"
)
STARTS = WRITES.replace("finish", "start")
DROPS = "def pytest_collection_modifyitems(items):\n    items.clear()\n"


def left(folder: str = "tests", **files: str) -> dict[str, str]:
    """What is left away and why, of `conftest` and `tests`, which are files, and of what lies beside them."""
    named = {"top": "conftest.py", "tests": "tests/conftest.py", "unit": "tests/unit/conftest.py", "base": "base.py"}
    texts = {named[name]: text.encode() for name, text in files.items()}
    project = Project({"till.py": b"", **texts}, "till.py")
    kept, away = loadable(Sandbox(), project, folder, threading.Event())
    assert set(kept.files) == set(project.files) - {one.name for one in away}
    return {
        one.name: one.reason.removeprefix("it cannot be used in the sandbox, so tests are without it: ") for one in away
    }


def test_files_that_load_stay() -> None:
    assert left(top=WHOLE, tests="from till import *\n", unit="import broken_but_elsewhere\n") == {}


def test_a_hook_that_fails_when_all_has_been_run_does_not_matter() -> None:
    assert left(tests=f"{WRITES}\n\n{WHOLE}") == {}


def test_without_files_nothing_is_run() -> None:
    began = time.monotonic()
    assert left() == {}
    assert time.monotonic() - began < 0.1


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("import nowhere_at_all\n", "ModuleNotFoundError: No module named 'nowhere_at_all'"),
        ("def broken(:\n", "SyntaxError: invalid syntax"),
        ("import socket\n\nsocket.create_connection(('db', 5432), 1)\n", "gaierror"),
        (FAILING, "OSError: no server"),
        (STARTS, "Read-only file system"),
        (SKIPS, "tests beside it are passed and skipped"),
        (DROPS, "tests beside it are not run"),
        ("import pytest\n\npytest.skip('not here', allow_module_level=True)\n", "not here"),
        ("import sys\n\nsys.exit('not here')\n", "SystemExit: not here"),
        ("import os\n\nos._exit(3)\n", "pytest does not come to an end with it"),
        ("pytest_plugins = ['nowhere_at_all']\n", "nowhere_at_all"),
    ],
)
def test_what_cannot_be_used_is_left_away_with_the_reason(text: str, reason: str) -> None:
    away = left(tests=text)
    assert list(away) == ["tests/conftest.py"]
    assert reason in away["tests/conftest.py"]


@pytest.mark.parametrize("text", ["import nowhere_at_all\n", FAILING, STARTS, "import sys\n\nsys.exit('no')\n"])
def test_only_the_file_that_is_to_blame_goes(text: str) -> None:
    assert list(left("tests/unit", top=WHOLE, tests=text, unit=WHOLE)) == ["tests/conftest.py"]
    assert list(left("tests/unit", top=text, tests=WHOLE, unit=WHOLE)) == ["conftest.py"]


def test_several_are_told_one_by_one() -> None:
    away = left(top="import nowhere_at_all\n", tests="import neither_here\n")
    assert "nowhere_at_all" in away["conftest.py"]
    assert "neither_here" in away["tests/conftest.py"]


def test_a_failure_deep_below_is_that_of_the_file_that_asked_for_it() -> None:
    asks = "import pytest\n\nfrom base import connect\n\n\n@pytest.fixture(autouse=True)\ndef base():\n    connect()\n"
    away = left(top=WHOLE, tests=asks, base="def connect():\n    raise OSError('no server')\n")
    assert list(away) == ["tests/conftest.py"]


def test_one_that_never_ends_costs_seconds_and_is_told() -> None:
    away = left(tests="while True:\n    pass\n")
    assert "does not come to an end" in away["tests/conftest.py"]


def test_a_caller_who_leaves_ends_it() -> None:
    gone = threading.Event()
    gone.set()
    with pytest.raises(Cancelled):
        loadable(Sandbox(), Project({"till.py": b"", "conftest.py": b""}, "till.py"), ".", gone)

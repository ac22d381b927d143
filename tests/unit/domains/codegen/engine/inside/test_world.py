"""Chance, time, files and network are the same each time: in the sandbox, and in the tests that come of it."""

from __future__ import annotations

import ast
import datetime as dt
import os
import random
import socket
import sys
import time
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from domains.codegen.engine.inside.world import FILES, Staged, World, world


def of(source: str) -> World:
    return world(ast.parse(source), "pkg.mod")


def test_a_plain_module_needs_no_fakes() -> None:
    assert of("import math\ndef f(n):\n    return math.sqrt(n)") == World()


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("import random", "random.seed(0)"),
        ("from random import choice", "random.seed(0)"),
        ("import time\ntime.sleep(1)", "monkeypatch.setattr('time.sleep', lambda _seconds: None)"),
        ("from time import time as now\nnow()", "monkeypatch.setattr('pkg.mod.now', lambda: 1709209800.0)"),
        ("import datetime\ndatetime.datetime.now()", "monkeypatch.setattr('datetime.datetime', FixedDatetime)"),
        ("from datetime import date\ndate.today()", "monkeypatch.setattr('pkg.mod.date', FixedDate)"),
        ("def f(p):\n    return open(p)", "monkeypatch.chdir(tmp_path)"),
        ("from pathlib import Path", "monkeypatch.chdir(tmp_path)"),
        ("import os\nos.getpid()", "monkeypatch.setattr('os.getpid', lambda: 4242)"),
        ("from os import urandom as salt", "monkeypatch.setattr('pkg.mod.salt', lambda size: bytes(size))"),
        ("import uuid\nuuid.uuid4()", "monkeypatch.setattr('uuid.uuid4', lambda: uuid.UUID(int=4, version=4))"),
        (
            "import secrets\nsecrets.token_hex(4)",
            "monkeypatch.setattr('secrets.token_hex', lambda size=32: 'ab' * size)",
        ),
        ("import asyncio\nasyncio.sleep(1)", "monkeypatch.setattr('asyncio.sleep', no_waiting)"),
        ("import urllib.request", "monkeypatch.setattr('socket.getaddrinfo', no_network)"),
    ],
)
def test_what_a_module_uses_is_faked(source: str, line: str) -> None:
    assert line in of(source).lines


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.strftime('%Y')",
        "import datetime\ndatetime.date(2024, 1, 1)",
        "from datetime import datetime\ndef f(d: datetime):\n    return d.year",
        "from . import random",
    ],
)
def test_what_is_the_same_anyway_is_left(source: str) -> None:
    assert of(source).lines == ()


def test_what_stands_in_is_imported_where_it_is_used() -> None:
    assert of("from uuid import uuid4").imports == ("uuid",)
    assert of("import asyncio\nasyncio.sleep(1)").classes == (
        "async def no_waiting(_seconds, result=None):\n    return result\n",
    )
    assert of("import os\nos.getcwd()").imports == ()


def test_files_lie_where_a_test_would_find_them() -> None:
    assert of("import os").files
    assert not of("import random").files
    written = "\n".join(of("import os").lines)
    assert all(repr(text) in written for text in FILES.values())


@pytest.fixture
def staged(tmp_path: Path) -> Iterator[Staged]:
    """The fakes, applied to this process as they are in the sandbox, and taken back."""
    module: Any = types.ModuleType("pkg_for_fakes")
    module.datetime = dt.datetime
    sys.modules[module.__name__] = module
    connection: Any = socket.socket
    kept = (time.sleep, time.time, socket.getaddrinfo, connection.connect, Path.cwd())
    source = (
        "import random, time, os, socket\nfrom datetime import datetime\n"
        "time.sleep(1); time.time(); datetime.now(); open('x')"
    )
    yield Staged(world(ast.parse(source), module.__name__), tmp_path / "folder")
    time.sleep, time.time, socket.getaddrinfo, connection.connect = kept[:4]
    os.chdir(kept[4])
    del sys.modules[module.__name__]


def test_the_present_is_fixed_and_other_dates_are_plain(staged: Staged) -> None:
    staged.loaded()
    fixed = sys.modules["pkg_for_fakes"].datetime
    assert fixed.now() == dt.datetime(2024, 2, 29, 12, 30)  # noqa: DTZ001 - as code under test has it
    assert fixed.now(dt.UTC).tzinfo is dt.UTC
    assert type(fixed(1999, 1, 1)) is dt.datetime
    assert isinstance(dt.datetime(1999, 1, 1), fixed)  # noqa: DTZ001
    assert not isinstance(dt.date(1999, 1, 1), fixed)
    assert (fixed.today(), fixed.utcnow()) == (fixed.now(), fixed.now())


def test_nobody_waits_and_the_clock_stands(staged: Staged) -> None:
    staged.loaded()
    began = time.perf_counter()
    time.sleep(30)
    assert time.perf_counter() - began < 5
    assert time.time() == 1709209800.0


def test_the_network_refuses(staged: Staged) -> None:
    staged.loaded()
    with pytest.raises(OSError, match="tests have no network"):
        socket.create_connection(("127.0.0.1", 9))


def test_each_scenario_begins_with_the_same_chance_and_files(staged: Staged) -> None:
    drawn = []
    for _ in range(2):
        staged.begin()
        drawn.append(random.random())
        assert Path("lines.txt").read_text() == FILES["lines.txt"]
        assert {path.name for path in Path.cwd().iterdir()} == set(FILES)
        Path("lines.txt").unlink()
        Path("left behind").touch()
    assert drawn[0] == drawn[1]

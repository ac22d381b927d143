"""Fakes for what differs from run to run: chance, time, processes, files, network. The same lines stand in the tests.

`lines` are the body of a fixture over pytest's `monkeypatch` and `tmp_path`; in the sandbox they run over stand-ins, so
that what a scenario saw is what its test will see.
"""

from __future__ import annotations

import ast
import datetime as dt
import importlib
import os
import random
import shutil
import socket
import sys
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_CLOCKS = {"time": "lambda: 1709209800.0", "sleep": "lambda _seconds: None", "monotonic": "lambda: 1000.0",
           "perf_counter": "lambda: 1000.0", "time_ns": "lambda: 1709209800000000000"}  # fmt: skip
_STEADY = {
    "asyncio": {"sleep": "no_waiting"},
    "os": {"getpid": "lambda: 4242", "urandom": "lambda size: bytes(size)"},
    "secrets": {"token_hex": "lambda size=32: 'ab' * size", "token_bytes": "lambda size=32: bytes(size)",
                "token_urlsafe": "lambda size=32: 'a' * size"},
    "uuid": {"uuid1": "lambda: uuid.UUID(int=1, version=1)", "uuid4": "lambda: uuid.UUID(int=4, version=4)"},
}  # fmt: skip
"""By module and function: what stands in for it, since it waits, or gives something else each time."""
_TODAY = {"now", "utcnow", "today"}
_FILES = {"open", "os", "pathlib", "shutil", "glob", "tempfile", "io", "fileinput"}
_NETWORK = {"socket", "urllib", "http", "ftplib", "smtplib", "ssl", "requests", "httpx"}
CLASSES = {
    "FixedDatetime": '''class FixedDatetime(datetime.datetime, metaclass=Fixed):
    """A datetime whose present is fixed."""

    @classmethod
    def now(cls, tz=None):
        return REAL_DATETIME(2024, 2, 29, 12, 30, tzinfo=tz)

    utcnow = today = classmethod(lambda cls: REAL_DATETIME(2024, 2, 29, 12, 30))
''',
    "FixedDate": '''class FixedDate(datetime.date, metaclass=Fixed):
    """A date whose today is fixed."""

    @classmethod
    def today(cls):
        return REAL_DATE(2024, 2, 29)
''',
}
FIXED = '''REAL_DATETIME, REAL_DATE = datetime.datetime, datetime.date


class Fixed(type):
    """Makes plain dates, and takes them for its own."""

    def __instancecheck__(cls, value):
        return isinstance(value, cls.__mro__[1])

    def __call__(cls, *given, **named):
        return cls.__mro__[1](*given, **named)
'''
FILES = {"lines.txt": "first line\nsecond, line\n", "data.json": '{"a": 1, "b": [2, 3]}'}
"""Files that lie in the working folder."""


@dataclass(frozen=True, slots=True)
class World:
    """Which fakes a module needs. `lines` are the fixture's body, `imports` what they need, `classes` definitions."""

    lines: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()

    @property
    def files(self) -> bool:
        """Whether there are files to find."""
        return any("chdir" in line for line in self.lines)


def world(tree: ast.Module, module: str) -> World:
    """Read off a module's imports and calls what must be the same each time."""
    nodes = list(ast.walk(tree))
    whole = {alias.name.split(".")[0] for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    parts = {
        (node.module.split(".")[0], alias.name, alias.asname or alias.name)
        for node in nodes if isinstance(node, ast.ImportFrom) and node.module and not node.level
        for alias in node.names
    }  # fmt: skip
    calls = [node.func for node in nodes if isinstance(node, ast.Call)]
    called = {call.attr for call in calls if isinstance(call, ast.Attribute)}
    opened = {call.id for call in calls if isinstance(call, ast.Name)}
    known = whole | {name for name, _, _ in parts}
    lines: list[str] = []
    imports: tuple[str, ...] = ("random",) if "random" in known else ()
    if imports:
        lines.append("random.seed(0)")
    lines += _clocks(whole, parts, called, module)
    lines += _steady(whole, parts, called, module)
    imports += ("uuid",) if any("uuid.UUID(" in line for line in lines) else ()
    classes = _dates(whole, parts, called, module, lines)
    if known & (_FILES - {"open"}) or opened & {"open"}:
        lines.append("monkeypatch.chdir(tmp_path)")
        lines += [f"(tmp_path / {name!r}).write_text({text!r})" for name, text in FILES.items()]
    if known & _NETWORK:
        lines += [f"monkeypatch.setattr('socket.{name}', no_network)" for name in ("getaddrinfo", "socket.connect")]
        classes.append('def no_network(*_address):\n    raise OSError("tests have no network")\n')
    if any("no_waiting" in line for line in lines):
        classes.append("async def no_waiting(_seconds, result=None):\n    return result\n")
    return World(tuple(lines), imports, tuple(classes))


def _clocks(whole: set[str], parts: set[tuple[str, str, str]], called: set[str], module: str) -> list[str]:
    places = {f"time.{name}": name for name in _CLOCKS if "time" in whole and name in called}
    places |= {f"{module}.{local}": name for source, name, local in parts if source == "time" and name in _CLOCKS}
    return [f"monkeypatch.setattr('{place}', {_CLOCKS[name]})" for place, name in sorted(places.items())]


def _steady(whole: set[str], parts: set[tuple[str, str, str]], called: set[str], module: str) -> list[str]:
    places = {
        f"{source}.{name}": value
        for source, fakes in _STEADY.items()
        for name, value in fakes.items()
        if source in whole and name in called
    }
    places |= {
        f"{module}.{local}": _STEADY[source][name] for source, name, local in parts if name in _STEADY.get(source, {})
    }
    return [f"monkeypatch.setattr('{place}', {value})" for place, value in sorted(places.items())]


def _dates(
    whole: set[str], parts: set[tuple[str, str, str]], called: set[str], module: str, lines: list[str]
) -> list[str]:
    """Add the lines that fix the present; return the definitions that they need."""
    if not called & _TODAY:
        return []
    wanted = {"datetime": "FixedDatetime", "date": "FixedDate"}
    places = {name: f"datetime.{name}" for name in wanted} if "datetime" in whole else {}
    places |= {name: f"{module}.{local}" for source, name, local in parts if source == "datetime" and name in wanted}
    lines += [f"monkeypatch.setattr('{place}', {wanted[name]})" for name, place in sorted(places.items())]
    return [FIXED, *(CLASSES[wanted[name]] for name in sorted(places))] if places else []


class Staged:
    """Runs the lines in the sandbox: once for each module that is loaded, and what scenarios change before each."""

    def __init__(self, staged: World, folder: Path) -> None:
        self._world, self._folder = staged, folder
        names: dict[str, Any] = {"datetime": dt, "random": random, "socket": socket, "uuid": uuid}
        exec("\n".join(staged.classes), names)  # noqa: S102 - the definitions above
        self._names = {**names, "monkeypatch": self, "tmp_path": folder}
        self._setting = [line for line in staged.lines if "setattr" in line]
        self._before = [line for line in staged.lines if "setattr" not in line]

    def setattr(self, target: str, value: object) -> None:
        """Stand in for monkeypatch: `target` is dotted."""
        owner, _, name = target.rpartition(".")
        place: Any = sys.modules.get(owner)
        if place is None:
            outer, _, inner = owner.rpartition(".")
            place = getattr(importlib.import_module(outer), inner)
        setattr(place, name, value)

    def chdir(self, folder: Path) -> None:
        """Stand in for monkeypatch: the folder is empty."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        os.chdir(folder)

    def loaded(self) -> None:
        """Set the fakes anew: a module has been loaded, and holds the names that it imported."""
        for line in self._setting:
            exec(line, self._names)  # noqa: S102

    def begin(self) -> None:
        """Make everything as at the start of a test."""
        for line in self._before:
            exec(line, self._names)  # noqa: S102

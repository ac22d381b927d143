"""A test file that is handed in is read, or it is said which one cannot be, and why."""

from __future__ import annotations

import ast

import pytest

from domains.codegen.engine.errors import SourceBroken
from domains.codegen.engine.handed import handed
from domains.codegen.engine.types import Options, Project

PROJECT = Project({"m.py": b"", "test_m.py": b"a = 1\n", "broken.py": b"a = 1\nb = (\n", "odd.py": b"\xff"}, "m.py")


def read(path: str, source: str) -> tuple[str, int]:
    if "1" not in source:
        raise SourceBroken("nothing in it", 3, 4)
    return path, len(ast.parse(source).body)


def test_the_first_that_is_asked_for_is_read() -> None:
    assert handed(PROJECT, Options(existing=("test_m.py", "nowhere.py")), read) == ("test_m.py", 1)
    assert handed(PROJECT, Options(), read) is None


@pytest.mark.parametrize(
    ("path", "said", "place"),
    [
        ("nowhere.py", "nowhere.py is not among the files", (0, 0)),
        ("broken.py", "broken.py: '(' was never closed", (2, 5)),
        ("odd.py", "odd.py cannot be read: 'utf-8' codec", (0, 0)),
        ("m.py", "m.py: nothing in it", (3, 4)),
    ],
)
def test_what_cannot_be_read_is_named_with_its_place(path: str, said: str, place: tuple[int, int]) -> None:
    with pytest.raises(SourceBroken) as caught:
        handed(PROJECT, Options(existing=(path,)), read)
    assert str(caught.value).startswith(said)
    assert (caught.value.line, caught.value.column) == place


def test_a_mistake_of_the_reader_is_no_missing_file() -> None:
    def mistaken(path: str, _source: str) -> str:
        return {"a": "b"}[path]

    with pytest.raises(KeyError):
        handed(PROJECT, Options(existing=("test_m.py",)), mistaken)

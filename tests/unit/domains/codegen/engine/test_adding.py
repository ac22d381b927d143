"""Whether a test file bears new tests, told by how its own end."""

from __future__ import annotations

import threading
from dataclasses import dataclass

import pytest

from domains.codegen.engine.adding import AddingTo, There
from domains.codegen.engine.ended import Counted, Ended
from domains.codegen.engine.errors import Cancelled, SourceBroken
from domains.codegen.engine.types import Project
from sandbox import Sandbox


@dataclass(frozen=True, slots=True)
class Held:
    """A test file."""

    path: str
    text: str


@dataclass(frozen=True, slots=True)
class Adding(AddingTo):
    """Adding to it."""

    held: Held

    @property
    def file(self) -> There:
        return self.held


BEFORE = Ended(
    ended={"a": ["passed"], "b": ["failed"]},
    coverage=Counted(statements=4, missing=1, branches=2, missing_branches=1, missing_lines=[3]),
)


@pytest.fixture
def adding() -> Adding:
    return Adding(Sandbox(), Project({}, "a.py"), threading.Event(), BEFORE, Held("test_a.py", "old"))


@pytest.mark.parametrize(
    ("ended", "bears"),
    [
        ({"a": ["passed"], "b": ["failed"], "new": ["failed"]}, True),
        ({"a": ["passed"], "b": ["passed"]}, False),
        ({"a": ["passed"]}, False),
        ({}, False),
    ],
    ids=["as before", "one ends otherwise", "one is gone", "nothing ran"],
)
def test_a_file_bears_tests_where_its_own_end_as_before(
    adding: Adding, ended: dict[str, list[str]], bears: bool
) -> None:
    assert adding.bears(lambda: Ended(ended=ended)) == bears


def test_what_cannot_be_run_with_them_does_not_bear_them(adding: Adding) -> None:
    def broken() -> Ended:
        raise SourceBroken("does not compile")

    assert not adding.bears(broken)


def test_who_stops_the_run_stops_it(adding: Adding) -> None:
    def cancelled() -> Ended:
        raise Cancelled("stopped by the caller")

    with pytest.raises(Cancelled):
        adding.bears(cancelled)


def test_what_was_there_counts_too(adding: Adding) -> None:
    assert (adding.before.line, adding.before.branch, adding.before.missing_lines) == (0.75, 0.5, (3,))
    assert adding.measured({"test_b.py": "new"}) == {"test_a.py": "old", "test_b.py": "new"}
    assert adding.measured({"test_a.py": "old and new"}) == {"test_a.py": "old and new"}
    assert not adding.beside
